import Encodings
import JSON
import Messages
import Signing

/// The dates of a token: which ones it has, how they are written, and how long it lives.
public struct TimePolicy: Sendable, Hashable {
  /// The start of the life of a token.
  @nonexhaustive
  public enum Start: String, Sendable, Hashable, CaseIterable {
    /// The date in `nbf`.
    case notBefore = "nbf"
    /// The date in `iat`.
    case issuedAt = "iat"
    /// The moment of judging: `exp` is at most the longest life ahead of it.
    case now
  }

  /// How dates may be written.
  @nonexhaustive
  public enum Numbers: Sendable, Hashable {
    /// As JSON integers.
    case wholeSeconds
    /// As any JSON number (RFC 7519, section 2); fractions count as the next whole second.
    case anyNumber
  }

  /// Whether `nbf` must, may or must not be there.
  public var notBefore: Presence
  /// Whether `iat` must, may or must not be there.
  public var issuedAt: Presence
  /// Whether `exp` must, may or must not be there.
  public var expires: Presence
  /// How dates are written.
  public var numbers: Numbers
  /// The lifetime of a token if none is chosen.
  public var lifetime: TimeSpan
  /// The longest life, or nil for no limit.
  public var maximumLifetime: TimeSpan?
  /// True if lenient rules only warn about a longer life and a missing `nbf`, because the service is seen to accept
  /// them.
  public var isServiceLenient: Bool
  /// The date that the life of the token is counted from.
  public var start: Start
  /// How long before the time of signing `iat` is set, for issuers whose clock may be behind.
  public var issuedAtBackdate: TimeSpan
  /// How far clocks may differ when verifying.
  public var leeway: TimeSpan

  public init(
    notBefore: Presence, issuedAt: Presence, expires: Presence, numbers: Numbers = .wholeSeconds, lifetime: TimeSpan,
    maximumLifetime: TimeSpan?, isServiceLenient: Bool = false, start: Start, issuedAtBackdate: TimeSpan = .zero,
    leeway: TimeSpan = .zero
  ) {
    self.notBefore = notBefore
    self.issuedAt = issuedAt
    self.expires = expires
    self.numbers = numbers
    self.lifetime = lifetime
    self.maximumLifetime = maximumLifetime
    self.isServiceLenient = isServiceLenient
    self.start = start
    self.issuedAtBackdate = issuedAtBackdate
    self.leeway = leeway
  }
}

/// `nbf`, `iat` or `exp` (RFC 7519, sections 4.1.4 to 4.1.6): present if required, a valid date, and on the right side
/// of now.
struct DateRule: ClaimRule {
  /// Which of the three.
  enum Kind {
    case issuedAt, notBefore, expires

    var claimName: ExactText {
      switch self {
      case .issuedAt: "iat"
      case .notBefore: "nbf"
      case .expires: "exp"
      }
    }
  }

  let kind: Kind
  let policy: TimePolicy
  let isLenient: Bool

  var id: String { name.text }
  private var name: ExactText { kind.claimName }

  /// How far ahead `iat` may be with only a warning.
  private static let toleratedLead = TimeSpan.minutes(5)
  private static let spelling = "write the whole seconds since 1970 in UTC, as a JSON number"
  private static let clock = "to judge the token for the time of its use, give that time"
  /// The end of 1970: earlier dates come from a time zone offset that was taken for a time.
  private static let endOf1970 = NumericDate(seconds: 31_536_000)

  func check(_ draft: TokenDraft, at time: NumericDate) -> Check {
    let found = draft.claims[name]
    switch DateClaim(name: name, numbers: policy.numbers, isLenient: isLenient).read(found) {
    case .absent:
      if presence == .optional, kind == .expires {
        return warning(.expiryMissing, "exp is missing: the token never expires")
      }
      if presence != .required { return skipped(.absentOptional, "not there and not needed") }
      let isTolerated = isLenient && policy.isServiceLenient && kind == .notBefore
      return irregular(isTolerated: isTolerated, .claimMissing, "\(name) is missing", hint: Self.spelling)
    case .refused(let oddity):
      return failed(oddity.reason, oddity.message, hint: Self.spelling, found: found)
    case .date(let date, let oddity):
      if presence == .forbidden {
        return failed(.claimForbidden, "\(name) does not belong in this token", hint: "leave it out", found: found)
      }
      if let check = untimely(date, at: time, found) { return check }
      if let oddity { return warning(oddity.reason, oddity.message, found: found) }
      return passed(found: found)
    }
  }

  private var presence: Presence {
    switch kind {
    case .issuedAt: policy.issuedAt
    case .notBefore: policy.notBefore
    case .expires: policy.expires
    }
  }

  /// RFC 7519 allows such a date, and so do the general rules. A profile that asks for whole seconds refuses it.
  static func looksLikeNoDate(_ date: NumericDate, _ policy: TimePolicy) -> Bool {
    date < endOf1970 && policy.numbers == .wholeSeconds
  }

  private func untimely(_ date: NumericDate, at time: NumericDate, _ found: JSONValue?) -> Check? {
    if Self.looksLikeNoDate(date, policy) {
      return failed(
        .dateNear1970, "\(name) is \(date), which looks like a time zone offset or a duration", hint: Self.spelling,
        found: found)
    }
    switch kind {
    case .issuedAt:
      if date <= time + policy.leeway { return nil }
      if date <= time + Self.toleratedLead {
        return warning(.issuedInFuture, "iat is \(date), \(date - time) ahead of the clock", found: found)
      }
      return failed(
        .issuedInFuture, "iat is \(date), \(date - time) ahead of the clock", hint: Self.clock, found: found)
    case .notBefore:
      if date <= time + policy.leeway { return nil }
      return failed(
        .notYetValid, "nbf is \(date), \(date - time) ahead of the clock",
        hint: Self.clock, found: found)
    case .expires:
      if time < date + policy.leeway { return nil }
      return failed(.expired, "exp is \(date), \(time - date) ago", hint: "make a new token", found: found)
    }
  }
}

/// The window from its start to `exp` runs forward and is not longer than the profile allows.
struct LifetimeRule: ClaimRule {
  var id: String { "lifetime" }
  let policy: TimePolicy
  let isLenient: Bool

  func check(_ draft: TokenDraft, at time: NumericDate) -> Check {
    guard let end = date("exp", draft) else { return skipped(.notApplicable, "without exp there is no window") }
    let notBefore = date("nbf", draft)
    // Such a date fails its own check, and a window measured from it would say nothing more.
    if let notBefore, DateRule.looksLikeNoDate(notBefore, policy) || DateRule.looksLikeNoDate(end, policy) {
      return skipped(.notApplicable, "the window was not measured, because its dates are wrong")
    }
    let issuedAt = date("iat", draft)
    if let notBefore, notBefore >= end {
      let reason: Check.Reason = notBefore == end ? .windowEmpty : .windowReversed
      let what = notBefore == end ? "is empty" : "ends before it starts"
      return failed(reason, "the window \(what): nbf is \(notBefore), and exp is \(end)", hint: "set exp after nbf")
    }
    if let issuedAt, issuedAt > end {
      return failed(
        .windowReversed, "the token expires before it was issued: iat is \(issuedAt), and exp is \(end)",
        hint: "set exp after iat")
    }
    let start: NumericDate =
      switch policy.start {
      case .now: time
      case .notBefore: notBefore ?? issuedAt ?? time
      case .issuedAt: issuedAt ?? notBefore ?? time
      }
    let life = end - start
    let found = JSONValue.integer(life.seconds)
    // A fraction of a second, which is rounded up, makes no window too long where fractions are tolerated.
    let isFractional = isLenient && draft.claims["exp"]?.number.map { $0.integer == nil } ?? false
    let counted = isFractional ? TimeSpan(seconds: life.seconds - 1) : life
    if let maximum = policy.maximumLifetime, counted > maximum {
      return irregular(
        isTolerated: isLenient && policy.isServiceLenient, .windowTooLong,
        "the window is \(life), and at most \(maximum) is allowed",
        hint: "set exp \(maximum.seconds) s after \(startName)", found: found)
    }
    return passed(found: found)
  }

  private var startName: String {
    switch policy.start {
    case .now: "now"
    case .notBefore: "nbf"
    case .issuedAt: "iat"
    }
  }

  private func date(_ name: ExactText, _ draft: TokenDraft) -> NumericDate? {
    guard
      case .date(let date, _) = DateClaim(name: name, numbers: policy.numbers, isLenient: isLenient).read(draft.claims)
    else {
      return nil
    }
    return date
  }
}

/// Reads a date from the claims and reports what is odd about its spelling.
struct DateClaim {
  /// The result for a date claim.
  enum Reading {
    case absent
    /// The finding is set if the spelling is tolerated and deserves a warning.
    case date(NumericDate, oddity: Oddity?)
    case refused(Oddity)
  }

  /// One thing that is wrong with a spelling.
  struct Oddity {
    let reason: Check.Reason
    let message: String
  }

  let name: ExactText
  let numbers: TimePolicy.Numbers
  let isLenient: Bool

  func read(_ claims: JSONObject) -> Reading { read(claims[name]) }

  /// Takes the value of the claim, if it is there.
  func read(_ value: JSONValue?) -> Reading {
    guard let value else { return .absent }
    switch value {
    case .number(let number):
      if let seconds = number.integer { return inRange(seconds, oddity: nil) }
      guard let seconds = number.roundedUp else { return outOfRange(number.text) }
      if numbers == .anyNumber { return inRange(seconds, oddity: nil) }
      let oddity = Oddity(
        reason: .dateFractional,
        message: "\(name) is \(ForeignText(json: number.text)), not seconds without fraction and exponent")
      return isLenient ? inRange(seconds, oddity: oddity) : .refused(oddity)
    case .string(let text):
      let oddity = Oddity(reason: .dateAsString, message: "\(name) is a string, and a number of seconds is needed")
      let digits = text.text.utf8
      guard isLenient, digits.allSatisfy({ ASCII.isDigit($0) }),
        let seconds = Int64(text.text)
      else {
        return .refused(oddity)
      }
      return inRange(seconds, oddity: oddity)
    default:
      return .refused(Oddity(reason: .dateMalformed, message: "\(name) is \(value.kind), not a number of seconds"))
    }
  }

  private func inRange(_ seconds: Int64, oddity: Oddity?) -> Reading {
    let date = NumericDate(seconds: seconds)
    if date > .latest || date < .earliest { return outOfRange(String(seconds)) }
    return .date(date, oddity: oddity)
  }

  private func outOfRange(_ text: String) -> Reading {
    // The milliseconds of the years 2001 to 2286 have 13 digits.
    if let milliseconds = Int64(text), (1_000_000_000_000..<10_000_000_000_000).contains(milliseconds) {
      return .refused(
        Oddity(
          reason: .dateInMilliseconds,
          message: "\(name) is \(text), which looks like milliseconds: \(NumericDate(seconds: milliseconds / 1000))"))
    }
    return .refused(
      Oddity(reason: .dateOutOfRange, message: "\(name) is \(ForeignText(json: text)), outside the years 0 to 9999"))
  }
}
