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
    for member in draft.header.members {
      switch member.name {
      case "alg", "typ", "kid", "x5t", "x5t#S256", "x5c": break
      case "crit": return refused(.criticalHeader, member, "crit demands extensions, and none is understood here")
      case "b64", "zip":
        return refused(.forbiddenHeader, member, "\(member.name) changes what the payload means, and no such token is read here")
      case "jku", "x5u":
        return refused(.forbiddenHeader, member, "\(member.name) points to a key elsewhere, and keys come from you alone")
      case "jwk":
        if let check = embeddedKey(member, draft) { return check }
      default: unknown = unknown ?? member.name
      }
    }
    if let unknown, !ignoresUnknownNames {
      return warning(.unknownHeader, "\(unknown) is a header name that the profile does not know")
    }
    return passed()
  }

  /// A key in the header is never used; it is tolerated only where it is the key that is trusted anyhow.
  private func embeddedKey(_ member: JSONObject.Member, _ draft: TokenDraft) -> Check? {
    let isSame = member.value.object.flatMap { try? JSONWebKey($0) }.map { $0.numbers == draft.publicKey?.rsa } ?? false
    if isSame && ignoresUnknownNames {
      return warning(.embeddedKey, "jwk repeats the key in the header; it was not used")
    }
    return refused(
      .embeddedKey, member, isSame ? "jwk brings the key along, which the profile does not allow" : "jwk names another key than the one given")
  }

  private func refused(_ reason: Check.Reason, _ member: JSONObject.Member, _ message: String) -> Check {
    failed(reason, message, hint: "take \(member.name) out of the header", found: .string(member.name))
  }
}
