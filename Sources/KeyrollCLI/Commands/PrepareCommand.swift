import ArgumentParser

/// Groups the commands that prepare a token for a signer elsewhere.
struct PrepareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prepare",
    abstract:
      "Prepare a token that is signed elsewhere: keyroll sign-request or any other signer signs, keyroll assemble checks.",
    subcommands: [
      PrepareProofCommand.self,
      PrepareAssertionCommand.self,
      PrepareClaimsCommand.self,
      PrepareFormCommand.self,
    ])

  /// Not help: see `SignCommand`.
  func run() throws {
    throw CommandError.usage("which token to prepare is missing: proof, assertion or claims")
  }
}
