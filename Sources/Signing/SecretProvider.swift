public import System

/// Gives a password or PIN when a backend needs one.
public protocol SecretProvider: Sendable {
  /// The secret, or nil when there is none to give; an empty secret is not the same as none.
  ///
  /// May ask a person and block. Throws `secret-unavailable` when a source was named and cannot be read.
  func secret(for request: SecretRequest) throws(KeyError) -> SecretBytes?
  /// True when the secret was given to be used, and nobody has to be asked for it.
  ///
  /// A PIN that was given is tried even where the token would do without.
  func isGiven(for purpose: SecretRequest.Purpose) -> Bool
}

extension SecretProvider {
  public func isGiven(for purpose: SecretRequest.Purpose) -> Bool { false }
}
