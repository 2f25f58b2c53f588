public import JSON
public import Tokens
public import Signing

/// The token that a service answered to, judged as far as that service is known to judge.
public struct SentToken: Sendable {
  public let profileID: String
  /// The time it was judged for.
  public let time: NumericDate
  /// Those of a verification report, in its order and under its ids.
  public let checks: [Check]
  /// False where no key was given: nothing is then said of the signature or of thumbprints.
  public let hasKey: Bool
  /// The header, where it can be read.
  public let header: JSONObject?

  /// Judges leniently where the service is seen to be lenient; without a key, all that needs none.
  public init(
    _ text: Span<UInt8>, profile: Profile, keys: [TrustedKey], unusable: [UnusableCertificate] = [],
    cryptography: any Cryptography, at time: NumericDate
  ) {
    let report = TokenVerifier(
      profile: profile, keys: keys, unusable: unusable, cryptography: cryptography,
      isLenient: true
    ).verify(text, at: time)
    let token = try? UnverifiedToken(text)
    profileID = profile.id
    self.time = time
    hasKey = !(keys.isEmpty && unusable.isEmpty)
    header = try? token?.header.get()
    guard !hasKey, let header, let claims = try? token?.claims.get() else {
      checks = report.checks
      return
    }
    let draft = TokenDraft(header: header, claims: claims, publicKey: nil, certificate: nil)
    let keyless = profile.check(draft, at: time, cryptography: cryptography, isLenient: true)
    checks = report.checks.map { check in
      keyless.first { $0.id.utf8.elementsEqual(check.id.utf8) } ?? check
    }
  }

  /// What is wrong with the token itself.
  public var faults: [Check] { checks.filter { !$0.faultNames.isEmpty } }

  /// What was not compared because nobody said what to compare it with.
  public var uncompared: [Check] {
    let reason = Check.Reason.notCompared.rawValue
    return checks.filter { $0.finding?.reason.utf8.elementsEqual(reason.utf8) ?? false }
  }
}
