import Foundation
import JSON
import Tokens
import OpenSSLCrypto
import Signing

/// Judges the examples of RFC 7515 and RFC 7520.
enum JOSEExample {
  /// An RSA example in the compact serialization is good under its algorithm and no other; one of another kind is not scored.
  static func compact(
    _ caseName: String, _ text: String, key: [String: Any], algorithm: SignatureAlgorithm?
  ) throws -> CorpusOutcome {
    guard let algorithm, key["kty"] as? String == "RSA" else {
      return CorpusOutcome(
        caseName, .unscored, expected: "any answer", found: serialization(text) ?? "not RSA", isPass: true)
    }
    let expected = "good as \(algorithm.rawValue)"
    let bytes = Array(text.utf8)
    do throws(CompactSerializationError) {
      let token = try CompactSerialization(bytes.span)
      let verifier = try? RSASignatureVerifier(PublicKey(rsa: publicKey(key).numbers))
      let input = Array(token.text[..<token.signingInputByteCount])
      let good = SignatureAlgorithm.allCases.filter {
        verifier?.isValid(token.signature.span, by: $0, for: input.span) ?? false
      }
      let found = "good as \(good.map(\.rawValue).joined(separator: ", "))"
      return CorpusOutcome(
        caseName, expected: expected, found: found, isPass: found == expected && token.irregularities.isEmpty)
    } catch { return CorpusOutcome(caseName, expected: expected, found: "refused: \(error.id)") }
  }

  /// A JSON serialization is refused by name.
  static func json(_ caseName: String, _ text: String) -> CorpusOutcome {
    CorpusOutcome(
      caseName, expected: "token-json-serialization", found: serialization(text) ?? "a compact serialization")
  }

  /// The error id, or nil for text that is taken apart.
  private static func serialization(_ text: String) -> String? {
    let bytes = Array(text.utf8)
    do throws(CompactSerializationError) {
      _ = try CompactSerialization(bytes.span)
      return nil
    } catch { return error.id }
  }

  /// The published keys contain their private parts, which are removed.
  private static func publicKey(_ object: [String: Any]) throws -> JSONWebKey {
    let publicPart = object.filter { ["kty", "n", "e", "kid", "use", "alg"].contains($0.key) }
    let text = [UInt8](try JSONSerialization.data(withJSONObject: publicPart))
    return try JSONWebKey(try JSONReader.object(text.span))
  }
}
