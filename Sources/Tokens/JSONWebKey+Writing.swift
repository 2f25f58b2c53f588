import Encodings
public import JSON
public import Messages
public import Signing

extension JSONWebKey {
  /// The public key of a certificate, to be registered as a JWK; its `kid` is the RFC 7638 thumbprint.
  ///
  /// - Parameters:
  ///   - publicKey: an RSA key.
  ///   - algorithm: the only one that it will sign with; nil to leave `alg` out.
  ///   - cryptography: makes the digest of the thumbprint.
  ///
  /// Throws `key-not-rsa`, and what the digest throws.
  public init(
    _ publicKey: PublicKey, for algorithm: SignatureAlgorithm? = nil, _ cryptography: any Cryptography
  ) throws(KeyError) {
    guard let numbers = publicKey.rsa else {
      throw KeyError(.keyNotRSA, "the public key is \(publicKey.summary), and only RSA keys are written as a JWK here")
    }
    let input = Self.thumbprintInput(numbers)
    self.numbers = numbers
    keyID = ExactText(Base64.url.text(try cryptography.digest(input.span, with: .sha256)))
    self.algorithm = algorithm.map { ExactText($0.rawValue) }
    hints = CertificateHints()
  }

  /// The input of a JWK thumbprint (RFC 7638, section 3): only the required members, sorted, without white space.
  package static func thumbprintInput(_ numbers: RSAPublicNumbers) -> [UInt8] {
    let members: JSONObject = [
      "e": .string(ExactText(Base64.url.text(numbers.exponent))), "kty": "RSA",
      "n": .string(ExactText(Base64.url.text(numbers.modulus))),
    ]
    return JSONWriter.bytes(members)
  }

  /// In the form for registration (RFC 7517, section 4): `kty`, `use`, then `alg` and `kid` if there are any, `n` and
  /// `e`.
  public var json: JSONObject {
    var object: JSONObject = ["kty": "RSA", "use": "sig"]
    object["alg"] = algorithm.map { .string($0) }
    object["kid"] = keyID.map { .string($0) }
    object["n"] = .string(ExactText(Base64.url.text(numbers.modulus)))
    object["e"] = .string(ExactText(Base64.url.text(numbers.exponent)))
    return object
  }

  /// A JWK Set (RFC 7517, section 5).
  public static func set(_ keys: [JSONWebKey]) -> JSONObject {
    ["keys": .array(keys.map { .object($0.json) })]
  }
}
