import Messages

/// What a secret is wanted for, in words that a prompt can show.
public struct SecretRequest: Sendable, Hashable {
  /// The kind of secret.
  @nonexhaustive
  public enum Purpose: Sendable, Hashable {
    /// The password that protects a file.
    case password
    /// The user PIN of a PKCS #11 token, by its label and serial number.
    case pin(token: String, serial: String)
  }

  public let purpose: Purpose
  /// What the secret opens, for example `pfx:keys.p12`; like a token's label it may come from elsewhere, so show it as a `ForeignText`.
  public let subject: String

  public init(purpose: Purpose, subject: String) {
    self.purpose = purpose
    self.subject = subject
  }
}
