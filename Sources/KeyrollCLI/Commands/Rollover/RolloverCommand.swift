import ArgumentParser
import Keyroll

/// Groups the commands that carry a rollover; without the name of one it says where a rollover stands.
struct RolloverCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rollover",
    abstract: "Carry the key of an application from the old one to the new one: one folder, one next step at a time.",
    discussion: """
      keyroll rollover FOLDER says at any time where a rollover stands, what comes next, and why. A folder of rollovers is \
      taken wherever one rollover is. The old key is removed only when the new one was accepted, the workload was switched \
      and both keys have stayed for a while.
      """,
    subcommands: [
      RolloverStatusCommand.self, RolloverNewCommand.self, RolloverNextCommand.self, RolloverRecordCommand.self,
      RolloverSwitchedCommand.self, RolloverAbandonCommand.self,
    ],
    defaultSubcommand: RolloverStatusCommand.self)
}

/// `keyroll rollover status`
struct RolloverStatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Say where rollovers stand, the next command, and why; answers that lie in them are taken in first.",
    discussion: "Exit status 1: one of them is overdue, because its old certificate ends within 30 days, or cannot be read.")

  @OptionGroup var clock: ClockOptions
  @OptionGroup var format: FormatOptions

  @Argument(help: ArgumentHelp("Rollovers, or folders of them.", valueName: "folder"))
  var folders: [String]

  func run() throws {
    let time = try clock.now()
    let paths = try RolloverPaths.all(in: folders)
    var output = RolloverOutput(format.format)
    for path in paths {
      try output.perform(path, isOnly: paths.count == 1) {
        var folder = try RolloverFolder(at: path, cryptography: Toolkit.command.cryptography)
        let answers = try folder.recordOwnAnswers(at: time)
        return RolloverOutput.Result(.stands, RolloverReport(folder, at: time), answers: answers)
      }
    }
    try output.write()
  }
}
