import Encodings
import JSON
import Messages
import Signing

/// `typ` (RFC 7515, section 4.1.9; RFC 8725, section 3.11): media types compare without regard to ASCII case.
struct TypeRule: ClaimRule {
  var id: String { "typ" }
  var verdict: Check.Verdict { .signature }
  let policy: TypePolicy

  func check(_ draft: TokenDraft, at time: NumericDate) -> Check {
    guard let found = draft.header["typ"] else {
      return policy.isRequired
        ? failed(.missingType, "typ is missing", hint: "write typ as \(quoting: policy.value)")
        : skipped(.absentOptional, "not there, and not needed")
    }
    guard let text = found.string else {
      return failed(
        .wrongType, "typ is \(found.kind), not a string", hint: "write typ as \(quoting: policy.value)", found: found)
    }
    if text == policy.value || !policy.isRequired && isSameMediaType(text, policy.value) {
      return passed(found: found)
    }
    return policy.isRequired
      ? failed(.wrongType, "typ is \(quoting: text)", hint: "write typ as \(quoting: policy.value)", found: found)
      : warning(.wrongType, "typ is \(quoting: text), not \(quoting: policy.value)", found: found)
  }

  private func isSameMediaType(_ left: ExactText, _ right: ExactText) -> Bool {
    left.text.utf8.elementsEqual(right.text.utf8) { lowerCased($0) == lowerCased($1) }
  }

  private func lowerCased(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }
}
