import ArgumentParser
import Keyroll

/// The options that every signing command takes.
struct SigningOptions: ParsableArguments {
  /// The names of those that may be given several times.
  static let repeatable = KeyOptions.repeatable + DraftOptions.repeatable

  @OptionGroup var key: KeyOptions

  @Option(
    name: .customLong("certificate"),
    help: ArgumentHelp("The key's certificate, when it is not in the key's file (PEM or DER).", valueName: "file"))
  var certificate: String?

  @OptionGroup var draft: DraftOptions
  @OptionGroup var output: OutputOptions

  /// Everything that is read to open this key.
  func inputs(with reference: KeyReference) throws(KeyError) -> CommandInputs {
    var inputs = key.access.inputs(with: reference)
    try inputs.append(certificates: [certificate].compactMap(\.self))
    return inputs
  }
}
