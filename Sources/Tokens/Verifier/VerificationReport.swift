import Encodings
public import JSON

/// The findings of a verifier: every check, in an order and under ids that never change.
public struct VerificationReport: Sendable {
  /// The id of the profile that the token was judged by.
  public let profileID: String
  /// The time that the token was judged for.
  public let time: NumericDate
  /// True if the token was judged leniently.
  public let isLenient: Bool
  /// Every check, in an order that never changes.
  public let checks: [Check]
  /// The key that made the signature, which may differ from the one that the header names; nil if no given key made it.
  public let signer: TrustedKey?
  private let judged: VerifiedToken?

  init(
    profileID: String, time: NumericDate, isLenient: Bool, checks: [Check], signer: TrustedKey?, judged: VerifiedToken?
  ) {
    self.profileID = profileID
    self.time = time
    self.isLenient = isLenient
    self.checks = checks
    self.signer = signer
    self.judged = judged
  }

  /// True if no check failed, every required check passed or warned, and the signature is among those that passed.
  public var isAccepted: Bool {
    var hasGoodSignature = false
    // By index, because a loop over the checks would copy each.
    for index in checks.indices {
      switch checks[index].status {
      case .failed: return false
      case .skipped: if checks[index].isRequired { return false }
      case .passed: if checks[index].id == FormatCheck.signature { hasGoodSignature = true }
      case .warning: break
      }
    }
    return hasGoodSignature && judged != nil
  }

  /// The token, if it was accepted.
  public var verifiedToken: VerifiedToken? { isAccepted ? judged : nil }

  /// The same report for a token with text around it. The first failed check of the format names that text, and those
  /// that failed because of it become not reached.
  package func naming(_ dropped: [DroppedText]) -> VerificationReport {
    guard dropped.contains(where: \.isAround), let first = checks.firstIndex(where: Self.isOfForm),
      let finding = checks[first].finding
    else { return self }
    var checks = checks
    let check = checks[first]
    checks[first] = Check(
      id: check.id, verdict: check.verdict, status: check.status, isRequired: check.isRequired, found: check.found,
      finding: Check.Finding(
        reason: finding.reason, message: "the text \(dropped.problem)", hint: "give the token alone",
        serviceAnswer: finding.serviceAnswer))
    for index in checks.indices where index > first && Self.isOfForm(checks[index]) {
      checks[index] = .skipped(checks[index].id, .format, .notReached, "an earlier check failed", isRequired: true)
    }
    return VerificationReport(
      profileID: profileID, time: time, isLenient: isLenient, checks: checks, signer: signer, judged: judged)
  }

  private static func isOfForm(_ check: Check) -> Bool { check.verdict == .format && check.status == .failed }

  /// The checks that failed.
  public var failedChecks: [Check] { checks.filter { $0.status == .failed } }
  /// The checks that are warnings.
  public var warnings: [Check] { checks.filter { $0.status == .warning } }

  /// The verdict on format, signature or claims alone. It is also false if one of its required checks was not reached.
  public func isAccepted(_ verdict: Check.Verdict) -> Bool {
    let own = checks.filter { $0.verdict == verdict }
    return !own.isEmpty
      && own.allSatisfy { check in
        check.status != .failed
          && !(check.status == .skipped
            && (check.isRequired || check.finding?.reason == Check.Reason.notReached.rawValue))
      }
  }
}

/// The header and claims of a token that a verifier has accepted; only `TokenVerifier` makes one.
public struct VerifiedToken: Sendable {
  /// The header.
  public let header: JSONObject
  /// The claims.
  public let claims: JSONObject
}

extension VerificationReport {
  /// The version of the JSON form; it goes up if a member changes its meaning or is removed.
  public static let jsonVersion: Int64 = 1

  /// The report for programs: `version`, `accepted`, `profile`, `at`, `lenient`, `verdicts`, `checks`.
  public var json: JSONObject {
    var verdicts = JSONObject()
    for verdict in Check.Verdict.allCases {
      verdicts[ExactText(verdict.rawValue)] = .boolean(isAccepted(verdict))
    }
    return [
      "version": .integer(Self.jsonVersion),
      "accepted": .boolean(isAccepted),
      "profile": .string(ExactText(profileID)),
      "at": .string(ExactText(time.description)),
      "lenient": .boolean(isLenient),
      "verdicts": .object(verdicts),
      "checks": .array(checks.map { .object($0.json) }),
    ]
  }
}
