public import Messages
public import Signing
import System

/// Reads files of public keys: PEM with any number of keys and certificates, or DER with one.
public enum PublicKeyFile {
  /// The public keys in the order of the file; whatever else is in a PEM file is passed over, private keys too.
  ///
  /// Throws `no-public-key` when there is none, `malformed-pem`, `malformed-key`, `malformed-certificate`, `trailing-data`
  /// or `unrecognised-key-file`.
  public static func read(
    _ bytes: Span<UInt8>, of subject: String = "the public key file"
  ) throws(KeyError) -> [PublicKey] {
    defer { OpenSSLErrors.clear() }
    var keys: [PublicKey] = []
    switch KeyFileFormat(of: bytes) {
    case .pem:
      try PEMText.forEachBlock(in: bytes, of: subject) { (block) throws(KeyError) in
        if let key = try key(in: block) { keys.append(key) }
      }
    case .der:
      if let key = try key(DERKind(of: bytes), in: bytes) { keys.append(key) }
    case .pfx: break
    case .unrecognised:
      throw KeyError(
        .unrecognisedKeyFile, "\(naming: subject) is not a public key: neither PEM nor DER",
        hint: "give a public key or a certificate")
    }
    if keys.isEmpty {
      throw KeyError(
        .noPublicKey, "\(naming: subject) holds no public key",
        hint: "give a public key or a certificate, as PEM or DER")
    }
    return keys
  }

  /// Nil for a block of another kind.
  private static func key(in block: borrowing PEMBlock) throws(KeyError) -> PublicKey? {
    let isRSA: Bool
    switch PEMLabel(block.label) {
    case .publicKey: isRSA = false
    case .rsaPublicKey: isRSA = true
    default: return try CertificateFile.certificate(in: block)?.publicKey
    }
    // An RSA key may come in either form under either label.
    let publicKey = try block.contents.withBytes { (der) throws(KeyError) in try key(DERKind(of: der), in: der) }
    guard let publicKey, !isRSA || publicKey.rsa != nil else {
      throw KeyError(.malformedKey, "a public key cannot be read: \(block.label) holds something else")
    }
    return publicKey
  }

  private static func key(_ kind: DERKind, in der: Span<UInt8>) throws(KeyError) -> PublicKey? {
    switch kind {
    case .publicKey: try PublicKeyReader.publicKey(subjectPublicKeyInfo: der)
    case .rsaPublicKey: try PublicKeyReader.publicKey(rsaPublicKey: der)
    case .certificate: try OpenSSLCertificateReader().certificate(der: der).publicKey
    case .privateKey, .other: nil
    }
  }
}
