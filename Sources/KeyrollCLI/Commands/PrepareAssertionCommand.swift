import ArgumentParser
import Keyroll

/// `keyroll prepare assertion`
struct PrepareAssertionCommand: RepeatableOptions {
  static let configuration = CommandConfiguration(
    commandName: "assertion",
    abstract: "Prepare a client assertion for the client-credentials flow of Entra.",
    usage: "keyroll prepare assertion [<options>] --tenant <tenant> --client-id <guid> --certificate <file>",
    discussion: "See also keyroll sign assertion.")

  static let repeatableOptions = DraftOptions.repeatable

  @OptionGroup var client: EntraClientOptions
  @OptionGroup var preparing: PreparingOptions

  func validate() throws { try client.requireClient() }

  func run() throws { try TokenPreparing(options: preparing, profile: try client.reference()).run() }
}
