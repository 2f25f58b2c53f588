import Encodings
import JSON
import Messages
import Signing

/// `kid` (RFC 7515, section 4.1.4) names the trusted key, as far as the profile says what it should be.
struct KeyIDRule: ClaimRule {
  var id: String { "kid" }
  var verdict: Check.Verdict { .signature }
  let policy: KeyIDPolicy

  private static let choice = "give the key that the token names, or take kid out of the header"

  func check(_ draft: TokenDraft, at time: NumericDate) -> Check {
    guard let found = draft.header["kid"] else {
      return policy.isRequired
        ? failed(
          .keyIDMissing, "kid is missing, and this issuer finds the key by it",
          hint: "write kid as the issuer knows the key")
        : skipped(.absentOptional, "not there, and not needed")
    }
    guard let text = found.string else {
      return failed(
        .hintMalformed, "kid is \(found.kind), not a string", hint: "write it as a string, or leave it out",
        found: found)
    }
    if let strange = draft.strangeHints, policy.form.isOfKey {
      return strange.contains("kid")
        ? failed(
          .keyIDOfAnother, "kid is of none of the keys given: \(quoting: text)", hint: Self.choice, found: found)
        : skipped(.notReached, "there is no key to compare it with")
    }
    switch policy.form {
    case .sha1Thumbprint:
      guard let certificate = draft.certificate else {
        return warning(.notCompared, "kid was not compared: no certificate was given", found: found)
      }
      if Hexadecimal.isText(text, of: certificate.sha1Thumbprint) { return passed(found: found) }
      return failed(
        .keyIDOfAnother, "kid is not the SHA-1 thumbprint of the certificate in hexadecimal",
        hint:
          "the certificate of \(quoting: certificate.subject) has \(Hexadecimal.upperCase(certificate.sha1Thumbprint))",
        found: found)
    case .text(let expected?):
      if text == expected { return passed(found: found) }
      return failed(
        .keyIDOfAnother, "kid is \(quoting: text), and \(quoting: expected) is expected", hint: Self.choice,
        found: found)
    case .text(nil):
      guard let known = draft.keyID else {
        return skipped(.notCompared, "kid is \(quoting: text); there is nothing to compare it with")
      }
      if text == known { return passed(found: found) }
      return failed(
        .keyIDOfAnother, "kid is \(quoting: text), and the key given is \(quoting: known)", hint: Self.choice,
        found: found)
    }
  }
}
