import JOSE
public import Signing

/// Judges tokens by a profile and the keys that the caller trusts; a bad token is an answer, never an error.
public struct TokenVerifier: Sendable {
  private let profile: Profile
  private let keys: [TrustedKey]
  private let isLenient: Bool
  private let headerRules: [any ClaimRule]
  private let claimRules: [any ClaimRule]

  /// Lenient rules accept, with a warning each, what the token endpoint of Entra is seen to accept.
  ///
  /// Without a certificate reader, an `x5c` beside a bare public key cannot be judged and is refused.
  public init(
    profile: Profile, keys: [TrustedKey], certificateReader: (any CertificateReader)? = nil, isLenient: Bool = false
  ) {
    self.profile = profile
    self.keys = keys
    let isLenient = isLenient && profile.hasLenientForm
    self.isLenient = isLenient
    headerRules = profile.headerRules(isLenient: isLenient, certificateReader: certificateReader)
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

  public func verify(_ token: UnverifiedToken, at time: NumericDate) -> VerificationReport {
    var checks: [Check] = []
    checks.reserveCapacity(32)
    FormatCheck.append(token, isLenient: isLenient, to: &checks)
    guard case .success(let header) = token.header, let key = selectKey(header, token) else {
      return report(checks + checksWithoutHeader(), at: time, token: nil)
    }
    let claims = (try? token.claims.get()) ?? JSONObject()
    let draft = TokenDraft(
      header: header, claims: claims, publicKey: key.verifier.publicKey, certificate: key.certificate, keyID: key.keyID,
      keyAlgorithm: key.algorithm)
    for rule in headerRules { checks.append(rule.check(draft, at: time)) }
    checks.append(signatureCheck(token, header, key))
    for rule in Profile.certificateRules { checks.append(rule.check(draft, at: time)) }
    if case .failure = token.claims {
      for rule in claimRules { checks.append(notReached(rule.id, rule.verdict)) }
    } else {
      for rule in claimRules { checks.append(rule.check(draft, at: time)) }
    }
    return report(checks, at: time, token: VerifiedToken(header: header, claims: claims))
  }

  // MARK: Key and signature

  /// Of the keys that the header names, or of all where it names none: one that made the signature, else the first.
  private func selectKey(_ header: JSONObject, _ token: UnverifiedToken) -> TrustedKey? {
    if keys.count <= 1 { return keys.first }
    let named = keys.filter { $0.isNamed(by: header) }
    let candidates = named.isEmpty ? keys : named
    if candidates.count == 1 { return candidates.first }
    return candidates.first { signatureCheck(token, header, $0).status == .passed } ?? candidates.first
  }

  private func signatureCheck(_ token: UnverifiedToken, _ header: JSONObject, _ key: TrustedKey) -> Check {
    guard let name = header["alg"]?.string, let algorithm = SignatureAlgorithm(name: name.text),
      key.allows(algorithm)
    else {
      return .skipped(
        FormatCheck.signature, .signature, .notReached, "without a usable alg there is nothing to verify",
        isRequired: true)
    }
    let serialization = token.serialization
    let isValid = key.verifier.isValid(
      serialization.signature.span, by: algorithm,
      for: serialization.text.span.extracting(..<serialization.signingInputByteCount))
    if isValid { return .passed(FormatCheck.signature, .signature, isRequired: true) }
    return .failed(
      FormatCheck.signature, .signature, .badSignature,
      "the signature was not made by the key given over this header and payload",
      hint: "the token was altered, or another key signed it")
  }

  // MARK: Reports

  /// The checks after those of the format, where there is no header to judge or no key to judge it by.
  private func checksWithoutHeader() -> [Check] {
    let signature: Check =
      keys.isEmpty
      ? .failed(
        FormatCheck.signature, .signature, .keyNotGiven, "no key was given to verify with",
        hint: "give the certificate or the public key of whoever signed")
      : .skipped(FormatCheck.signature, .signature, .notReached, "an earlier check failed", isRequired: true)
    return headerRules.map { notReached($0.id, $0.verdict) } + [signature]
      + (Profile.certificateRules + claimRules).map { notReached($0.id, $0.verdict) }
  }

  private func notReached(_ id: String, _ verdict: Check.Verdict) -> Check {
    .skipped(id, verdict, .notReached, "an earlier check failed", isRequired: verdict == .format)
  }

  private func report(_ checks: [Check], at time: NumericDate, token: VerifiedToken?) -> VerificationReport {
    var checks = checks
    for index in checks.indices where checks[index].status == .failed {
      checks[index] = profile.answered(checks[index])
    }
    return VerificationReport(profileID: profile.id, time: time, isLenient: isLenient, checks: checks, judged: token)
  }
}
