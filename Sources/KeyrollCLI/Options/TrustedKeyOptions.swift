import ArgumentParser
import Keyroll

/// The keys that the user trusts to have signed a token.
struct TrustedKeyOptions: ParsableArguments {
  @Option(
    name: .customLong("certificate"),
    help: ArgumentHelp("The certificate of the signing key (PEM, DER or a bundle); may be repeated.", valueName: "file")
  )
  var certificates: [String] = []

  @Option(
    name: .customLong("public-key"),
    help: ArgumentHelp("The public key (PEM, DER, JWK or JWK Set); may be repeated.", valueName: "file"))
  var publicKeys: [String] = []

  func validate() throws {
    if certificates.isEmpty && publicKeys.isEmpty {
      throw ValidationError("a token is verified with a key you trust: give --certificate or --public-key")
    }
  }

  /// Who would read standard input, with one more argument that may.
  func standardInputReaders(beside other: (name: String, value: String)) -> KeyValuePairs<String, Bool> {
    [
      "the certificate": certificates.contains(where: StandardInput.isNamed(by:)),
      "the public key": publicKeys.contains(where: StandardInput.isNamed(by:)),
      other.name: StandardInput.isNamed(by: other.value),
    ]
  }

  /// Throws what is wrong with a file, and `usage` for files that hold no key at all.
  func trustedKeys() throws -> [TrustedKey] {
    var keys: [TrustedKey] = []
    for path in certificates {
      for certificate in try CertificateFiles.certificates(in: path) {
        keys.append(TrustedKey(try RSASignatureVerifier(certificate.publicKey), certificate: certificate))
      }
    }
    for path in publicKeys { keys += try Self.publicKeys(in: path) }
    return keys
  }

  /// JSON is a JWK or a JWK Set; anything else is PEM or DER.
  private static func publicKeys(in path: String) throws -> [TrustedKey] {
    let contents = try SecretBytes.contents(ofFile: path, limit: CertificateFiles.mostBytes)
    if contents.withBytes(looksLikeJSON) {
      let keys = try contents.withBytes { text throws(KeyError) in try JSONWebKey.keys(text) }
      return try keys.map {
        TrustedKey(try RSASignatureVerifier(try PublicKey(rsa: $0.numbers)), keyID: $0.keyID, algorithm: $0.algorithm)
      }
    }
    let keys = try contents.withBytes { bytes throws(KeyError) in try PublicKeyFile.read(bytes, of: path) }
    return try keys.map { TrustedKey(try RSASignatureVerifier($0)) }
  }

  private static func looksLikeJSON(_ bytes: Span<UInt8>) -> Bool {
    for index in bytes.indices where ![0x20, 0x09, 0x0A, 0x0D].contains(bytes[index]) {
      return bytes[index] == UInt8(ascii: "{")
    }
    return false
  }
}
