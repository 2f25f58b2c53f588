/// What a secret is wanted for, in words that a prompt can show.
public struct SecretRequest: Sendable, Hashable {
  /// The kind of secret.
  @nonexhaustive
  public enum Purpose: Sendable, Hashable {
    /// The password that protects a file.
    case password
  }

  public let purpose: Purpose
  /// What the secret opens, for example `pfx:keys.p12`; it may come from a file, so escape it before it reaches a terminal.
  public let subject: String

  public init(purpose: Purpose, subject: String) {
    self.purpose = purpose
    self.subject = subject
  }
}
