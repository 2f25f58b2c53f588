internal import CP11Kit
internal import Signing

/// What the flags of a token say about a PIN before it is given (PKCS #11 2.40, section 3.2).
struct PINPolicy: Sendable {
  /// True when the person has said so.
  let allowsFinalTry: Bool

  /// Throws `pin-locked`, `final-pin-try`, or `pin-required` where no PIN was ever set.
  func check(_ info: TokenInfo) throws(KeyError) {
    if info.has(CKF_USER_PIN_LOCKED) {
      throw KeyError(
        .pinLocked, "the PIN of \(info.summary) is locked after too many wrong tries",
        hint: "have the security officer set a new PIN")
    }
    if !info.has(CKF_USER_PIN_INITIALIZED) {
      throw KeyError(.pinRequired, "\(info.summary) has no user PIN yet", hint: "have the security officer set one")
    }
    if info.has(CKF_USER_PIN_FINAL_TRY) && !allowsFinalTry {
      throw KeyError(
        .finalPINTry, "the PIN of \(info.summary) has one try left, and a wrong one locks it",
        hint: "when you are sure of the PIN, add --final-pin-try")
    }
  }

  /// What a person should know although the PIN was right.
  static func note(_ info: TokenInfo) -> String? {
    info.has(CKF_USER_PIN_COUNT_LOW) ? "somebody has given \(info.summary) a wrong PIN since the last right one" : nil
  }
}
