import ArgumentParser
import Keyroll

/// `keyroll inspect`
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show what a token says, without verifying anything.")

  @OptionGroup var clock: ClockOptions
  @OptionGroup var format: FormatOptions

  @Argument(help: ArgumentHelp("The token, a file that holds it, or - for standard input.", valueName: "token or file"))
  var token: String = "-"

  func run() throws {
    let time = try clock.now()
    StandardInput.noteTerminal(at: token)
    let input = try TokenInput(token)
    if let note = input.note { Diagnostics.note(note) }
    let inspection = Inspection(try UnverifiedToken(input.bytes.span), at: time)
    switch format.format {
    case .text: try StandardOutput.write(inspection.screen)
    case .json: try StandardOutput.write(inspection.json)
    }
  }
}
