import ArgumentParser

/// Groups the commands that sign.
struct SignCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign",
    abstract: "Sign a token: the claims are judged first, the finished token is verified before it leaves.",
    subcommands: [SignProofCommand.self, SignAssertionCommand.self, SignClaimsCommand.self])
}
