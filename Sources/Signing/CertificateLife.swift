import Encodings
public import Messages

/// The time for which a new certificate is valid (RFC 5280, section 4.1.2.5), in seconds since 1970-01-01T00:00:00Z.
public struct CertificateLife: Sendable, Hashable {
  /// The first second.
  public let notBefore: Int64
  /// The last second: both ends count.
  public let notAfter: Int64

  /// 365 days: policies allow it, and the renewal is due only once a year.
  public static let standardSeconds: Int64 = 365 * 86_400
  /// How long before the present a certificate starts, so that one made on a machine whose clock runs ahead is already
  /// valid.
  public static let backdatingSeconds: Int64 = 5 * 60

  /// 1950-01-01T00:00:00Z to 9999-12-31T23:59:59Z: the range of UTCTime and GeneralizedTime (RFC 5280, section
  /// 4.1.2.5).
  private static let encodable: ClosedRange<Int64> = -631_152_000...253_402_300_799

  /// Lasts exactly this many seconds, the first and the last included, from five minutes ago unless another start is
  /// given.
  ///
  /// - Parameters:
  ///   - now: what the clock shows.
  ///   - start: the first second; nil for five minutes before `now`.
  ///   - seconds: the length, both ends included.
  ///   - maximum: the longest life in seconds that a policy allows; nil for no policy.
  ///   - buildTime: when the program was built: a clock that shows less is wrong.
  ///
  /// Throws `clock-before-build`, `lifetime-invalid`, `lifetime-too-long`, `lifetime-over` and `date-out-of-range`.
  public init(
    at now: Int64, startingAt start: Int64? = nil, lasting seconds: Int64 = standardSeconds,
    atMost maximum: Int64? = nil,
    builtAt buildTime: Int64 = .min
  ) throws(CertificateError) {
    if now < buildTime {
      throw CertificateError(
        .clockBeforeBuild,
        "the clock shows \(CalendarDay.text(ofSecondsSince1970: now)), and this program was built at \(CalendarDay.text(ofSecondsSince1970: buildTime))",
        hint: "set the clock of this machine, or say what time it is")
    }
    if seconds <= 0 {
      throw CertificateError(
        .lifetimeInvalid, "a certificate cannot be valid for \(Self.text(ofSeconds: seconds))",
        hint: "give a lifetime such as 365d"
      )
    }
    if let maximum, seconds > maximum {
      throw CertificateError(
        .lifetimeTooLong,
        "the certificate would be valid for \(Self.text(ofSeconds: seconds)), and at most \(Self.text(ofSeconds: maximum)) are allowed",
        hint: "ask for a shorter lifetime, or for one that the policy of the tenant allows")
    }
    let (backdated, isTooEarly) = now.subtractingReportingOverflow(Self.backdatingSeconds)
    let notBefore = start ?? backdated
    let (notAfter, isTooLate) = notBefore.addingReportingOverflow(seconds - 1)
    guard start != nil || !isTooEarly, !isTooLate, Self.encodable.contains(notBefore), Self.encodable.contains(notAfter)
    else {
      throw CertificateError(
        .dateOutOfRange, "the certificate would be valid before 1950 or after 9999, which no certificate can say")
    }
    if notAfter < now {
      throw CertificateError(
        .lifetimeOver,
        "the certificate would end at \(CalendarDay.text(ofSecondsSince1970: notAfter)), and it is \(CalendarDay.text(ofSecondsSince1970: now))",
        hint: "let it start later, or be valid for longer")
    }
    self.init(notBefore: notBefore, notAfter: notAfter)
  }

  /// The dates of an existing certificate.
  package init(notBefore: Int64, notAfter: Int64) {
    self.notBefore = notBefore
    self.notAfter = notAfter
  }

  /// Both ends count; limited to 64 bits.
  public var seconds: Int64 {
    let (difference, overflows) = notAfter.subtractingReportingOverflow(notBefore)
    return overflows || difference == .max ? .max : difference + 1
  }

  /// A number of seconds for people, exact to the second: `365 d`, `365 d 20 min`, `0 s`.
  package static func text(ofSeconds seconds: Int64) -> String {
    let magnitude = seconds.magnitude
    let parts: [(UInt64, String)] = [
      (magnitude / 86_400, "d"), (magnitude / 3600 % 24, "h"), (magnitude / 60 % 60, "min"), (magnitude % 60, "s"),
    ]
    let text = parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: " ")
    return text.isEmpty ? "0 s" : (seconds < 0 ? "-" : "") + text
  }
}

extension CertificateLife: CustomStringConvertible {
  /// For a person: `2026-11-29T20:48:00Z to 2027-11-29T20:47:59Z, 365 d`.
  public var description: String {
    let (start, end) = (
      CalendarDay.text(ofSecondsSince1970: notBefore), CalendarDay.text(ofSecondsSince1970: notAfter)
    )
    return "\(start) to \(end), \(Self.text(ofSeconds: seconds))"
  }
}
