import JSON
public import Signing

/// Judges tokens by a profile and the keys that the caller trusts. A bad token is a result, never an error.
public struct TokenVerifier: Sendable {
  private let profile: Profile
  private let selector: KeySelector
  private let isLenient: Bool
  private let headerRules: [any ClaimRule]
  private let claimRules: [any ClaimRule]

  /// Lenient rules accept, with a warning each, what the token endpoint of Entra is seen to accept.
  ///
  /// A token that names an unusable certificate is rejected with the reason why the certificate cannot be used. A bad
  /// signature has the reason, message and hint of its fault, if it is certain what was signed or how.
  public init(
    profile: Profile, keys: [TrustedKey], unusable: [UnusableCertificate] = [],
    cryptography: any Cryptography, isLenient: Bool = false
  ) {
    self.profile = profile
    selector = KeySelector(
      keys: keys, unusable: unusable, keyID: profile.keyID, cryptography: cryptography)
    let isLenient = isLenient && profile.hasLenientForm
    self.isLenient = isLenient
    headerRules = profile.headerRules(isLenient: isLenient, cryptography: cryptography)
    claimRules = profile.claimRules(isLenient: isLenient)
  }

  /// Judges a token as it was received, byte by byte.
  public func verify(_ text: Span<UInt8>, at time: NumericDate) -> VerificationReport {
    do throws(CompactSerializationError) {
      return verify(try UnverifiedToken(text), at: time)
    } catch {
      var checks = [
        Check(
          id: FormatCheck.serialization, verdict: .format, status: .failed, isRequired: true, found: nil,
          finding: Check.Finding(reason: error.id, message: error.message, hint: error.hint))
      ]
      for id in FormatCheck.afterSerialization { checks.append(notReached(id, .format)) }
      return report(checks + checksWithoutHeader(), at: time, token: nil)
    }
  }

  /// Judges a token that was taken apart already; never throws.
  public func verify(_ token: UnverifiedToken, at time: NumericDate) -> VerificationReport {
    var checks: [Check] = []
    checks.reserveCapacity(32)
    FormatCheck.append(token, isLenient: isLenient, to: &checks)
    guard case .success(let header) = token.header, selector.hasAny else {
      return report(checks + checksWithoutHeader(), at: time, token: nil)
    }
    let claims = (try? token.claims.get()) ?? JSONObject()
    var selection = selector.select(for: token, header, claims, at: time)
    if selection.signature.status == .failed, checks.contains(where: { $0.status == .failed }),
      let canonical = token.canonical
    {
      selection = selector.excusing(selection, by: canonical, header, claims, at: time)
    }
    // That it is missing is said once, among the checks of the form.
    if token.serialization.signature.isEmpty, selection.signature.status == .failed, selection.signer == nil,
      checks.contains(where: { $0.finding?.reason == Check.Reason.emptySegment.rawValue && $0.status == .failed })
    {
      selection.signature = notReached(FormatCheck.signature, .signature)
    }
    let key = selection.key
    var draft = TokenDraft(
      header: header, claims: claims, publicKey: key?.verifier.publicKey, certificate: key?.certificate,
      keyID: key?.keyID, keyAlgorithm: key?.algorithm)
    if let key { draft.hints = key.hints }
    if key == nil { draft.strangeHints = selection.strangeHints }
    draft.keySource = key?.source
    append(headerRules, on: draft, at: time, to: &checks)
    checks.append(selection.signature)
    if key == nil {
      checks += Profile.certificateRules.map(notReached)
    } else {
      append(Profile.certificateRules, on: draft, at: time, to: &checks)
    }
    if case .failure = token.claims {
      checks += claimRules.map(notReached)
    } else {
      append(claimRules, on: draft, at: time, to: &checks)
    }
    return report(
      checks, at: time, token: VerifiedToken(header: header, claims: claims),
      signer: selection.signer)
  }

  /// Judges a draft by every rule except that of the signature, in the order of every report.
  func check(_ draft: TokenDraft, at time: NumericDate) -> [Check] {
    var draft = draft
    draft.isForSigning = true
    var checks: [Check] = []
    checks.reserveCapacity(32)
    for rules in [headerRules, Profile.certificateRules, claimRules] { append(rules, on: draft, at: time, to: &checks) }
    return answered(checks)
  }

  private func append(
    _ rules: [any ClaimRule], on draft: TokenDraft, at time: NumericDate, to checks: inout [Check]
  ) {
    // By index, because a loop over the rules would copy each.
    let rules = rules.span
    for index in rules.indices { checks.append(rules[index].check(draft, at: time)) }
  }

  // MARK: Reports

  /// The checks after those of the format, if there is no header to judge or no key to judge it by.
  private func checksWithoutHeader() -> [Check] {
    let signature: Check =
      !selector.hasAny
      ? KeySelector.notGiven
      : .skipped(FormatCheck.signature, .signature, .notReached, "an earlier check failed", isRequired: true)
    return headerRules.map(notReached) + [signature] + (Profile.certificateRules + claimRules).map(notReached)
  }

  private func notReached(_ rule: any ClaimRule) -> Check { notReached(rule.id, rule.verdict) }

  private func notReached(_ id: String, _ verdict: Check.Verdict) -> Check {
    .skipped(id, verdict, .notReached, "an earlier check failed", isRequired: verdict == .format)
  }

  private func report(
    _ checks: [Check], at time: NumericDate, token: VerifiedToken?, signer: TrustedKey? = nil
  ) -> VerificationReport {
    VerificationReport(
      profileID: profile.id, time: time, isLenient: isLenient, checks: answered(checks), signer: signer, judged: token)
  }

  /// Adds the answer of the service to the checks that failed.
  private func answered(_ checks: [Check]) -> [Check] {
    var checks = checks
    for index in checks.indices where checks[index].status == .failed {
      checks[index] = profile.answered(checks[index])
    }
    return checks
  }
}
