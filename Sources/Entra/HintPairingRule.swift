import Encodings
import JSON
import Tokens
import Signing

/// The documented pairs are PS256 with `x5t#S256` and RS256 with `x5t`; some client libraries send others.
struct HintPairingRule: ClaimRule {
  var id: String { "key-hint-pairing" }
  var verdict: Check.Verdict { .signature }
  let isLenient: Bool

  func check(_ draft: TokenDraft, at time: NumericDate) -> Check {
    guard let name = draft.header["alg"]?.string, let algorithm = SignatureAlgorithm(name: name.text) else {
      return skipped(.notApplicable, "alg is no RSA signature algorithm")
    }
    let documented: Thumbprint = algorithm.padding == .pss ? .sha256 : .sha1
    if draft.header[documented.headerName] != nil { return passed() }
    return irregular(
      isTolerated: isLenient, .hintPairing,
      "\(algorithm.rawValue) is documented together with \(documented.headerName)",
      hint: "write \(documented.headerName), or sign with the other algorithm")
  }
}
