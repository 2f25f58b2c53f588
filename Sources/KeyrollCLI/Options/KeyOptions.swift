import ArgumentParser
import Keyroll

/// The private key that signs, and what it is opened with.
struct KeyOptions: ParsableArguments {
  /// The names of those that may be given several times.
  static let repeatable = SignerOptions.repeatable

  @Option(
    name: .customLong("key"),
    help: ArgumentHelp(
      "The private key: a path, pem:PATH or pfx:PATH with ;cert=PATH, ;name=NAME, ;id=HEX or ;password-file=PATH after it, pkcs11:URI, or command:PROGRAM with ;cert=PATH and ;key=TEXT; - as PATH is standard input.",
      valueName: "reference"))
  var key: String

  @OptionGroup var secrets: SecretOptions
  @OptionGroup var device: DeviceOptions
  @OptionGroup var signer: SignerOptions

  func validate() throws { try access.validate() }

  var access: KeyAccess { KeyAccess(secrets: secrets, device: device, signer: signer) }

  /// The key's reference, read; throws what is wrong with it.
  func reference() throws(KeyError) -> KeyReference { try KeySchemes.reference(key) }
}
