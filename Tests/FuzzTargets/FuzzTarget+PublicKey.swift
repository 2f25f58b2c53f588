import Messages
import Tokens
import OpenSSLCrypto
import Signing

extension FuzzTarget {
  static let publicKey = FuzzTarget(
    "public-key", "public keys in PEM, DER, JWK or JWK Set",
    seeds: {
      try Seeds.fixtures("public-keys") + Seeds.corpus("jose-vectors", endingIn: "jwk", "jwkset")
        + Seeds.corpus("jwt/keys")
    }
  ) { input in
    var keys: [PublicKey] = []
    do throws(KeyError) { keys += try PublicKeyFile.read(input.span) } catch { try requireSound(error) }
    do throws(KeyError) {
      for key in try JSONWebKey.keys(input.span) { keys.append(try PublicKey(rsa: key.numbers)) }
    } catch {
      try requireSound(error)
    }
    try requireSound(keys)
  }

  private static func requireSound(_ error: KeyError) throws {
    try require(!error.message.isEmpty, "an error says what is wrong")
    try require(error.code != .cryptographyFailed, "no input makes OpenSSL fail unforeseen: \(error.message)")
  }

  private static func requireSound(_ keys: [PublicKey]) throws {
    let noise = [UInt8](repeating: 7, count: 256)
    for key in keys {
      let der = key.subjectPublicKeyInfo
      let again = try PublicKeyFile.read(der.span)
      try require(again == [key] && again.first?.kind == key.kind, "a key is read again from its bytes the same")
      guard let verifier = try? RSASignatureVerifier(key) else { continue }
      for algorithm in SignatureAlgorithm.allCases {
        try require(!verifier.isValid(noise.span, by: algorithm, for: noise.span), "noise is not a signature")
      }
    }
  }
}
