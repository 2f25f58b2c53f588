internal import CP11Kit
import Messages
internal import Signing
import System

/// What the flags of a token say about a PIN before it is given (PKCS #11 2.40, section 3.2).
struct PINPolicy: Sendable {
  /// True when the person has said so.
  let allowsFinalTry: Bool

  /// Throws `pin-locked` and `final-pin-try`; no other flag forbids a try, since tokens set them as they like.
  func check(_ info: TokenInfo) throws(KeyError) {
    if info.has(CKF_USER_PIN_LOCKED) {
      throw KeyError(
        .pinLocked, "the PIN of \(info.summary) is locked after too many wrong tries",
        hint: "have the security officer set a new PIN")
    }
    if info.has(CKF_USER_PIN_FINAL_TRY) && !allowsFinalTry {
      throw KeyError(
        .finalPINTry, "the PIN of \(info.summary) has one try left, and a wrong one locks it",
        hint: "when you are sure of the PIN, add --final-pin-try")
    }
  }

  /// Throws `wrong-pin` for a PIN that is longer or shorter than the token takes, before a try is spent on it.
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
    info.has(CKF_USER_PIN_COUNT_LOW) ? "somebody has given \(info.summary) a wrong PIN since the last right one" : nil
  }
}
