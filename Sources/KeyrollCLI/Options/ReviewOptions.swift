import ArgumentParser

/// By which rules, and for which time, a signing request is judged again.
struct ReviewOptions: ParsableArguments {
  @Option(
    name: .customLong("profile"),
    help: ArgumentHelp(
      "Insist on this profile, by name, or by a file whose rules then stand in place of the request's own.",
      valueName: "name or file"))
  var profile: String?

  /// The file of the profile; a built-in name is no file that is there.
  var inputs: CommandInputs { CommandInputs(["the profile": profile]) }

  @OptionGroup var clock: ClockOptions
}
