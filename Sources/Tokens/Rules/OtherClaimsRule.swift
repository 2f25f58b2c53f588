import Encodings
import JSON
import Messages
import Signing

/// Claims that the profile does not know are allowed, reported or refused, as it says.
struct OtherClaimsRule: ClaimRule {
  var id: String { "other-claims" }
  let policy: OtherClaims
  let known: JSONNameSet

  private static let listedCount = 8

  func check(_ draft: TokenDraft, at time: NumericDate) -> Check {
    if policy == .allowed { return passed() }
    var unexpected: [ExactText] = []
    for member in draft.claims.members {
      if known.contains(nameOf: member) { continue }
      unexpected.append(member.name)
      // One more than are listed says that there are more.
      if unexpected.count > Self.listedCount { break }
    }
    if unexpected.isEmpty { return passed() }
    let names =
      unexpected.prefix(Self.listedCount).map { "\(quoting: $0)" }.joined(separator: ", ")
      + (unexpected.count > Self.listedCount ? ", …" : "")
    let message = "the profile does not know the claims \(names)"
    return policy == .refused
      ? failed(.claimUnexpected, message, hint: "leave them out") : warning(.claimUnexpected, message)
  }
}
