import Messages
internal import Signing
import System

/// Where the PIN of a token comes from: the file that the URI names, else whoever opens the key.
struct PINRequest: Sendable {
  /// Nil where nothing but the token is known.
  let uri: PKCS11URI?
  let secrets: any SecretProvider

  /// True when there is a PIN without asking anybody: it was given to be used.
  func isGiven(for info: TokenInfo) -> Bool { pinFile != nil || secrets.isGiven(for: Self.purpose(info)) }

  /// Nil when there is none; throws `secret-unavailable` for a source that cannot be read or is empty.
  func pin(of info: TokenInfo) throws(KeyError) -> PIN? {
    if let path = pinFile { return PIN(try contents(of: path)) }
    // The URI as it was read, which holds no secret.
    let subject = uri?.description ?? PKCS11URI(info.uriValues)?.description ?? PKCS11URI.syntax.scheme
    let request = SecretRequest(purpose: Self.purpose(info), subject: subject)
    guard let secret = try secrets.secret(for: request) else { return nil }
    if secret.isEmpty {
      throw KeyError(
        .secretUnavailable, "the PIN for \(info.summary) is empty, which is more likely an accident than a PIN")
    }
    return PIN(secret)
  }

  /// The path of the file that `pin-source` names.
  var pinFile: String? { uri?[.pinSource].flatMap(KeyReferenceSyntax.path(ofFileURI:)) }

  private static func purpose(_ info: TokenInfo) -> SecretRequest.Purpose {
    .pin(token: info.label.text, serial: info.serial.text)
  }

  private func contents(of path: String) throws(KeyError) -> SecretBytes {
    let pin: SecretBytes
    do {
      pin = try KeyError.passing { () throws(SystemError) in try SecretFile.secret(at: path, .pin) }
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

extension TokenConnection {
  /// Logs in with the PIN of the request: see `login(_:)`. Throws `pin-required` where there is none and the token wants one.
  ///
  /// Returns nil where there is none and the token does not say that it wants one.
  func login(with pin: PINRequest) throws(KeyError) -> [String]? {
    if let notes = try login({ (info) throws(KeyError) in try pin.pin(of: info) }) { return notes }
    let info = token.info
    guard hasLoggedIn || info.wantsLogin else { return nil }
    throw KeyError(.pinRequired, "\(info.summary) needs a PIN, and none was given")
  }
}
