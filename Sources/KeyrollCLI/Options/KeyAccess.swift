import ArgumentParser
import Keyroll

/// What a private key is opened with, wherever it is.
///
/// Not a group of options around these groups: ArgumentParser reads a group again for each one that it is inside of.
struct KeyAccess {
  let secrets: SecretOptions
  let device: DeviceOptions
  let signer: SignerOptions

  /// Throws for a secret that a program would see.
  func validate() throws { try requireUnseen(secrets.passwordVariable, device.pinVariable) }

  /// Throws `usage` for what an option gives and the reference names itself: a secret, or the certificate.
  func requireNoneNamedTwice(by reference: KeyReference, certificate: String? = nil) throws(CommandError) {
    let (secret, pin) = (secrets.source != nil, device.source != nil)
    let named = [
      ("pin-source", "--pin-… and pin-source", pin), ("password-file", "--password-… and ;password-file=", secret),
      ("cert", "--certificate and ;cert=", certificate != nil),
      ("certificate", "--certificate and ?certificate=", certificate != nil),
    ]
    for (attribute, names, isGiven) in named where isGiven && reference[attribute] != nil {
      throw .usage("only one of \(names) in the key can be given")
    }
  }

  /// Throws for a variable with a secret that a program would see.
  func requireUnseen(_ variables: String?...) throws {
    for secret in variables.compactMap(\.self) where signer.variables.contains(secret) {
      throw ValidationError("--signer-env cannot name \(naming: secret), which holds a secret")
    }
  }

  /// Opens nothing: what a key by this reference is read from.
  func inputs(with reference: KeyReference?) -> CommandInputs {
    var inputs = CommandInputs()
    inputs.append(reference)
    inputs.append("the password", secrets.source)
    inputs.append("the PIN", device.source)
    return inputs
  }
}
