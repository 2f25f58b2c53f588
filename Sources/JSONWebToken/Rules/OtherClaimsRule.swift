import JOSE

/// Claims that the profile does not know are allowed, reported or refused, as it says.
struct OtherClaimsRule: ClaimRule {
  let id = "other-claims"
  let policy: OtherClaims
  let known: [JSONString]

  func check(_ draft: TokenDraft, at time: NumericDate) -> Check {
    if policy == .allowed { return passed() }
    let unexpected = draft.claims.members.filter { !known.contains($0.name) }
    if unexpected.isEmpty { return passed() }
    let names = unexpected.prefix(8).map(\.name.text).joined(separator: ", ") + (unexpected.count > 8 ? ", …" : "")
    let message = "the profile does not know the claims \(names)"
    return policy == .refused
      ? failed(.claimUnexpected, message, hint: "leave them out") : warning(.claimUnexpected, message)
  }
}
