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

  func validate() throws {
    if certificate != nil, key.argument.namesCertificate {
      throw ValidationError("only one of --certificate and ;cert= in the key can be given")
    }
  }

  /// The files that are read: the key's, the certificate's and those of secrets.
  var inputs: [String] { key.inputs + [certificate].compactMap(\.self) }

  /// Who would read standard input.
  var standardInputReaders: KeyValuePairs<String, Bool> {
    key.standardInputReaders(beside: ("the certificate", certificate))
  }
}
