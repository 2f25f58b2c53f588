import Encodings
import JSON
import Messages
import Signing

/// `alg` is one of an allow list (RFC 8725, sections 3.1 and 3.2).
struct AlgorithmRule: ClaimRule {
  var id: String { "alg" }
  var verdict: Check.Verdict { .signature }
  let policy: AlgorithmPolicy

  func check(_ draft: TokenDraft, at time: NumericDate) -> Check {
    guard let found = draft.header["alg"] else {
      return failed(.algorithmMalformed, "alg is missing", hint: wanted, found: nil)
    }
    guard let name = found.string else {
      return failed(.algorithmMalformed, "alg is \(found.kind), not a string", hint: wanted, found: found)
    }
    guard let algorithm = SignatureAlgorithm(name: name.text) else { return unsupported(name, found) }
    let isAskedFor = policy.asked.contains(algorithm)
    if policy.allowed.contains(algorithm), isAskedFor || policy.asked.isEmpty {
      return passed(isRequired: true, found: found)
    }
    if policy.unproven.contains(algorithm) {
      let message = "alg is \(algorithm.rawValue), which no document known to us names for this token"
      return isAskedFor
        ? warning(
          .algorithmUnproven, message, hint: "the documented algorithm is \(policy.preferred.rawValue)",
          isRequired: true,
          found: found)
        : failed(.algorithmUnproven, message, hint: "ask for it by --algorithm \(algorithm.rawValue)", found: found)
    }
    return failed(
      .algorithmNotAllowed, "alg is \(algorithm.rawValue), and \(policy.restriction)", hint: wanted, found: found)
  }

  private var wanted: String { "sign with \(policy.wanted.rawValue)" }

  private func unsupported(_ name: ExactText, _ found: JSONValue) -> Check {
    // Of ASCII, the bit makes letters lower-case and nothing else a letter.
    let lowerCase = name.text.utf8.lazy.map { $0 | 0x20 }
    if lowerCase.elementsEqual("none".utf8) {
      return failed(.algorithmNone, "alg is \(quoting: name): the token is not signed", hint: wanted, found: found)
    }
    if lowerCase.starts(with: "hs".utf8) {
      return failed(
        .algorithmSymmetric, "alg is \(quoting: name), which is keyed with a shared secret and not with a public key",
        hint: wanted, found: found)
    }
    return failed(
      .algorithmUnknown, "alg is \(quoting: name), and \(policy.restriction)", hint: wanted, found: found)
  }
}
