import ArgumentParser
import Keyroll

/// `keyroll sign claims`
struct SignClaimsCommand: RepeatableOptions {
  static let configuration = CommandConfiguration(
    commandName: "claims",
    abstract: "Sign a token for any other issuer, by a profile.",
    discussion: "keyroll profiles lists the built-in profiles and prints them as a start for a file of your own.")

  static let repeatableOptions = SigningOptions.repeatable + ClaimOptions.repeatable

  @OptionGroup var source: ProfileOptions
  @OptionGroup var signing: SigningOptions
  @OptionGroup var claims: ClaimOptions

  func run() throws {
    try TokenSigning(
      options: signing, profile: try source.reference(), claims: try claims.object(), otherInputs: source.inputs
    ).run()
  }
}
