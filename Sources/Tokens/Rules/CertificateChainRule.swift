import Encodings
import JSON
import Signing

/// `x5c` (RFC 7515, section 4.1.6): standard base64 DER, the certificate of the signing key first.
struct CertificateChainRule: ClaimRule {
  var id: String { "x5c" }
  var verdict: Check.Verdict { .signature }
  let cryptography: any Cryptography
  let isLenient: Bool

  private static let leafFirst = "begin with the certificate of the key that signs"

  func check(_ draft: TokenDraft, at time: NumericDate) -> Check {
    guard let found = draft.header["x5c"] else { return skipped(.absentOptional, "not there, and not needed") }
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
        // MSAL Python leaves the line breaks of the PEM file in.
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
          .certificateChainOfAnother, "x5c begins with none of the certificates given", hint: Self.leafFirst)
        : skipped(.notReached, "there is no certificate to compare it with")
    }
    guard let place = chain.firstIndex(where: { isTrusted($0, draft) }) else {
      return failed(
        .certificateChainOfAnother, "x5c does not hold the certificate of the key given", hint: Self.leafFirst)
    }
    if place > 0 {
      return failed(
        .certificateChainOrder, "x5c has the signing certificate at place \(place + 1), and it belongs first",
        hint: Self.leafFirst)
    }
    if let check = brokenLink(in: chain) { return check }
    if found.string != nil {
      return warning(.certificateChainMalformed, "x5c is a bare string; it should be an array of strings")
    }
    return hasLineBreaks ? warning(.certificateChainMalformed, "x5c has white space inside its base64") : passed()
  }

  /// Each certificate after the first is of the issuer of the one before it.
  private func brokenLink(in chain: [[UInt8]]) -> Check? {
    if chain.count == 1 { return nil }
    var previous: Certificate?
    for (index, der) in chain.enumerated() {
      guard let certificate = try? cryptography.certificate(der: der.span) else {
        return malformed("holds something that is no certificate at place \(index + 1)")
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
    if let certificate = draft.certificate { return certificate.der == der }
    guard let certificate = try? cryptography.certificate(der: der.span) else { return false }
    return certificate.publicKey == draft.publicKey
  }

  private func malformed(_ problem: String) -> Check {
    failed(.certificateChainMalformed, "x5c \(problem)", hint: "write an array of standard base64 DER, leaf first")
  }
}
