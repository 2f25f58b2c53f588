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

  func validate() throws {
    if client.tenant == nil { throw ValidationError("Missing expected argument '--tenant <tenant>'") }
    if client.clientID == nil { throw ValidationError("Missing expected argument '--client-id <guid>'") }
  }

  func run() throws {
    let algorithm = signing.algorithm
    try TokenSigning(options: signing, answerToKey: ServiceAnswer.toKey).run { _ throws(ProfileError) in
      try client.profile(algorithm: algorithm)
    }
  }
}
