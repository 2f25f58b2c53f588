import ArgumentParser
import Keyroll

/// When a new token becomes valid, and for how long.
struct WindowOptions: ParsableArguments {
  @Option(
    name: .customLong("not-before"), parsing: .unconditional,
    help: ArgumentHelp(
      "The first second of the token: 2026-11-21T14:00:00Z, or relative to now, such as +2h or -30s.", valueName: "time"
    ))
  var notBefore: String?

  @Option(
    name: .customLong("valid-for"),
    help: ArgumentHelp(
      "How long the token is valid, such as 10m or 90s; the profile sets the default and the limit.",
      valueName: "duration"))
  var validFor: String?

  /// The first second, or nil if none was given; throws `usage`.
  func notBefore(from now: NumericDate) throws(CommandError) -> NumericDate? {
    try notBefore.map { text throws(CommandError) in try Self.date(text, from: now) }
  }

  /// The time from the first second to the last, or nil if none was given; throws `usage`.
  func span() throws(CommandError) -> TimeSpan? {
    guard let validFor else { return nil }
    guard let span = TimeSpan(validFor), span > .zero else {
      throw CommandError(
        .usage, "--valid-for takes a duration, not \(argument: validFor)",
        hint: "write a whole number and a unit, such as 10m, 90s or 1h")
    }
    return span
  }
}

/// How many tokens are made at once, for windows that follow each other.
enum WindowCount {
  /// Four hours of ten minutes.
  static let most = 24

  /// The warning if there is more than one.
  static let caution = "whether the service honours a token that starts later is not documented"

  /// Throws for a number that `--windows` does not take.
  static func require(_ count: Int?) throws {
    if let count, !(1...most).contains(count) {
      throw ValidationError("--windows takes a number from 1 to \(most), not \(count)")
    }
  }
}

extension WindowOptions {
  /// Returns the result of `body`. If a window is refused for its length, the hint names the option that
  /// gave it.
  func naming<Value: ~Copyable>(_ body: () throws -> Value) throws -> Value {
    do { return try body() } catch let error as any DiagnosticError {
      let ofLength = [Check.Reason.windowTooLong, .windowEmpty, .windowReversed].map(\.rawValue)
      guard let validFor, ofLength.contains(error.id) else { throw error }
      throw CommandError(
        id: error.id, "\(error.message); it was given by --valid-for \(argument: validFor)",
        hint: "give a shorter --valid-for, or leave it out for the profile's own")
    }
  }
}

/// The time that a command works at.
struct ClockOptions: ParsableArguments {
  @Option(
    name: .customLong("at"),
    help: ArgumentHelp(
      "Work at this time instead of the clock's, for a machine whose clock is wrong: 2026-11-21T14:00:00Z or with an offset.",
      valueName: "time"))
  var time: String?

  /// Throws `usage` for anything except RFC 3339 or `now`.
  func now() throws(CommandError) -> NumericDate {
    guard let time, !time.utf8.elementsEqual("now".utf8) else { return NumericDate(seconds: WallClock.now) }
    guard let date = NumericDate(rfc3339: time) else {
      throw CommandError(
        .usage, "--at takes a time, not \(argument: time)",
        hint: "write it as 2026-11-21T14:00:00Z or 2026-11-21T15:00:00+01:00")
    }
    return date
  }
}
