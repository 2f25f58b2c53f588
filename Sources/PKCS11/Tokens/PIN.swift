import CP11Kit
import Messages
import Signing
import System

/// The PIN of a login to a token, in memory that is wiped; all keys of the token share it.
final class PIN: Sendable {
  let bytes: SecretBytes

  init(_ bytes: consuming SecretBytes) { self.bytes = bytes }

  /// Takes the same time wherever the two differ.
  func equals(_ other: PIN) -> Bool {
    bytes.withBytes { mine in
      other.bytes.withBytes { theirs in
        guard mine.count == theirs.count else { return false }
        var difference: UInt8 = 0
        for index in mine.indices { difference |= mine[index] ^ theirs[index] }
        return difference == 0
      }
    }
  }
}

/// What the flags of a token say about a PIN before it is given (PKCS #11 2.40, section 3.2).
struct PINPolicy: Sendable {
  /// True if the person has allowed it.
  let allowsFinalTry: Bool

  /// Throws `pin-locked` and `final-pin-try`. No other flag prevents a try, since not every token sets them correctly.
  func check(_ info: TokenInfo) throws(KeyError) {
    if info.has(CKF_USER_PIN_LOCKED) {
      throw KeyError(
        .pinLocked, "the PIN of \(info.summary) is locked after too many wrong tries",
        hint: "have the security officer set a new PIN")
    }
    if info.has(CKF_USER_PIN_FINAL_TRY) && !allowsFinalTry {
      throw KeyError(
        .finalPINTry, "the PIN of \(info.summary) has one try left, and a wrong one locks it",
        hint: "when you are sure of the PIN, allow the last try")
    }
  }

  /// Throws `wrong-pin` for a PIN that is longer or shorter than the token accepts, before it costs a try.
  func check(_ pin: PIN, for info: TokenInfo) throws(KeyError) {
    let count = pin.bytes.count
    guard let lengths = info.pinLengths, !lengths.contains(count) else { return }
    throw KeyError(
      .wrongPIN,
      "the PIN has \(count) byte\(count == 1 ? "" : "s"), and \(info.summary) takes \(lengths.lowerBound) to \(lengths.upperBound): it was not tried",
      hint: "check the PIN before you run again")
  }

  /// What a person should know although the PIN was right.
  static func note(_ info: TokenInfo) -> String? {
    info.has(CKF_USER_PIN_COUNT_LOW) ? "a wrong PIN was given to \(info.summary) since the last right one" : nil
  }
}

/// Where the PIN of a token comes from: the file that the URI names, or otherwise the caller who opens the key.
struct PINRequest: Sendable {
  /// Nil if only the token is known.
  let uri: PKCS11URI?
  let secrets: any SecretProvider

  /// True if the PIN was given, so that nobody has to be asked.
  func isGiven(for info: TokenInfo) -> Bool { pinFile != nil || secrets.isGiven(for: Self.purpose(info)) }

  /// Nil if there is none; throws `secret-unavailable` for a source that cannot be read or is empty.
  func pin(of info: TokenInfo) throws(KeyError) -> PIN? {
    if let path = pinFile { return PIN(try contents(of: path)) }
    // The URI as it was read, which contains no secret.
    let subject = uri?.description ?? PKCS11URI(info.uriValues)?.description ?? PKCS11URI.syntax.scheme
    let request = SecretRequest(purpose: Self.purpose(info), subject: subject)
    guard let secret = try secrets.secret(for: request) else { return nil }
    if secret.isEmpty {
      throw KeyError(
        .secretUnavailable, "the PIN for \(info.summary) is empty, which is probably a mistake")
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
  /// Logs in with the PIN of the request: see `login(_:)`. Throws `pin-required` if there is none and the token wants
  /// one.
  ///
  /// Returns nil if there is none and the token does not say that it wants one.
  func login(with pin: PINRequest) throws(KeyError) -> [String]? {
    if let notes = try login({ (info) throws(KeyError) in try pin.pin(of: info) }) { return notes }
    let info = token.info
    guard hasLoggedIn || info.wantsLogin else { return nil }
    throw KeyError(.pinRequired, "\(info.summary) needs a PIN, and none was given")
  }
}
