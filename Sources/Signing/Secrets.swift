public import Messages
public import System

/// Gives a password or PIN if a backend needs one.
public protocol SecretProvider: Sendable {
  /// The secret, or nil if there is none; an empty secret is not the same as none.
  ///
  /// May ask a person and block. Throws `secret-unavailable` if a source was named and cannot be read.
  func secret(for request: SecretRequest) throws(KeyError) -> SecretBytes?
  /// True if the secret was given, so that nobody has to be asked for it.
  ///
  /// A given PIN is tried even if the token could do without it.
  func isGiven(for purpose: SecretRequest.Purpose) -> Bool
  /// Reports that the secret for this request was wrong; true if another one can be had by asking again.
  ///
  /// Never true for a PIN: a token counts the wrong ones.
  func hasAnother(for request: SecretRequest) -> Bool
}

extension SecretProvider {
  /// False: a person has to be asked.
  public func isGiven(for purpose: SecretRequest.Purpose) -> Bool { false }
  /// False: a given secret would be the same again.
  public func hasAnother(for request: SecretRequest) -> Bool { false }

  /// Opens a file, again and again while its password is wrong and another one can be had.
  ///
  /// `subject` is how `opening` names the file when it asks for the password.
  package func opening<Result>(
    _ subject: String, _ open: () throws(KeyError) -> Result
  ) throws(KeyError) -> Result {
    while true {
      do throws(KeyError) { return try open() } catch {
        guard error.code == .wrongPassword, hasAnother(for: SecretRequest(purpose: .password, subject: subject)) else {
          throw error
        }
      }
    }
  }
}

/// What a secret is for, in words that a prompt can show.
public struct SecretRequest: Sendable, Hashable {
  /// The kind of secret.
  @nonexhaustive
  public enum Purpose: Sendable, Hashable {
    /// The password that protects a file.
    case password
    /// The user PIN of a PKCS #11 token, by its label and serial number.
    case pin(token: String, serial: String)
  }

  /// A password or a PIN.
  public let purpose: Purpose
  /// What the secret opens, for example `pfx:keys.p12`. Like the label of a token it may come from elsewhere, so show
  /// it as a `ForeignText`.
  public let subject: String

  public init(purpose: Purpose, subject: String) {
    self.purpose = purpose
    self.subject = subject
  }
}

/// A provider without any secrets: for keys that need no password.
public struct NoSecrets: SecretProvider {
  public init() {}

  public func secret(for request: SecretRequest) throws(KeyError) -> SecretBytes? { nil }
}
