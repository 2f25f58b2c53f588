import Encodings
import JSON
import Messages
import Signing

/// Header names that change what a token means, or bring their own key, are refused (RFC 7515, section 4.1.11; RFC 7797;
/// RFC 8725, sections 3.2 and 3.10).
struct HeaderNamesRule: ClaimRule {
  var id: String { "header-names" }
  var verdict: Check.Verdict { .signature }
  /// True where names that nobody defined are to be ignored, as RFC 7515, section 4, says.
  let ignoresUnknownNames: Bool

  private static let known: JSONNameSet = ["alg", "typ", "kid", "x5t", "x5t#S256", "x5c"]

  func check(_ draft: TokenDraft, at time: NumericDate) -> Check {
    let header = draft.header
    guard let unknown = header.members.first(where: { !Self.known.contains(nameOf: $0) }) else { return passed() }
    if header.contains("crit") {
      return refused(.criticalHeader, "crit", "crit demands extensions, and none is understood here")
    }
    for name: ExactText in ["b64", "zip"] where header.contains(name) {
      return refused(.forbiddenHeader, name, "\(name) changes what the payload means, and no such token is read here")
    }
    for name: ExactText in ["jku", "x5u"] where header.contains(name) {
      return refused(.forbiddenHeader, name, "\(name) points to a key elsewhere, and keys come from you alone")
    }
    if let key = header["jwk"] {
      let isSame = key.object.flatMap { try? JSONWebKey($0) }.map { $0.numbers == draft.publicKey?.rsa } ?? false
      if !isSame { return refused(.embeddedKey, "jwk", "jwk is not the public key given") }
      if !ignoresUnknownNames {
        return refused(.embeddedKey, "jwk", "jwk brings the key along, which the profile does not allow")
      }
      // A key in the header is never used; it is tolerated only where it is the key that is trusted anyhow.
      return warning(.embeddedKey, "jwk repeats the key in the header; it was not used")
    }
    if ignoresUnknownNames { return passed() }
    return warning(.unknownHeader, "\(quoting: unknown.name) is a header name that the profile does not know")
  }

  private func refused(_ reason: Check.Reason, _ name: ExactText, _ message: String) -> Check {
    failed(reason, message, hint: "take \(name) out of the header", found: .string(name))
  }
}
