import Encodings
import Tokens

extension FuzzTarget {
  static let compact = FuzzTarget("compact", "compact serializations", seeds: Seeds.tokens) { input in
    guard let token = try? CompactSerialization(input.span) else { return }
    try require(token.text == input, "the text is kept as it was given")
    try require(
      input[token.signingInputByteCount] == UInt8(ascii: ".")
        && input[..<token.signingInputByteCount].count { $0 == UInt8(ascii: ".") } == 1,
      "what is signed ends before the second dot")
    let canonical = [token.header, token.payload, token.signature].map { Base64.url.text($0) }.joined(separator: ".")
    try require(
      token.irregularities.isEmpty == (Array(canonical.utf8) == input),
      "a token without irregularities, and no other, is the one spelling of its segments")
    let again = try CompactSerialization(Array(canonical.utf8).span)
    try require(
      again.header == token.header && again.payload == token.payload && again.signature == token.signature,
      "the one spelling has the same segments")
  }
}
