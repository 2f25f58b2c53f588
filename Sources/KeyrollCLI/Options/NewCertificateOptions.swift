import ArgumentParser
import Keyroll

/// The name in a new certificate or request, and the algorithm that signs it.
struct SubjectOptions: ParsableArguments {
  @Option(
    name: .customLong("subject"),
    help: ArgumentHelp(
      "The name in it: a text, such as \"Payroll exporter 2027\", or an RFC 4514 name, such as CN=Payroll,O=Example.",
      valueName: "text"))
  var subject: String

  @Option(
    name: .customLong("algorithm"),
    help: ArgumentHelp("The algorithm that signs it: RS256, RS384, RS512 or PS256.", valueName: "name"))
  var algorithm: SignatureAlgorithm = .rs256
}

/// The time in which a new certificate is valid.
struct LifeOptions: ParsableArguments {
  @Option(
    name: .customLong("valid-for"), parsing: .unconditional,
    help: ArgumentHelp("How long the certificate is valid; 365d by default.", valueName: "duration"))
  var validFor: String?

  @Option(
    name: .customLong("not-before"), parsing: .unconditional,
    help: ArgumentHelp(
      "Its first second: 2026-11-21T14:00:00Z, or relative to now, such as +2h; five minutes ago by default.",
      valueName: "time"))
  var notBefore: String?

  @Option(
    name: .customLong("max-lifetime"),
    help: ArgumentHelp(
      "The longest time that the certificate may be valid, such as 365d; a longer one is refused.",
      valueName: "duration"))
  var maximum: TimeSpan?

  func validate() throws {
    if let maximum, maximum <= .zero {
      throw ValidationError("--max-lifetime takes a duration above zero, such as 365d")
    }
  }

  /// The names of the given options.
  var given: [String] {
    [
      validFor.map { _ in "--valid-for" }, notBefore.map { _ in "--not-before" }, maximum.map { _ in "--max-lifetime" },
    ].compactMap(\.self)
  }

  /// Throws `usage`, and what is wrong with such a life.
  func life(by clock: ClockOptions) throws -> CertificateLife {
    let now = try clock.now()
    return try CertificateLife(
      at: now.seconds,
      startingAt: try notBefore.map { text throws(CommandError) in try WindowOptions.date(text, from: now).seconds },
      lasting: try seconds(), atMost: maximum?.seconds, builtAt: clock.buildTime)
  }

  /// A negative one is not refused here: the library says what is wrong with it.
  private func seconds() throws(CommandError) -> Int64 {
    guard let validFor else { return CertificateLife.standardSeconds }
    let isNegative = validFor.utf8.first == UInt8(ascii: "-")
    guard let span = TimeSpan(isNegative ? String(validFor.unicodeScalars.dropFirst()) : validFor) else {
      throw CommandError(
        .usage, "--valid-for takes a duration, not \(argument: validFor)",
        hint: "write a whole number and a unit, such as 365d or 12h")
    }
    return isNegative ? -span.seconds : span.seconds
  }
}

extension ClockOptions {
  /// The earliest time that the clock can show, if the clock is used.
  var buildTime: Int64 { time == nil ? CertificateLife.buildTime : .min }
}

extension WindowOptions {
  /// Reads `--not-before`; throws `usage`.
  static func date(_ text: String, from now: NumericDate) throws(CommandError) -> NumericDate {
    if let date = NumericDate(rfc3339: text) { return date }
    if let sign = text.utf8.first, let span = TimeSpan(String(text.unicodeScalars.dropFirst())) {
      if sign == UInt8(ascii: "+") { return now + span }
      if sign == UInt8(ascii: "-") { return now - span }
    }
    throw CommandError(
      .usage, "--not-before takes a time, not \(argument: text)",
      hint: "write it as 2026-11-21T14:00:00Z, or relative to now as +2h or -30s")
  }
}
