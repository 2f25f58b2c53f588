import Encodings
import JSON
import Signing

extension TokenDraft {
  /// Header and claims as they are signed (RFC 7515, section 5.1).
  ///
  /// Past a limit of the verifier's they are refused here, before the key is used; throws the id of the limit.
  func signingInput() throws(TokenError) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(2048)
    for (name, part, limits) in [("header", header, JSONLimits.header), ("claims", claims, .token)] {
      let json = JSONWriter.bytes(part)
      do throws(JSONError) { _ = try JSONReader.object(json, within: limits) } catch {
        throw TokenError(id: error.id, "the token was not signed: in the \(name), \(error.problem)")
      }
      if !text.isEmpty { text.append(UInt8(ascii: ".")) }
      Base64.url.append(json.span, to: &text)
    }
    let algorithm = header["alg"]?.string.flatMap { SignatureAlgorithm(name: $0.text) }
    let signatureCount = algorithm.flatMap { publicKey?.signatureByteCount(for: $0) } ?? 0
    if text.count + 1 + (signatureCount * 4 + 2) / 3 > Limits.byteCount {
      throw TokenError(
        id: CompactSerializationError.Code.tooLarge.rawValue,
        "the token was not signed: it would be longer than \(Limits.byteCount) bytes")
    }
    return text
  }
}
