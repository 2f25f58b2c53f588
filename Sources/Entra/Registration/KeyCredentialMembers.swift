import Encodings
import JSON
import Messages
import Tokens
import Signing

/// Reads the members of one entry of `keyCredentials`; those that nobody needs here are passed over.
struct KeyCredentialMembers {
  private let object: JSONObject
  private let subject: String

  init(_ value: JSONValue, at index: Int, of file: String) throws(KeyCredentialsError) {
    let place = "entry \(index + 1) of \(naming: file)"
    guard let object = value.object else { throw KeyCredentialsError(.malformed, "\(place) is \(value.kind)") }
    self.object = object
    if let keyID = object["keyId"]?.string, TextForm.guid.matches(keyID) {
      subject = "entry \(naming: keyID) of \(naming: file)"
    } else {
      subject = place
    }
  }

  func keyCredential(_ reader: any Cryptography) throws(KeyCredentialsError) -> KeyCredential {
    let keyID = try requiredText("keyId")
    guard TextForm.guid.matches(keyID) else { throw malformed("keyId is \(quoting: keyID), not a GUID") }
    let usage = try requiredText("usage")
    return KeyCredential(
      keyID: keyID, displayName: try text("displayName"), type: try requiredText("type"), usage: usage,
      startDateTime: try date("startDateTime"), endDateTime: try date("endDateTime"),
      customKeyIdentifier: try customKeyIdentifier(),
      certificate: usage == "Verify" ? try certificate(reader) : nil)
  }

  /// Graph writes base64, `az` and the portal hexadecimal; of text that could be both, a thumbprint is meant.
  private func customKeyIdentifier() throws(KeyCredentialsError) -> [UInt8]? {
    guard let text = try text("customKeyIdentifier") else { return nil }
    let hexadecimal = Hexadecimal.decode(text)
    if let hexadecimal, Thumbprint.allCases.contains(where: { $0.byteCount == hexadecimal.count }) {
      return hexadecimal
    }
    let characters = Array(text.text.utf8)
    if let bytes = (try? Base64.standard.decode(characters.span)) ?? (try? Base64.url.decode(characters.span)) {
      return bytes
    }
    guard let hexadecimal else { throw malformed("customKeyIdentifier is neither hexadecimal nor base64") }
    return hexadecimal
  }

  private func certificate(_ reader: any Cryptography) throws(KeyCredentialsError) -> Certificate? {
    guard let text = try text("key") else { return nil }
    let der: [UInt8]
    do throws(Base64Error) { der = try Base64.standard.decode(text) } catch {
      throw malformed(
        "key is not standard base64: \(error.message)",
        hint: "Graph writes + and / and the padding; save it as received")
    }
    do throws(KeyError) { return try reader.certificate(der: der.span) } catch {
      throw malformed("key is no certificate: \(error.message)")
    }
  }

  private func date(_ name: ExactText) throws(KeyCredentialsError) -> NumericDate {
    let text = try requiredText(name)
    guard let date = NumericDate(rfc3339DroppingFraction: text.text) else {
      throw malformed("\(name) is \(quoting: text), not a date as RFC 3339 writes it")
    }
    return date
  }

  private func requiredText(_ name: ExactText) throws(KeyCredentialsError) -> ExactText {
    guard let text = try text(name) else {
      throw malformed(
        "\(name) is missing", hint: "save the answer as Graph or az writes it, with names in lower case such as keyId")
    }
    return text
  }

  /// Null is the same as no member at all.
  private func text(_ name: ExactText) throws(KeyCredentialsError) -> ExactText? {
    guard let value = object[name], value != .null else { return nil }
    guard let text = value.string else { throw malformed("\(name) is \(value.kind), not a string") }
    return text
  }

  private func malformed(_ problem: String, hint: String? = nil) -> KeyCredentialsError {
    KeyCredentialsError(.malformed, "\(subject): \(problem)", hint: hint)
  }
}
