import ArgumentParser
import Keyroll

/// The private key that signs, and what it is opened with.
struct KeyOptions: ParsableArguments {
  /// The names of those that may be given several times.
  static let repeatable = SignerOptions.repeatable

  @Option(
    name: .customLong("key"),
    help: ArgumentHelp(
      "The private key: a path, pem:PATH or pfx:PATH with ;cert=PATH, ;name=NAME or ;id=HEX after it, pkcs11:URI, or command:PROGRAM with ;cert=PATH and ;key=TEXT; - as PATH is standard input.",
      valueName: "reference"))
  var key: String

  @OptionGroup var secrets: SecretOptions
  @OptionGroup var device: DeviceOptions
  @OptionGroup var signer: SignerOptions

  func validate() throws { try access.validate(with: argument) }

  var access: KeyAccess { KeyAccess(secrets: secrets, device: device, signer: signer) }

  var argument: KeyArgument { KeyArgument(text: key) }

  /// The files that are read: the key's and those of secrets.
  var inputs: [String] { argument.paths + access.inputs }

  /// Who would read standard input, with one more that may.
  func standardInputReaders(beside other: (name: String, path: String?)) -> KeyValuePairs<String, Bool> {
    access.standardInputReaders(with: argument, beside: other)
  }
}
