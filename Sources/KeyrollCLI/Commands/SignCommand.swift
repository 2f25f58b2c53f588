import ArgumentParser

/// Groups the commands that sign.
struct SignCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign",
    abstract: "Sign a token: the claims are judged first, the finished token is verified before it leaves.",
    subcommands: [SignProofCommand.self, SignAssertionCommand.self, SignClaimsCommand.self])

  /// Not help, as elsewhere: whoever reads a token from standard output must not get a page of help and status 0.
  func run() throws {
    throw CommandError.usage("which token to sign is missing: proof, assertion or claims")
  }
}
