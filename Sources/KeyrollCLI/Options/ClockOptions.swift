import ArgumentParser
import Glibc
import Keyroll

/// The time that a command works at.
struct ClockOptions: ParsableArguments {
  @Option(
    name: .customLong("at"),
    help: ArgumentHelp(
      "Work at this time instead of the clock's, for a machine whose clock is wrong: 2026-11-21T14:00:00Z or with an offset.",
      valueName: "time"))
  var time: String?

  /// Throws `usage` for anything but RFC 3339 or `now`.
  func now() throws(CommandError) -> NumericDate {
    guard let time, !time.utf8.elementsEqual("now".utf8) else { return NumericDate(seconds: Int64(Glibc.time(nil))) }
    guard let date = NumericDate(rfc3339: time) else {
      throw CommandError(
        .usage, "--at takes a time, not \(argument: time)",
        hint: "write it as 2026-11-21T14:00:00Z or 2026-11-21T15:00:00+01:00")
    }
    return date
  }
}
