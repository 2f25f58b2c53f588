internal import Signing

/// Where the PIN of a token comes from: the file that the URI names, else whoever opens the key.
struct PINRequest: Sendable {
  /// Nil where nothing but the token is known.
  let uri: PKCS11URI?
  let secrets: any SecretProvider

  /// Throws `pin-required` when there is none, and `secret-unavailable` for a source that cannot be read or is empty.
  func pin(of info: TokenInfo) throws(KeyError) -> PIN {
    if let path = pinFile { return PIN(try contents(of: path)) }
    // The URI as it was read, which holds no secret.
    let subject = uri?.description ?? PKCS11URI(info.uriValues)?.description ?? PKCS11URI.syntax.scheme
    let request = SecretRequest(purpose: .pin(token: info.label.text, serial: info.serial.text), subject: subject)
    guard let secret = try secrets.secret(for: request) else {
      throw KeyError(.pinRequired, "\(info.summary) needs a PIN, and none was given")
    }
    if secret.isEmpty {
      throw KeyError(
        .secretUnavailable, "the PIN for \(info.summary) is empty, which is more likely an accident than a PIN")
    }
    return PIN(secret)
  }

  /// The path of the file that `pin-source` names.
  var pinFile: String? { uri?[.pinSource].flatMap(KeyReferenceSyntax.path(ofFileURI:)) }

  private func contents(of path: String) throws(KeyError) -> SecretBytes {
    let pin: SecretBytes
    do {
      pin = try SecretFile.secret(at: path, .pin)
    } catch {
      throw KeyError(
        .secretUnavailable, "the PIN cannot be read as pin-source says: \(error.message)", hint: error.hint)
    }
    if pin.isEmpty {
      throw KeyError(.secretUnavailable, "the file that pin-source names is empty: \(naming: path)")
    }
    return pin
  }
}
