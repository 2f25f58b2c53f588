public import System

/// A provider that has nothing to give: for keys that need no password.
public struct NoSecrets: SecretProvider {
  public init() {}

  public func secret(for request: SecretRequest) throws(KeyError) -> SecretBytes? { nil }
}
