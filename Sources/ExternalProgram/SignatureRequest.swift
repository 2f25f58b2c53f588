import Encodings
import JSON
internal import Signing

/// What a program is asked to sign, as one line of JSON; it holds no secret.
struct SignatureRequest {
  let algorithm: SignatureAlgorithm
  /// The attribute `key` of the reference: words of the user, by which a program may choose among its keys.
  let keyName: String?
  let publicKey: PublicKey
  let certificate: Certificate?

  /// With the line feed. The digest is that of the message, by the algorithm's own hash function.
  func line(digest: [UInt8]) -> [UInt8] {
    var object: JSONObject = [
      "keyroll-signer": .integer(1),
      "algorithm": Self.text(algorithm.rawValue),
      "digest-algorithm": Self.text(algorithm.digest.rawValue),
      "digest": Self.base64url(digest),
      "public-key-sha256": Self.base64url(publicKey.sha256Fingerprint),
    ]
    object["x5t"] = certificate.map { Self.base64url($0.sha1Thumbprint) }
    object["x5t#S256"] = certificate.map { Self.base64url($0.sha256Thumbprint) }
    object["key"] = keyName.map(Self.text)
    return JSONWriter.bytes(object) + [UInt8(ascii: "\n")]
  }

  private static func base64url(_ bytes: [UInt8]) -> JSONValue { text(Base64.url.text(bytes)) }
  private static func text(_ text: String) -> JSONValue { .string(ExactText(text)) }
}
