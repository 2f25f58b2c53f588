import ArgumentParser
import Keyroll

/// What a private key is opened with, wherever it is.
///
/// Not a group of options around these groups: ArgumentParser reads a group again for each one that it is inside of.
struct KeyAccess {
  let secrets: SecretOptions
  let device: DeviceOptions
  let signer: SignerOptions

  /// Throws for a PIN that the key names a source of itself, and for a secret that a program would see.
  func validate(with key: KeyArgument?) throws {
    if device.source != nil, key?.namesPINSource ?? false {
      throw ValidationError("only one of --pin-… and pin-source in the key can be given")
    }
    try requireUnseen(secrets.passwordVariable, device.pinVariable)
  }

  /// Throws for a variable with a secret that a program would see.
  func requireUnseen(_ variables: String?...) throws {
    for secret in variables.compactMap(\.self) where signer.variables.contains(secret) {
      throw ValidationError("--signer-env cannot name \(secret), which holds a secret")
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
