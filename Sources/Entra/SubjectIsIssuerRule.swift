import Encodings
import JSON
import Tokens

/// `sub` repeats `iss`: both are the client (RFC 7523, section 3).
struct SubjectIsIssuerRule: ClaimRule {
  var id: String { "sub-is-iss" }
  /// What both are compared with already, by checks of their own; nil where it is not known.
  let clientID: ExactText?

  func check(_ draft: TokenDraft, at time: NumericDate) -> Check {
    guard let issuer = draft.claims["iss"], let subject = draft.claims["sub"] else {
      return skipped(.notApplicable, "iss or sub is missing")
    }
    if let clientID, !isClient(issuer, clientID) || !isClient(subject, clientID) {
      return skipped(.notApplicable, "iss or sub is not the client id, as its own check says")
    }
    return issuer == subject
      ? passed()
      : failed(
        .claimMismatch, "sub differs from iss, and both must be the client id", hint: "write the client id into both")
  }

  /// Of another case it draws a warning alone.
  private func isClient(_ value: JSONValue, _ clientID: ExactText) -> Bool {
    value.string.map { $0.text.lowercased().utf8.elementsEqual(clientID.text.lowercased().utf8) } ?? false
  }
}
