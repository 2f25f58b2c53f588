import ArgumentParser

/// By which rules, and for which time, a signing request is judged again.
struct ReviewOptions: ParsableArguments {
  @Option(
    name: .customLong("profile"),
    help: ArgumentHelp(
      "Insist on this profile, by name, or by a file whose rules then stand in place of the request's own.",
      valueName: "name or file"))
  var profile: String?

  @OptionGroup var clock: ClockOptions
}
