import ArgumentParser
import Keyroll

/// `keyroll prepare claims`
struct PrepareClaimsCommand: RepeatableOptions {
  static let configuration = CommandConfiguration(
    commandName: "claims",
    abstract: "Prepare a token for any other issuer, by a profile.",
    discussion: "The request holds the profile, so that it is judged by the same rules where it is signed.")

  static let repeatableOptions = DraftOptions.repeatable + ClaimOptions.repeatable

  @OptionGroup var source: ProfileOptions
  @OptionGroup var preparing: PreparingOptions
  @OptionGroup var claims: ClaimOptions

  func run() throws {
    try TokenPreparing(
      options: preparing, profile: try source.reference(), claims: try claims.object(), otherInputs: source.inputs
    ).run()
  }
}
