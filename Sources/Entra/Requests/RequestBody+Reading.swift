import Encodings
import JSON
import Messages
import Tokens
import Signing

extension RequestBody {
  /// Reads a body for an address; an empty `secretText` stands where the password was taken out.
  ///
  /// Throws `body-malformed`, `key-not-base64` or `private-key-in-body`.
  init(_ bytes: Span<UInt8>, to address: RequestAddress) throws(RequestError) {
    switch address {
    case .token: self = try Self.tokenRequest(bytes)
    case .graph(let address):
      let body: JSONObject
      do throws(JSONError) { body = try JSONReader.object(bytes) } catch {
        throw Self.malformed("is not JSON: \(error.problem), at byte \(error.offset)")
      }
      let proof = try Self.text("proof", in: body)
      if address.action == .removeKey {
        self = .removeKey(keyID: try Self.text("keyId", in: body), proof: proof)
      } else {
        self = try Self.addKey(body, proof)
      }
    }
  }

  private static func tokenRequest(_ bytes: Span<UInt8>) throws(RequestError) -> RequestBody {
    guard let form = FormBody(bytes) else { throw malformed("is not the form that a token request is") }
    func field(_ name: ExactText) throws(RequestError) -> ExactText {
      guard let value = form[name] else { throw malformed("has no \(name), or several") }
      return value
    }
    return .token(
      clientID: try field("client_id"), assertion: try field("client_assertion"), scope: try field("scope"))
  }

  private static func addKey(_ body: JSONObject, _ proof: ExactText) throws(RequestError) -> RequestBody {
    guard let credential = body["keyCredential"]?.object else { throw malformed("has no keyCredential") }
    let (type, usage) = (try text("type", in: credential), try text("usage", in: credential))
    let name = credential["displayName"] == nil ? nil : try text("displayName", in: credential)
    let key = try decodedKey(try text("key", in: credential))
    for form in [Form.certificate, .pfx] where form.type == type {
      if form.usage != usage { throw malformed("has the usage \(quoting: usage), and \(type) goes with \(form.usage)") }
      return form == .pfx
        ? .pfx(key, displayName: name, proof: proof) : .certificate(der: key, displayName: name, proof: proof)
    }
    throw malformed("has the type \(quoting: type), which is neither \(Form.certificate.type) nor \(Form.pfx.type)")
  }

  private static func decodedKey(_ text: ExactText) throws(RequestError) -> [UInt8] {
    do throws(Base64Error) { return try Base64.standard.decode(text) } catch {
      throw RequestError(
        .keyNotBase64, "key is not standard base64: \(error.problem)",
        hint: "Graph would answer 400, \"Cannot convert a primitive value to the expected type 'Edm.Binary'\"")
    }
  }

  private static func text(_ name: ExactText, in object: JSONObject) throws(RequestError) -> ExactText {
    guard let text = object[name]?.string else { throw malformed("has no \(name) that is a string") }
    return text
  }

  private static func malformed(_ problem: String) -> RequestError {
    RequestError(.bodyMalformed, "the body \(problem)", hint: "make the request again")
  }
}
