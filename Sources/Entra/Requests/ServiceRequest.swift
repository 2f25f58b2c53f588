public import Encodings
import JSON
public import Messages
import Signing
public import System
import Tokens

/// A request to Graph or to a token endpoint that another machine sends: the address, and the exact bytes.
public struct ServiceRequest: ~Copyable, Sendable {
  /// The address that the request is sent to.
  public let address: RequestAddress
  /// The content of the request.
  public let body: RequestBody
  /// The password as it is in the body, escaped.
  private let escapedPassword: SecretBytes?

  /// The most bytes of a body; a real one has a tenth of that.
  public static let mostBytes = Limits.byteCount
  /// The most characters of a display name in Graph.
  public static let mostDisplayNameCharacters = 90

  /// Throws `body-malformed` for a body that belongs to another address, `display-name-too-long` or `request-too-large`.
  public init(_ address: RequestAddress, _ body: RequestBody) throws(RequestError) {
    try self.init(address, body, escapedPassword: nil)
  }

  /// The same for a PFX with the password that opens it; throws `password-not-text` if JSON cannot carry the password.
  public init(_ address: RequestAddress, _ body: RequestBody, password: borrowing SecretBytes) throws(RequestError) {
    guard let escaped = SecretText.escaped(password) else {
      throw RequestError(
        .passwordNotText, "the password of the PFX is not UTF-8, and JSON carries nothing else",
        hint: "export the PFX under another password")
    }
    try self.init(address, body, escapedPassword: escaped)
  }

  /// Reads the bytes of a body, and refuses any that keyroll would not write for the same values.
  ///
  /// Throws `body-malformed`, `key-not-base64` or `request-too-large`.
  public static func reading(_ bytes: Span<UInt8>, to address: RequestAddress) throws(RequestError) -> ServiceRequest {
    if bytes.count > mostBytes { throw tooLarge }
    let request = try values(of: bytes, to: address)
    guard request.bytes().withBytes({ $0.isEqual(to: bytes) }) else {
      throw RequestError(
        .bodyMalformed, "the body is not what keyroll writes: it has other members, another order or white space",
        hint: "make the request again")
    }
    return request
  }

  /// The password, if there is one, is cut out before the rest is read as text.
  private static func values(of bytes: Span<UInt8>, to address: RequestAddress) throws(RequestError) -> ServiceRequest {
    guard case .graph(let graph) = address, graph.action == .addKey,
      let place = SecretText.place(of: RequestBody.passwordMember.text, in: bytes)
    else { return try ServiceRequest(address, try RequestBody(bytes, to: address), escapedPassword: nil) }
    let rest = bytes.extracting(place.upperBound...)
    let blanked = [UInt8](copying: bytes.extracting(..<place.lowerBound)) + [UInt8](copying: rest)
    return try ServiceRequest(
      address, try RequestBody(blanked.span, to: address),
      escapedPassword: SecretBytes(copying: bytes.extracting(place)))
  }

  private init(
    _ address: RequestAddress, _ body: RequestBody, escapedPassword: consuming SecretBytes?
  ) throws(RequestError) {
    self.address = address
    self.body = body
    self.escapedPassword = escapedPassword
    try requireSense()
  }

  /// Media type `address.mediaType`; a password, if there is one, is included.
  public borrowing func bytes() -> SecretBytes {
    let text = body.bytesWithoutPassword
    switch escapedPassword {
    case .none: return SecretBytes(copying: text.span)
    case .some(let password):
      let place = SecretText.place(of: RequestBody.passwordMember.text, in: text.span)?.lowerBound ?? text.count
      var bytes = SecretBytes(capacity: text.count + password.count)
      bytes.append(text.span.extracting(..<place))
      password.withBytes { bytes.append($0) }
      bytes.append(text.span.extracting(place...))
      return bytes
    }
  }

  /// The password of the PFX; nil if there is none, or if it is escaped differently.
  public borrowing func password() -> SecretBytes? {
    switch escapedPassword {
    case .none: nil
    case .some(let password): password.withBytes { SecretText.unescaped($0) }
    }
  }

  private borrowing func requireSense() throws(RequestError) {
    let hasPassword =
      switch escapedPassword {
      case .none: false
      case .some: true
      }
    let belongs =
      switch (address, body) {
      case (.graph(let address), .certificate), (.graph(let address), .pfx): address.action == .addKey
      case (.graph(let address), .removeKey): address.action == .removeKey
      case (.token, .token): true
      default: false
      }
    guard belongs, body.hasPassword == hasPassword else {
      throw RequestError(.bodyMalformed, "the body is not one for \(address.requestName)")
    }
    if let name = body.displayName, name.text.unicodeScalars.count > Self.mostDisplayNameCharacters {
      throw RequestError(
        .displayNameTooLong,
        "the display name has \(name.text.unicodeScalars.count) characters, and Graph takes at most \(Self.mostDisplayNameCharacters)"
      )
    }
    if bytes().count > Self.mostBytes { throw Self.tooLarge }
  }

  private static var tooLarge: RequestError {
    RequestError(.requestTooLarge, "the body is longer than \(mostBytes) bytes", hint: "leave out what is not needed")
  }
}

/// The content of a request, without the password of a PFX.
@nonexhaustive
public enum RequestBody: Sendable, Hashable {
  /// `addKey` with a certificate alone, by its DER.
  case certificate(der: [UInt8], displayName: ExactText?, proof: ExactText)
  /// `addKey` with a PFX, which is `X509CertAndPassword`.
  case pfx([UInt8], displayName: ExactText?, proof: ExactText)
  /// `removeKey`, with the keyId (a GUID) of the key to remove.
  case removeKey(keyID: ExactText, proof: ExactText)
  /// The token request of the client-credentials flow (RFC 7523, section 2.2).
  case token(clientID: ExactText, assertion: ExactText, scope: ExactText)

  /// The proof or the assertion.
  public var token: ExactText {
    switch self {
    case .certificate(_, _, let proof), .pfx(_, _, let proof), .removeKey(_, let proof): proof
    case .token(_, let assertion, _): assertion
    }
  }

  /// What Graph shows for the new key; nil if the request does not say.
  public var displayName: ExactText? {
    switch self {
    case .certificate(_, let name, _), .pfx(_, let name, _): name
    case .removeKey, .token: nil
    }
  }

  /// True for a request that contains a password.
  public var hasPassword: Bool { if case .pfx = self { true } else { false } }

  /// The exact bytes, with an empty `secretText` in place of a password.
  var bytesWithoutPassword: [UInt8] {
    switch self {
    case .certificate(let der, let name, let proof):
      addKey(.certificate, key: der, name, proof)
    case .pfx(let pfx, let name, let proof):
      addKey(.pfx, key: pfx, name, proof)
    case .removeKey(let keyID, let proof):
      JSONWriter.bytes(["keyId": .string(keyID), "proof": .string(proof)])
    case .token(let clientID, let assertion, let scope):
      FormBody([
        "client_id": clientID, "client_assertion": assertion, "grant_type": Self.grantType,
        "client_assertion_type": Self.assertionType, "scope": scope,
      ]).bytes
    }
  }

  private func addKey(_ form: Form, key: [UInt8], _ displayName: ExactText?, _ proof: ExactText) -> [UInt8] {
    var credential: JSONObject = [
      "type": .string(form.type), "usage": .string(form.usage), "key": .string(ExactText(Base64.standard.text(key))),
    ]
    credential["displayName"] = displayName.map(JSONValue.string)
    // customKeyIdentifier is left out: Graph sets it to the thumbprint.
    let password: JSONValue = form == .pfx ? .object([Self.passwordMember: ""]) : .null
    return JSONWriter.bytes([
      "keyCredential": .object(credential), "passwordCredential": password, "proof": .string(proof),
    ])
  }
}

extension RequestBody {
  /// The two forms of a key credential that `addKey` takes.
  enum Form {
    case certificate, pfx

    var type: ExactText { self == .pfx ? "X509CertAndPassword" : "AsymmetricX509Cert" }
    var usage: ExactText { self == .pfx ? "Sign" : "Verify" }
  }

  static let passwordMember: ExactText = "secretText"
  static let grantType: ExactText = "client_credentials"
  static let assertionType: ExactText = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
}

extension RequestBody {
  /// Reads a body for an address; an empty `secretText` marks the place from which the password was taken.
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
    guard let form = FormBody(bytes) else { throw malformed("is not the form of a token request") }
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
