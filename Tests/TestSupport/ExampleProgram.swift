import Foundation

/// The paths of the programs in `scripts/signers`, which are examples for people who write one.
public enum ExampleProgram {
  public static let openssl = checkout.appending(path: "scripts/signers/openssl").path
  public static let keyVault = checkout.appending(path: "scripts/signers/key-vault").path
}
