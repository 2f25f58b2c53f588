import Encodings
import JSON

/// At least one of the header names by which the service finds the certificate is there.
struct RequiredHintRule: ClaimRule {
  var id: String { "key-hint" }
  var verdict: Check.Verdict { .signature }
  /// Empty where the service needs none.
  let names: [ExactText]

  func check(_ draft: TokenDraft, at time: NumericDate) -> Check {
    if names.isEmpty { return skipped(.notApplicable, "no header name is needed to find the key") }
    for name in names where draft.header.contains(name) { return passed(found: .string(name)) }
    let list = names.map(\.text).joined(separator: " or ")
    return failed(
      .hintMissing, "\(list) is missing, and the service finds the certificate by it",
      hint: "write \(list) into the header")
  }
}
