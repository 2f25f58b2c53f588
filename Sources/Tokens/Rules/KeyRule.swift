import Encodings
import JSON
import Signing

/// The trusted key itself: RSA, 2048 bits at least (RFC 7518, section 3.3), an exponent that makes sense, fit for `alg`.
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
        .keyNotForAlgorithm, "the key is for \(only) alone, as its JSON Web Key says", hint: Self.otherAlgorithm,
        found: found)
    }
    if key.faults.contains(.weakExponent) {
      return warning(
        .keyExponentSmall, "the RSA key has an exponent below 65537", isRequired: true, found: found)
    }
    return passed(isRequired: true, found: found)
  }

  /// Nil for a key that may verify, be it weak.
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
    case .weakExponent, nil: nil
    }
  }
}
