public import Encodings
import Messages
public import Tokens
public import Signing

/// What a key must not be before it is removed.
public struct RemovalPolicy: Sendable {
  /// What is registered; nil where that is not known.
  public var registered: KeyCredentials?
  /// True to warn only of removing the key that signs, or the last one that is valid.
  public var isForced: Bool

  public init(registered: KeyCredentials? = nil, isForced: Bool = false) {
    self.registered = registered
    self.isForced = isForced
  }

  /// The checks of a removal at that time, in an order that does not change; `signing` is of the key that signs the proof.
  public func checks(ofRemoving keyID: ExactText, signing: Certificate?, at time: NumericDate) -> [RequestCheck] {
    let (presence, own, last) = ("credential-registered", "credential-signs", "credential-last")
    guard let registered else {
      let unknown = "no saved keyCredentials were given to look the keyId \(naming: keyID) up in"
      return [presence, own, last].map { .skipped($0, .notCompared, unknown) }
    }
    guard let entry = registered.entry(keyID: keyID) else {
      let missing = RequestError(
        .credentialUnknown, "no key of the saved keyCredentials has the keyId \(naming: keyID)",
        hint: "Graph would answer 400, \"No credentials found to be removed.\"")
      return [.failed(presence, missing)]
        + [own, last].map { .skipped($0, .notReached, "the key is not in the saved keyCredentials") }
    }
    return [
      .passed(
        presence, found: "\(entry.displayName.map { "\(quoting: $0)" } ?? "unnamed"), ends \(entry.validity.end)"),
      signs(own, entry, signing), isLast(last, entry, registered, at: time),
    ]
  }

  private func signs(_ id: String, _ entry: KeyCredential, _ signing: Certificate?) -> RequestCheck {
    guard let signing else { return .skipped(id, .notReached, "the certificate of the signing key is not known") }
    if entry.isOf(signing) {
      return refusal(
        id, .credentialSigns, "the key to be removed is the one that signs the proof",
        hint: "sign with the key that stays")
    }
    return .passed(id)
  }

  private func isLast(
    _ id: String, _ entry: KeyCredential, _ registered: KeyCredentials, at time: NumericDate
  ) -> RequestCheck {
    guard entry.isForVerifying, entry.isValid(at: time) else {
      return .passed(id, found: "the key does not count: it is not valid now, or for another use")
    }
    guard let other = registered.validEntries(at: time, without: entry).first else {
      return refusal(
        id, .credentialLast, "the key to be removed is the last one that is valid",
        hint: "add a new key first: without a valid one only PATCH keyCredentials can")
    }
    return .passed(id, found: "keyId \(naming: other.keyID) stays until \(other.validity.end)")
  }

  private func refusal(_ id: String, _ code: RequestError.Code, _ message: String, hint: String) -> RequestCheck {
    let error = RequestError(code, message, hint: hint)
    return isForced ? .warning(id, error) : .failed(id, error)
  }
}
