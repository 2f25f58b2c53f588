import ArgumentParser
import Keyroll

/// The options that every command takes that prepares a token for a signer elsewhere.
struct PreparingOptions: ParsableArguments {
  @Option(
    name: .customLong("certificate"),
    help: ArgumentHelp(
      "The certificate of the key that is to sign, with its issuers or without (PEM or DER).", valueName: "file"))
  var certificate: String

  @OptionGroup var draft: DraftOptions

  @Option(
    name: .customLong("as"),
    help: ArgumentHelp(
      "Write to standard output also what the signer takes; the request goes to --output.", valueName: "form"))
  var form: SigningRequestForm?

  @OptionGroup var output: OutputOptions

  func validate() throws {
    if form != nil, output.output.map(StandardOutput.isNamed(by:)) ?? true {
      throw ValidationError("--as needs --output FILE for the request, without which no token can be assembled")
    }
    if form != nil, output.drawsCodes { throw ValidationError("--as and --qr both write to standard output") }
  }
}
