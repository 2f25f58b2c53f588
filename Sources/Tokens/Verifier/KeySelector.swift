import Encodings
import JSON
import Messages
import Signing

/// Finds which of the trusted keys a token is judged by.
struct KeySelector: Sendable {
  let keys: [TrustedKey]
  let unusable: [UnusableCertificate]
  let keyID: KeyIDPolicy
  let cryptography: any Cryptography

  /// False if nothing is trusted at all.
  var hasAny: Bool { !keys.isEmpty || !unusable.isEmpty }

  /// The result: the key, and what is known about the signature.
  struct Selection {
    /// Nil if the header names no usable key, and none of several made the signature.
    let key: TrustedKey?
    var signature: Check
    /// The key that made the signature, which may differ from the one above.
    var signer: TrustedKey?
    /// The header names that match nothing that is trusted.
    var strangeHints = Set<ExactText>()

    static func passed(_ key: TrustedKey) -> Selection {
      Selection(key: key, signature: .passed(FormatCheck.signature, .signature, isRequired: true), signer: key)
    }
  }

  /// The key that the header names, or otherwise the one that made the signature.
  ///
  /// If a header names one key and another one signed, the token is judged by the one that it names.
  func select(for token: UnverifiedToken, _ header: JSONObject, _ claims: JSONObject, at time: NumericDate) -> Selection
  {
    guard let name = header["alg"]?.string, let algorithm = SignatureAlgorithm(name: name.text) else {
      return Selection(key: named(by: hints(header)).first ?? keys.first, signature: Self.withoutAlgorithm)
    }
    func signer(among candidates: [TrustedKey]) -> TrustedKey? {
      let usable = candidates.filter { $0.allows(algorithm) }
      guard let first = usable.first(where: { isValid(token, by: algorithm, $0) }) else { return nil }
      return best(of: usable.filter { $0.verifier.publicKey == first.verifier.publicKey }, claims, at: time)
    }

    if keys.count == 1, let only = keys.first, only.allows(algorithm), isValid(token, by: algorithm, only) {
      return .passed(only)
    }
    let hints = hints(header)
    let named = named(by: hints)
    if keys.count > 1, let signer = signer(among: named) { return .passed(signer) }
    let candidates = named.isEmpty ? keys : named
    if !candidates.isEmpty, !candidates.contains(where: { $0.allows(algorithm) }) {
      return Selection(key: candidates.first, signature: Self.withoutAlgorithm)
    }
    let another = keys.count > 1 ? signer(among: keys.filter { !hints.name($0) }) : nil
    if let key = best(of: named, claims, at: time) {
      return Selection(
        key: key,
        signature: another.map { signed(by: $0, insteadOf: key) } ?? badSignature(of: token, by: algorithm, under: key),
        signer: another)
    }
    if let another { return .passed(another) }
    if let unfit = keys.first(where: { !$0.allows(algorithm) && isValid(token, by: algorithm, $0) }) {
      return Selection(key: unfit, signature: Self.withoutAlgorithm)
    }
    if let certificate = unusable.first(where: hints.name) {
      return Selection(
        key: nil,
        signature: Self.failed(
          .certificateNotGiven, "the certificate that the header names \(certificate.problem)", certificate.hint))
    }
    let strange = hints.strange(to: keys, and: unusable)
    return Selection(
      key: keys.count + unusable.count == 1 ? keys.first : nil,
      signature: strange.isEmpty ? nobodySigned(token, by: algorithm) : notRegistered(strange), strangeHints: strange)
  }

  /// The same for a token that is not canonical base64url, if the signature is bad over the received bytes.
  ///
  /// If a signature is good over the canonical spelling, the token was not altered: padding or line breaks were added
  /// later, and the checks of the segments report them.
  func excusing(
    _ selection: Selection, by canonical: UnverifiedToken, _ header: JSONObject, _ claims: JSONObject,
    at time: NumericDate
  ) -> Selection {
    var good = select(for: canonical, header, claims, at: time)
    guard good.signature.status == .passed else { return selection }
    good.signature = .skipped(
      FormatCheck.signature, .signature, .notReached,
      "good over the canonical base64url: the extra characters of the segments were added after signing",
      isRequired: true)
    return good
  }

  private func hints(_ header: JSONObject) -> KeyHints {
    // The certificate in x5c is read only to be compared with thumbprints.
    KeyHints(header, keyID: keyID, cryptography: unusable.isEmpty ? nil : cryptography)
  }

  private func named(by hints: KeyHints) -> [TrustedKey] { keys.filter(hints.name) }

  /// The first valid one of several certificates over one key.
  private func best(of keys: [TrustedKey], _ claims: JSONObject, at time: NumericDate) -> TrustedKey? {
    if keys.count < 2 { return keys.first }
    let certified = keys.filter { $0.certificate != nil }
    let valid = certified.first { key in
      let draft = TokenDraft(
        header: JSONObject(), claims: claims, publicKey: key.verifier.publicKey, certificate: key.certificate)
      return CertificateDatesRule().check(draft, at: time).status != .failed
    }
    return valid ?? certified.first ?? keys.first
  }

  private func isValid(_ token: UnverifiedToken, by algorithm: SignatureAlgorithm, _ key: TrustedKey) -> Bool {
    let serialization = token.serialization
    return key.verifier.isValid(
      serialization.signature.span, by: algorithm,
      for: serialization.text.span.extracting(..<serialization.signingInputByteCount))
  }
}

// The result for the signature.
extension KeySelector {
  static let notGiven = failed(
    .keyNotGiven, "no key was given to verify with", "give the certificate or the public key of the signer")

  private static let withoutAlgorithm = Check.skipped(
    FormatCheck.signature, .signature, .notReached, "without a usable alg there is nothing to verify", isRequired: true)

  private func badSignature(
    of token: UnverifiedToken, by algorithm: SignatureAlgorithm, under key: TrustedKey
  ) -> Check {
    if let fault = fault(in: token, by: algorithm, under: key) {
      return Check(
        id: FormatCheck.signature, verdict: .signature, status: .failed, isRequired: false, found: nil,
        finding: Check.Finding(reason: fault.id, message: fault.message, hint: fault.hint))
    }
    let whose = keys.count == 1 ? "the key given" : "the key that the header names"
    return Self.failed(
      .badSignature, "the signature was not made by \(whose) over this header and payload",
      "the token was altered, or another key signed it")
  }

  private func signed(by signer: TrustedKey, insteadOf named: TrustedKey) -> Check {
    Self.failed(
      .signedByAnother, "the header names \(named.summary), and \(signer.summary) made the signature",
      "sign with the key that the header names, or name the one that signs")
  }

  private func notRegistered(_ hints: Set<ExactText>) -> Check {
    let names = hints.map(\.text).sorted().joined(separator: " and ")
    return Self.failed(
      .keyNotRegistered,
      "the header names, by \(names), a key that was not given, and no given key made the signature",
      "sign with a key whose certificate is registered, or give the certificate of the signer")
  }

  private func nobodySigned(_ token: UnverifiedToken, by algorithm: SignatureAlgorithm) -> Check {
    if unusable.isEmpty, keys.count == 1, let only = keys.first {
      return badSignature(of: token, by: algorithm, under: only)
    }
    if keys.isEmpty {
      return Self.failed(
        .certificateNotGiven, "none of the \(unusable.count) known certificates is available",
        unusable.first?.hint ?? "give the certificate of the signer")
    }
    let more = unusable.isEmpty ? "" : "; \(unusable.count) more are known, but not available"
    return Self.failed(
      .noKeyVerifies,
      "the header names none of the \(keys.count) given keys, and none of them made the signature over this header and payload",
      "the token was altered, or its key is not among those given\(more)")
  }

  private static func failed(_ reason: Check.Reason, _ message: String, _ hint: String) -> Check {
    .failed(FormatCheck.signature, .signature, reason, message, hint: hint)
  }
}

extension TrustedKey {
  /// For messages.
  fileprivate var summary: String {
    if let certificate {
      let thumbprint = Hexadecimal.upperCase(certificate.sha1Thumbprint)
      return "the key of the certificate \(thumbprint) (\(quoting: certificate.subject))"
    }
    if let keyID { return "the key called \(quoting: keyID)" }
    return "the public key with the SHA-256 \(Hexadecimal.upperCase(verifier.publicKey.sha256Fingerprint))"
  }
}

extension KeySelector {
  /// The fault of a signature that this key has refused, or nil if it is only known to be bad.
  func fault(
    in token: UnverifiedToken, by algorithm: SignatureAlgorithm, under key: TrustedKey
  ) -> SignatureFault? {
    let serialization = token.serialization
    // The check of the segment reports a missing one.
    guard key.allows(algorithm), !serialization.signature.isEmpty,
      serialization.signingInputByteCount <= Limits.diagnosedByteCount
    else { return nil }
    let fault = cryptography.fault(
      in: serialization.signature.span, by: algorithm,
      for: serialization.text.span.extracting(..<serialization.signingInputByteCount),
      under: key.verifier.publicKey, among: [])
    switch fault.code {
    // An altered token has one or the other, depending on what was altered; neither says more than a bad signature.
    case .otherKey, .otherContent: return nil
    default: return fault
    }
  }
}
