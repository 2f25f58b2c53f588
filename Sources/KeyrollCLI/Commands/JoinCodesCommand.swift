import ArgumentParser
import Keyroll

/// `keyroll join-codes`
struct JoinCodesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "join-codes",
    abstract: "Join the texts of several QR codes to the one text that was drawn.",
    usage: "keyroll join-codes [<options>] [<file>]",
    discussion: """
      Takes the text of each code on a line, in any order, as zbarimg, zbarcam and other readers print it; the checksum of the \
      whole is compared. Text that fitted one code is passed through.

      Examples:
        keyroll join-codes codes.txt --output proof.jwt
        zbarimg --raw --quiet -Sdisable -Sqrcode.enable codes.png | keyroll join-codes
      """)

  @OptionGroup var output: OutputOptions
  @OptionGroup var format: FormatOptions

  @Argument(
    help: ArgumentHelp("The file with the texts, or - for standard input.", valueName: "file"), completion: .file())
  var file: String = "-"

  /// The most that is read, in bytes: more than the most codes hold.
  private static let limit = 1 << 16

  func run() throws {
    let destination = try output.destination(sparing: CommandInputs(["the file": file]), format: format.format)
    StandardInput.noteTerminal(at: file)
    let contents = try SecretBytes.contents(ofFile: file, limit: Self.limit)
    let text = try contents.withBytes { bytes throws(QRCodeError) in
      try QRCodePart.join(bytes, cryptography: Toolkit.command.cryptography)
    }
    try destination.write(text + "\n", reportedAs: ResultReport("text"))
  }
}
