import ArgumentParser

/// Groups the commands about requests that another machine sends.
struct RequestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "request",
    abstract: "Make a request that a connected machine sends with curl alone, or check one before it is sent.",
    subcommands: [
      RequestAddKeyCommand.self, RequestRemoveKeyCommand.self, RequestTokenCommand.self, RequestCheckCommand.self,
    ])

  func run() throws {
    throw CommandError.usage("which request is missing: add-key, remove-key, token or check")
  }
}
