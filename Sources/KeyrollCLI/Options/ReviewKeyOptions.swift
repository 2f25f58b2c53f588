import ArgumentParser
import Keyroll

/// The private key that signs what was reviewed, and what it is opened with; none is needed for a review alone.
struct ReviewKeyOptions: ParsableArguments {
  /// The names of those that may be given several times.
  static let repeatable = SignerOptions.repeatable

  @Option(
    name: .customLong("key"),
    help: ArgumentHelp("The private key, as for keyroll sign; not needed with --show.", valueName: "reference"))
  var key: String?

  @OptionGroup var secrets: SecretOptions
  @OptionGroup var device: DeviceOptions
  @OptionGroup var signer: SignerOptions

  func validate() throws { try access.validate() }

  var access: KeyAccess { KeyAccess(secrets: secrets, device: device, signer: signer) }

  /// The key's reference, read, where there is one; throws what is wrong with it.
  func reference() throws -> KeyReference? {
    guard let reference = try key.map(KeySchemes.reference) else { return nil }
    try access.requireNoneNamedTwice(by: reference)
    return reference
  }
}
