import JOSE

/// Claims that the profile does not know are allowed, reported or refused, as it says.
struct OtherClaimsRule: ClaimRule {
  let id = "other-claims"
  let policy: OtherClaims
  let known: [JSONString]

  private static let listedCount = 8

  func check(_ draft: TokenDraft, at time: NumericDate) -> Check {
    if policy == .allowed { return passed() }
    var unexpected: [JSONString] = []
    let members = draft.claims.members.span
    // One more than are listed says that there are more.
    for index in members.indices where unexpected.count <= Self.listedCount {
      if !known.contains(members[index].name) { unexpected.append(members[index].name) }
    }
    if unexpected.isEmpty { return passed() }
    let names =
      unexpected.prefix(Self.listedCount).map(\.quotation).joined(separator: ", ")
      + (unexpected.count > Self.listedCount ? ", …" : "")
    let message = "the profile does not know the claims \(names)"
    return policy == .refused
      ? failed(.claimUnexpected, message, hint: "leave them out") : warning(.claimUnexpected, message)
  }
}
