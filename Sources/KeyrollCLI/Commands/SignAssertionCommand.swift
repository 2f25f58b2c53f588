import ArgumentParser
import Keyroll

/// `keyroll sign assertion`
struct SignAssertionCommand: RepeatableOptions {
  static let configuration = CommandConfiguration(
    commandName: "assertion",
    abstract: "Sign a client assertion for the client-credentials flow of Entra.",
    usage: "keyroll sign assertion [<options>] --tenant <tenant> --client-id <guid> --key <reference>",
    discussion: """
      The documented form is PS256 with x5t#S256; --algorithm RS256 makes the older form with x5t. The host in aud must be \
      the host that the assertion is posted to.
      """)

  static let repeatableOptions = SigningOptions.repeatable

  @OptionGroup var client: EntraClientOptions
  @OptionGroup var signing: SigningOptions

  func validate() throws { try client.requireClient() }

  func run() throws {
    try TokenSigning(options: signing, profile: try client.reference(), answerToKey: ServiceAnswer.toKey).run()
  }
}
