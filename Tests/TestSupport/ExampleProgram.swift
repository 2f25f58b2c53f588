import Foundation

/// The paths of the programs that `scripts/signers` shows to those who write one.
public enum ExampleProgram {
  public static let openssl = checkout.appending(path: "scripts/signers/openssl").path
  public static let keyVault = checkout.appending(path: "scripts/signers/key-vault").path
}
