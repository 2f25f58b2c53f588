public import Messages
public import System

/// Gives a password or PIN when a backend needs one.
public protocol SecretProvider: Sendable {
  /// The secret, or nil when there is none to give; an empty secret is not the same as none.
  ///
  /// May ask a person and block. Throws `secret-unavailable` when a source was named and cannot be read.
  func secret(for request: SecretRequest) throws(KeyError) -> SecretBytes?
  /// True if the secret was given, and no one has to be asked for it.
  ///
  /// A PIN that was given is tried even where the token would do without.
  func isGiven(for purpose: SecretRequest.Purpose) -> Bool
  /// Says that the secret for this request did not open what it is for; true where another one can be had by asking again.
  ///
  /// Never true for a PIN: a token counts the wrong ones.
  func hasAnother(for request: SecretRequest) -> Bool
}

extension SecretProvider {
  /// False: a person has to be asked.
  public func isGiven(for purpose: SecretRequest.Purpose) -> Bool { false }
  /// False: what was given once would be given again.
  public func hasAnother(for request: SecretRequest) -> Bool { false }

  /// Opens a file, and does it again for as long as its password is wrong and another one can be had.
  ///
  /// `subject` is how `opening` names the file where it asks for the password.
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

  /// A password or a PIN.
  public let purpose: Purpose
  /// What the secret opens, for example `pfx:keys.p12`; like a token's label it may come from elsewhere, so show it as a `ForeignText`.
  public let subject: String

  public init(purpose: Purpose, subject: String) {
    self.purpose = purpose
    self.subject = subject
  }
}

/// A provider that has nothing to give: for keys that need no password.
public struct NoSecrets: SecretProvider {
  public init() {}

  public func secret(for request: SecretRequest) throws(KeyError) -> SecretBytes? { nil }
}
