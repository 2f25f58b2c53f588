import Encodings
import JSON

/// `nbf`, `iat` or `exp` (RFC 7519, sections 4.1.4 to 4.1.6): there if it must be, a date, and on the right side of now.
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

  /// How far `iat` may be ahead with no more than a warning.
  private static let toleratedLead = TimeSpan.minutes(5)
  private static let spelling = "write the whole seconds since 1970 in UTC, as a JSON number"
  private static let clock = "to judge the token for the time of its use, give that time by --at"
  /// The end of 1970: dates before it come from a time zone offset taken for a time.
  private static let endOf1970 = NumericDate(seconds: 31_536_000)

  func check(_ draft: TokenDraft, at time: NumericDate) -> Check {
    let found = draft.claims[name]
    switch DateClaim(name: name, numbers: policy.numbers, isLenient: isLenient).read(found) {
    case .absent:
      if presence != .required { return skipped(.absentOptional, "not there, and not needed") }
      let isTolerated = isLenient && policy.isServiceLenient && kind == .notBefore
      return irregular(isTolerated: isTolerated, .claimMissing, "\(name) is missing", hint: Self.spelling)
    case .refused(let oddity):
      return failed(oddity.reason, oddity.message, hint: Self.spelling, found: found)
    case .date(let date, let oddity):
      if presence == .forbidden {
        return failed(.claimForbidden, "\(name) does not belong into this token", hint: "leave it out", found: found)
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

  /// RFC 7519 allows such a date, and the general rules do; where whole seconds are asked for, nobody means it.
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
