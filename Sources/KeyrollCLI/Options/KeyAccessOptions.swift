import ArgumentParser
import Keyroll

/// What a private key is opened with, wherever it is.
struct KeyAccessOptions: ParsableArguments {
  /// The names of those that may be given several times.
  static let repeatable = SignerOptions.repeatable

  @OptionGroup var secrets: SecretOptions
  @OptionGroup var device: DeviceOptions
  @OptionGroup var signer: SignerOptions

  func validate() throws { try requireUnseen(secrets.passwordVariable, device.pinVariable) }

  /// Throws for a variable with a secret that a program would see.
  func requireUnseen(_ variables: String?...) throws {
    for secret in variables.compactMap(\.self) where signer.variables.contains(secret) {
      throw ValidationError("--signer-env cannot name \(secret), which holds a secret")
    }
  }

  /// Throws for a PIN that the key names a source of itself.
  func requireOnePINSource(with key: KeyArgument) throws {
    if device.source != nil, key.namesPINSource {
      throw ValidationError("only one of --pin-… and pin-source in the key can be given")
    }
  }

  /// The files that secrets are read from.
  var inputs: [String] { [secrets.passwordFile, device.pinFile].compactMap(\.self) }

  /// Who would read standard input, with the key and one more that may.
  func standardInputReaders(
    with key: KeyArgument?, beside other: (name: String, path: String?)
  ) -> KeyValuePairs<String, Bool> {
    [
      "the key": key?.readsStandardInput ?? false,
      other.name: other.path.map(StandardInput.isNamed(by:)) ?? false,
      "the password": secrets.readsStandardInput, "the PIN": device.source?.readsStandardInput ?? false,
    ]
  }
}
