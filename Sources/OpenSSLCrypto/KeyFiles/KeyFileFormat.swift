internal import COpenSSL
import Encodings
internal import Signing

/// The kind of file, by its content.
enum KeyFileFormat: Sendable {
  case pem
  /// One SEQUENCE in DER, of a key or a certificate.
  case der
  /// PKCS#12 in DER or BER.
  case pfx
  /// A known kind that keyroll does not open.
  case foreign(ForeignKeyFile)
  /// Perhaps wrapped in something: see `KeyFileWrapping`.
  case unrecognised

  /// Looks at the content alone, never at a name.
  init(of bytes: Span<UInt8>) {
    if PEMText.begins(in: bytes) {
      self = .pem
    } else if bytes.count > 2, bytes[0] == 0x30, bytes[1] != 0xC2, bytes[1] != 0xEF {
      // No length begins with those bytes: they are what a text program makes of a byte above 0x7F.
      self = Self.beginsPFX(bytes) ? .pfx : .der
    } else if let foreign = ForeignKeyFile(of: bytes) {
      self = .foreign(foreign)
    } else {
      self = .unrecognised
    }
  }

  /// A version above those of private keys, 0 and 1, and then a SEQUENCE (RFC 7292, section 4).
  static func beginsPFX(_ bytes: Span<UInt8>) -> Bool {
    guard bytes.count > 2, bytes[0] == 0x30 else { return false }
    // A length in the long form gives the number of bytes that follow it; 0x80 means that the end is marked.
    let start = bytes[1] <= 0x80 ? 2 : 2 + Int(bytes[1] & 0x7F)
    guard bytes.count > start + 3 else { return false }
    return bytes[start] == 0x02 && bytes[start + 1] == 1 && bytes[start + 2] > 1 && bytes[start + 3] == 0x30
  }
}

/// The content of a PEM block by its label (RFC 7468, and OpenSSL's older names).
enum PEMLabel: Sendable {
  case privateKey(PrivateKeyForm)
  case certificate
  /// A certificate with OpenSSL's own trust settings after it.
  case trustedCertificate
  /// SubjectPublicKeyInfo.
  case publicKey
  /// RSAPublicKey (RFC 8017, appendix A.1.1), or an RSA key as SubjectPublicKeyInfo.
  case rsaPublicKey
  /// PKCS#7 or CMS, read for the certificates in it.
  case signedData
  /// PKCS#12.
  case pfx
  case other

  private static let known: [(label: String, meaning: PEMLabel)] = [
    ("PRIVATE KEY", .privateKey(.pkcs8)),
    ("ENCRYPTED PRIVATE KEY", .privateKey(.encryptedPKCS8)),
    ("RSA PRIVATE KEY", .privateKey(.pkcs1)),
    ("EC PRIVATE KEY", .privateKey(.traditional)),
    ("DSA PRIVATE KEY", .privateKey(.traditional)),
    ("CERTIFICATE", .certificate),
    ("X509 CERTIFICATE", .certificate),
    ("TRUSTED CERTIFICATE", .trustedCertificate),
    ("PUBLIC KEY", .publicKey),
    ("RSA PUBLIC KEY", .rsaPublicKey),
    ("PKCS7", .signedData),
    ("PKCS #7 SIGNED DATA", .signedData),
    ("CMS", .signedData),
    ("PKCS12", .pfx),
    ("PFX", .pfx),
  ]

  init(_ label: String) {
    self = Self.known.first { $0.label.utf8.elementsEqual(label.utf8) }?.meaning ?? .other
  }

  /// The content of a block: the actual content for labels that tools are known to misuse, otherwise the content that
  /// the label names.
  ///
  /// GnuTLS writes a PFX as PEM, and Windows writes PKCS#7 under the label of a certificate. OpenSSL reads a PKCS#8
  /// under any label of a private key.
  func judged(by contents: Span<UInt8>) -> PEMLabel {
    switch (self, DERKind(of: contents)) {
    case (.privateKey, .pfx), (.certificate, .pfx): .pfx
    case (.certificate, .signedData): .signedData
    case (.privateKey, .privateKey(let form)): .privateKey(form)
    default: self
    }
  }

  /// Common labels of blocks that keyroll does not read as a key or a certificate.
  private static let others = [
    "CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST", "X509 CRL", "EC PARAMETERS",
    "DH PARAMETERS", "X9.42 DH PARAMETERS", "OPENSSH PRIVATE KEY", "SSH2 PUBLIC KEY", "PGP PRIVATE KEY BLOCK",
    "PGP PUBLIC KEY BLOCK", "PGP MESSAGE", "ANY PRIVATE KEY",
  ]

  /// True for a label of only capital letters, digits and spaces, which is not part of a key.
  static func isWord(_ label: String) -> Bool {
    label.utf8.count <= 64
      && label.utf8.allSatisfy { ASCII.isUpperCase($0) || ASCII.isDigit($0) || " .#".utf8.contains($0) }
  }

  /// The label for messages: a known one, or "a block".
  ///
  /// Text between dashes that is not such a label may be the key itself, if the line breaks of a file were lost.
  static func name(_ label: String) -> String {
    let names = known.map(\.label) + others
    return names.first { $0.utf8.elementsEqual(label.utf8) } ?? "a block"
  }
}

/// The kind of a DER SEQUENCE, by its first two elements.
enum DERKind: Sendable {
  case privateKey(PrivateKeyForm)
  case certificate
  /// SubjectPublicKeyInfo (RFC 5280, section 4.1.2.7).
  case publicKey
  /// RSAPublicKey (RFC 8017, appendix A.1.1).
  case rsaPublicKey
  /// PKCS#7 or CMS (RFC 2315, section 7).
  case signedData
  /// PKCS#12 (RFC 7292, section 4).
  case pfx
  case other

  /// For messages: `a certificate`.
  var name: String {
    switch self {
    case .privateKey: "a private key"
    case .certificate: "a certificate"
    case .publicKey, .rsaPublicKey: "a public key"
    case .signedData: "PKCS #7"
    case .pfx: "a PFX"
    case .other: "something else"
    }
  }

  /// Looks at types alone. The reader of the kind finds what does not fit.
  init(of der: Span<UInt8>) {
    self = Self.kind(of: der) ?? .other
  }

  /// 1.2.840.113549.1.7.2.
  private static let signedDataType: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02]

  private static func kind(of der: Span<UInt8>) -> DERKind? {
    // The end may be cut off, so the length of the whole is ignored.
    guard der.count > 2, der[0] == 0x30 else { return nil }
    if KeyFileFormat.beginsPFX(der) { return .pfx }
    let start = der[1] < 0x80 ? 2 : 2 + Int(der[1] & 0x7F)
    if let first = DER.contents(of: V_ASN1_INTEGER, in: der, at: start), first.upperBound < der.count {
      let isVersion = first.count == 1
      switch der[first.upperBound] {
      case 0x30: return .privateKey(.pkcs8)
      case 0x04: return .privateKey(.traditional)
      // A DSA key has six numbers, an RSA key nine.
      case 0x02 where isVersion:
        return .privateKey(DER.integers(inSequence: der)?.contents.count == 6 ? .traditional : .pkcs1)
      case 0x02: return .rsaPublicKey
      default: return nil
      }
    }
    if let type = DER.contents(of: V_ASN1_OBJECT, in: der, at: der[1] == 0x80 ? 2 : start) {
      return der.extracting(type).isEqual(to: signedDataType.span) ? .signedData : nil
    }
    guard let first = DER.contents(of: V_ASN1_SEQUENCE, in: der, at: start), first.upperBound < der.count else {
      return nil
    }
    switch der[first.upperBound] {
    case 0x04: return .privateKey(.encryptedPKCS8)
    case 0x03: return .publicKey
    case 0x30: return .certificate
    default: return nil
    }
  }
}

/// The encodings of a private key.
enum PrivateKeyForm: Sendable {
  /// PrivateKeyInfo (RFC 5208, section 5).
  case pkcs8
  /// EncryptedPrivateKeyInfo (RFC 5208, section 6).
  case encryptedPKCS8
  /// RSAPrivateKey (RFC 8017, appendix A.1.2).
  case pkcs1
  /// An encoding of its own for another kind of key, such as ECPrivateKey (RFC 5915).
  case traditional
}
