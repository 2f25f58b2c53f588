import ArgumentParser
import Keyroll

/// A profile by name or file, and the values of its parameters.
struct ProfileOptions: ParsableArguments {
  @Option(
    name: .customLong("profile"),
    help: ArgumentHelp("A built-in profile, or the path of a profile file (JSON).", valueName: "name or file"))
  var profile: String

  @OptionGroup var values: ParameterOptions

  func document() throws -> ProfileDocument { try ProfileFile.document(profile) }

  func parameterValues() throws(CommandError) -> [String: JSONString] { try values.dictionary() }
}
