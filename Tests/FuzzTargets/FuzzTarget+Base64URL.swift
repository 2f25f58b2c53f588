import Encodings
import Tokens

extension FuzzTarget {
  static let base64url = FuzzTarget(
    "base64url", "base64url and base64",
    seeds: {
      try Seeds.tokens().flatMap { token in token.split(separator: UInt8(ascii: ".")).map(Array.init) }
        + Seeds.fixtures("public-keys", endingIn: "pem")
    }
  ) { input in
    for coder in [Base64.url, .standard] {
      let encoded = coder.encode(input.span)
      try require(try coder.decode(encoded.span) == input, "what is encoded decodes to the same bytes")
      let strict = try? coder.decode(input.span)
      if let strict { try require(coder.encode(strict.span) == input, "what decodes is the one spelling of its bytes") }

      let (bytes, irregularities): ([UInt8], [Base64Error])
      do throws(Base64Error) {
        (bytes, irregularities) = try coder.decodeReportingIrregularities(input.span)
      } catch {
        try require((0...input.count).contains(error.offset), "an error is somewhere in the text")
        try require(strict == nil, "what cannot be read at all does not decode")
        continue
      }
      try require(irregularities.isEmpty == (strict != nil), "only what is regular decodes")
      if let strict { try require(strict == bytes, "both ways of reading give the same bytes") }
      try require(
        Set(irregularities.map(\.code)).count == irregularities.count, "each irregularity is reported once")
      try require(
        irregularities.allSatisfy { (0...input.count).contains($0.offset) }, "an irregularity is somewhere in the text")
      try require(bytes.count <= input.count / 4 * 3 + 2, "no bytes come from nowhere")
    }
  }
}
