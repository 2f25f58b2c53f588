import Encodings
import JSON
import Signing

/// The trusted key itself: RSA, at least 2048 bits (RFC 7518, section 3.3), a sound exponent, allowed for `alg`.
struct KeyRule: ClaimRule {
  var id: String { "key" }
  var verdict: Check.Verdict { .signature }

  private static let another = "use an RSA key of 2048 bits or more with the exponent 65537"
  private static let otherAlgorithm = "use another key, or an algorithm that it is for"

  func check(_ draft: TokenDraft, at time: NumericDate) -> Check {
    guard let key = draft.publicKey else { return skipped(.notReached, "there is no key to judge") }
    let found = JSONValue.string(ExactText(key.summary))
    if let certificate = draft.certificate, certificate.publicKey != key {
      return failed(
        .keyNotOfCertificate, "the key is not the one in the certificate given with it",
        hint: "give the certificate of the key", found: found)
    }
    if let failure = failure(key, found) { return failure }
    if let name = draft.header["alg"]?.string, let algorithm = SignatureAlgorithm(name: name.text),
      !key.allows(algorithm)
    {
      return failed(
        .keyNotForAlgorithm, "the key is restricted by its own parameters and not for \(algorithm.rawValue)",
        hint: Self.otherAlgorithm, found: found)
    }
    if let only = draft.keyAlgorithm, let found = draft.header["alg"], found != .string(only) {
      return failed(
        .keyNotForAlgorithm, "the key is only for \(only), as its JSON Web Key says", hint: Self.otherAlgorithm,
        found: found)
    }
    if key.faults.contains(.factorable) {
      return warning(
        .keyROCA, "the RSA key has the fingerprint of ROCA (CVE-2017-15361): others may be able to sign with it",
        hint: "replace the key, and revoke its certificate", isRequired: true, found: found)
    }
    if key.faults.contains(.weakExponent) {
      return warning(
        .keyExponentSmall, "the RSA key has an exponent below 65537", isRequired: true, found: found)
    }
    return passed(isRequired: true, found: found)
  }

  /// Nil for a key that may verify, even if it is weak.
  private func failure(_ key: PublicKey, _ found: JSONValue) -> Check? {
    switch key.faults.first {
    case .unsupportedKind:
      failed(.keyUnfit, "the key is \(key.summary), and RSA is needed", hint: Self.another, found: found)
    case .tooSmall(let bitCount, let least):
      failed(
        .keyTooSmall, "the RSA key has \(bitCount) bits, and at least \(least) are needed", hint: Self.another,
        found: found)
    case .tooLarge(let bitCount, let most):
      failed(
        .keyTooLarge, "the RSA key has \(bitCount) bits, and at most \(most) are used", hint: Self.another,
        found: found)
    case .unusable, .forgeable:
      failed(
        .keyBroken, "the RSA key has an even modulus or exponent, or the exponent 1: its signatures prove nothing",
        hint: Self.another, found: found)
    case .factorable, .weakExponent, nil: nil
    }
  }
}

/// `x5c` (RFC 7515, section 4.1.6): standard base64 DER, the certificate of the signing key first.
struct CertificateChainRule: ClaimRule {
  var id: String { "x5c" }
  var verdict: Check.Verdict { .signature }
  let cryptography: any Cryptography
  let isLenient: Bool

  private static let leafFirst = "begin with the certificate of the key that signs"

  func check(_ draft: TokenDraft, at time: NumericDate) -> Check {
    guard let found = draft.header["x5c"] else { return skipped(.absentOptional, "not there and not needed") }
    let elements: JSONArray
    switch found {
    case .array(let array): elements = array
    case .string where isLenient: elements = [found]
    default: return malformed("is \(found.kind), not an array of strings")
    }
    if elements.isEmpty { return malformed("is empty") }
    if elements.count > Limits.certificateCount {
      return malformed("holds more than \(Limits.certificateCount) certificates")
    }
    var chain: [[UInt8]] = []
    var hasLineBreaks = false
    for element in elements {
      guard let text = element.string else { return malformed("holds \(element.kind), not a string") }
      do throws(Base64Error) {
        let (der, irregularities) = try Base64.standard.decodeReportingIrregularities(text)
        // MSAL Python keeps the line breaks of the PEM file.
        if let first = irregularities.first(where: { !isLenient || $0.code != .whitespace }) { throw first }
        if !irregularities.isEmpty { hasLineBreaks = true }
        chain.append(der)
      } catch {
        return malformed("holds a string that is not standard base64: \(error.message)")
      }
    }
    if let strange = draft.strangeHints {
      return strange.contains("x5c")
        ? failed(
          .certificateChainOfAnother, "x5c does not begin with a given certificate", hint: Self.leafFirst)
        : skipped(.notReached, "there is no certificate to compare it with")
    }
    guard let place = chain.firstIndex(where: { isTrusted($0, draft) }) else {
      return failed(
        .certificateChainOfAnother, "x5c does not hold the certificate of the key given", hint: Self.leafFirst)
    }
    if place > 0 {
      return failed(
        .certificateChainOrder, "x5c has the signing certificate at place \(place + 1), but it must be first",
        hint: Self.leafFirst)
    }
    if let check = brokenLink(in: chain) { return check }
    if found.string != nil {
      return warning(.certificateChainMalformed, "x5c is a bare string; it should be an array of strings")
    }
    return hasLineBreaks ? warning(.certificateChainMalformed, "x5c has white space inside its base64") : passed()
  }

  /// Each certificate after the first is the issuer of the one before it.
  private func brokenLink(in chain: [[UInt8]]) -> Check? {
    if chain.count == 1 { return nil }
    var previous: Certificate?
    for (index, der) in chain.enumerated() {
      guard let certificate = try? cryptography.certificate(der: der.span) else {
        return malformed("holds something that is not a certificate at place \(index + 1)")
      }
      if let previous, previous.issuerDER != certificate.subjectDER {
        return failed(
          .certificateChainBroken,
          "x5c has a certificate at place \(index + 1) that is not of the issuer of the one before it",
          hint: "follow each certificate with its issuer's")
      }
      previous = certificate
    }
    return nil
  }

  private func isTrusted(_ der: [UInt8], _ draft: TokenDraft) -> Bool {
    if let leaf = draft.certificate?.der ?? draft.hints.leaf { return leaf == der }
    guard let certificate = try? cryptography.certificate(der: der.span) else { return false }
    return certificate.publicKey == draft.publicKey
  }

  private func malformed(_ problem: String) -> Check {
    failed(.certificateChainMalformed, "x5c \(problem)", hint: "write an array of standard base64 DER, leaf first")
  }
}

/// The certificate is valid when the token is used, and over its window (RFC 5280, section 4.1.2.5).
struct CertificateDatesRule: ClaimRule {
  var id: String { "certificate-dates" }
  var verdict: Check.Verdict { .signature }

  func check(_ draft: TokenDraft, at time: NumericDate) -> Check {
    guard let certificate = draft.certificate else {
      if let source = draft.keySource, source.validity.notAfter < time {
        return warning(
          .certificateExpired,
          "the public key was taken from a certificate that ended at \(source.validity.notAfter); its dates were not judged",
          hint: "give it as a certificate, and its dates are judged")
      }
      return skipped(.notApplicable, "a bare public key has no dates")
    }
    let (notBefore, notAfter) = certificate.validity
    let window = TokenWindow(draft.claims)
    let start = window.start(notBefore: time)
    if start > notAfter {
      return failed(
        .certificateExpired, "the certificate ended at \(notAfter), and the token cannot be used before \(start)",
        hint: "sign with a certificate that is still valid")
    }
    if time < notBefore || start < notBefore {
      return failed(
        .certificateNotYetValid, "the certificate starts at \(notBefore), and it is \(time)",
        hint: "if the certificate is in use already, the clock of this machine is behind: give the time")
    }
    if let end = window.end, end > notAfter {
      return warning(.certificateEndsEarly, "the certificate ends at \(notAfter), before the token does at \(end)")
    }
    return passed()
  }
}

/// A key usage extension includes digitalSignature, if there is one (RFC 5280, section 4.2.1.3). The services are not
/// documented to check it, so this is only a warning.
struct CertificateUsageRule: ClaimRule {
  var id: String { "certificate-usage" }
  var verdict: Check.Verdict { .signature }

  func check(_ draft: TokenDraft, at time: NumericDate) -> Check {
    guard let certificate = draft.certificate else {
      return skipped(.notApplicable, "a bare public key has no key usage")
    }
    return certificate.allowsDigitalSignature
      ? passed()
      : warning(.certificateUsage, "the certificate's key usage does not include digitalSignature")
  }
}

/// A warning for a certificate whose own signature uses SHA-1 or MD5.
struct CertificateSignatureRule: ClaimRule {
  var id: String { "certificate-signature" }
  var verdict: Check.Verdict { .signature }

  func check(_ draft: TokenDraft, at time: NumericDate) -> Check {
    guard let certificate = draft.certificate else {
      return skipped(.notApplicable, "a bare public key has no issuer")
    }
    return certificate.hasWeakSignature
      ? warning(.certificateWeakSignature, "the certificate is signed by \(certificate.signatureAlgorithmName)")
      : passed()
  }
}
