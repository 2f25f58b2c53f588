import ArgumentParser
import Keyroll

/// A profile by name or file, and the values of its parameters.
struct ProfileOptions: ParsableArguments {
  @Option(
    name: .customLong("profile"),
    help: ArgumentHelp("A built-in profile, or the path of a profile file (JSON).", valueName: "name or file"))
  var profile: String

  @OptionGroup var values: ParameterOptions

  /// The file of the profile; a built-in name is no file that is there.
  var inputs: CommandInputs { CommandInputs(["the profile": profile]) }

  /// Throws what is wrong with the document, and `usage` for a parameter that is given twice.
  func reference() throws -> ProfileReference {
    ProfileReference(try ProfileFile.document(profile), parameters: try values.dictionary())
  }
}
