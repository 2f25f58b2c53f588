import Encodings
import JSON

/// The window from its start to `exp` runs forward and is not longer than the profile allows.
struct LifetimeRule: ClaimRule {
  var id: String { "lifetime" }
  let policy: TimePolicy
  let isLenient: Bool

  func check(_ draft: TokenDraft, at time: NumericDate) -> Check {
    guard let end = date("exp", draft) else { return skipped(.notApplicable, "without exp there is no window") }
    let notBefore = date("nbf", draft)
    // Such a date fails its own check, and a window measured from it says nothing more.
    if let notBefore, DateRule.looksLikeNoDate(notBefore, policy) || DateRule.looksLikeNoDate(end, policy) {
      return skipped(.notApplicable, "the window was not measured between dates that make no sense")
    }
    let issuedAt = date("iat", draft)
    if let notBefore, notBefore >= end {
      let reason: Check.Reason = notBefore == end ? .windowEmpty : .windowReversed
      let what = notBefore == end ? "is empty" : "ends before it begins"
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
    if let maximum = policy.maximumLifetime, life > maximum {
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
