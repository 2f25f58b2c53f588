import JOSE
import Signing

/// Header names that change what a token means, or bring their own key, are refused (RFC 7515, section 4.1.11; RFC 7797;
/// RFC 8725, sections 3.2 and 3.10).
struct HeaderNamesRule: ClaimRule {
  let id = "header-names"
  let verdict = Check.Verdict.signature
  /// True where names that nobody defined are to be ignored, as RFC 7515, section 4, says.
  let ignoresUnknownNames: Bool

  func check(_ draft: TokenDraft, at time: NumericDate) -> Check {
    var unknown: JSONString?
    var repeatsKey = false
    let members = draft.header.members.span
    for index in members.indices {
      // By index and by the name alone, because a copy of each member of a long header would cost more than the comparisons.
      let name = members[index].name
      switch name {
      case "alg", "typ", "kid", "x5t", "x5t#S256", "x5c": break
      case "crit": return refused(.criticalHeader, name, "crit demands extensions, and none is understood here")
      case "b64", "zip":
        return refused(
          .forbiddenHeader, name, "\(name) changes what the payload means, and no such token is read here")
      case "jku", "x5u":
        return refused(.forbiddenHeader, name, "\(name) points to a key elsewhere, and keys come from you alone")
      case "jwk":
        let isSame =
          members[index].value.object.flatMap { try? JSONWebKey($0) }.map { $0.numbers == draft.publicKey?.rsa }
          ?? false
        if !isSame { return refused(.embeddedKey, name, "jwk is not the key given") }
        if !ignoresUnknownNames {
          return refused(.embeddedKey, name, "jwk brings the key along, which the profile does not allow")
        }
        repeatsKey = true
      default: if unknown == nil { unknown = name }
      }
    }
    // A key in the header is never used; it is tolerated only where it is the key that is trusted anyhow.
    if repeatsKey { return warning(.embeddedKey, "jwk repeats the key in the header; it was not used") }
    if let unknown, !ignoresUnknownNames {
      return warning(.unknownHeader, "\(unknown.quotation) is a header name that the profile does not know")
    }
    return passed()
  }

  private func refused(_ reason: Check.Reason, _ name: JSONString, _ message: String) -> Check {
    failed(reason, message, hint: "take \(name) out of the header", found: .string(name))
  }
}
