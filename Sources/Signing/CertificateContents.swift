public import Messages

/// The contents of a new self-signed certificate, besides its key and its signature (RFC 5280, section 4.1.2).
///
/// Everything else is the same in all of them: version 3, the subject as issuer, a critical basicConstraints without
/// CA, and a subjectKeyIdentifier.
public struct CertificateContents: Sendable, Hashable {
  /// Big-endian, positive, without leading zero bytes.
  public let serialNumber: [UInt8]
  /// The name of the holder, and of the issuer.
  public let subject: CertificateSubject
  /// How long it is valid.
  public let life: CertificateLife
  /// What the key may be used for.
  public let usage: CertificateUsage

  /// The first second of its validity, since 1970-01-01T00:00:00Z.
  public var notBefore: Int64 { life.notBefore }
  /// The last second of its validity, since 1970-01-01T00:00:00Z.
  public var notAfter: Int64 { life.notAfter }

  /// The most bytes of a serial number (RFC 5280, section 4.1.2.2).
  private static let longestSerialNumber = 20

  /// Throws `serial-malformed` for a serial number that is not positive, begins with a zero byte, or takes more than 20 bytes.
  public init(
    serialNumber: [UInt8], subject: CertificateSubject, life: CertificateLife, usage: CertificateUsage = .assertions
  ) throws(CertificateError) {
    // The twentieth byte must leave its top bit clear.
    guard let first = serialNumber.first, first != 0,
      serialNumber.count < Self.longestSerialNumber || serialNumber.count == Self.longestSerialNumber && first < 0x80
    else {
      throw CertificateError(
        .serialMalformed, "a serial number is a positive number of at most \(Self.longestSerialNumber) bytes")
    }
    self.serialNumber = serialNumber
    self.subject = subject
    self.life = life
    self.usage = usage
  }

  /// A serial number of 16 random bytes. The top bit is cleared, so it is never negative.
  ///
  /// Nil if the bytes do not make a positive number, which does not happen by chance.
  public static func serialNumber(from random: [UInt8]) -> [UInt8]? {
    guard random.count == 16 else { return nil }
    let bytes = [random[0] & 0x7F] + random.dropFirst()
    let number = Array(bytes.drop { $0 == 0 })
    return number.isEmpty ? nil : number
  }
}

/// The contents of a certificate request, besides its key and its signature (RFC 2986, section 4.1).
public struct CertificateRequestContents: Sendable, Hashable {
  /// The name of the holder.
  public let subject: CertificateSubject
  /// The extensions that it asks for (RFC 2985, section 5.4.2); a CA may ignore them.
  public let usage: CertificateUsage

  public init(subject: CertificateSubject, usage: CertificateUsage = .assertions) {
    self.subject = subject
    self.usage = usage
  }
}

/// A name as a certificate contains it.
public struct CertificateSubject: Sendable, Hashable {
  /// RFC 4514 text, for people; `DistinguishedName` reads it back as the same name.
  public let text: String
  /// The DER of the Name (RFC 5280, section 4.1.2.4).
  public let der: [UInt8]

  /// The two must be the same name: encoders make this value, users rarely do.
  package init(text: String, der: [UInt8]) {
    self.text = text
    self.der = der
  }
}

/// What a certificate lets its key be used for, in the order of the certificate.
public struct CertificateUsage: Sendable, Hashable {
  /// RFC 5280, section 4.2.1.3, by its name there.
  @nonexhaustive
  public enum Key: String, Sendable, Hashable, CaseIterable {
    /// The key may sign data other than certificates, such as tokens.
    case digitalSignature
  }

  /// RFC 5280, section 4.2.1.12, by its name there without `id-kp-`.
  @nonexhaustive
  public enum Extended: String, Sendable, Hashable, CaseIterable {
    /// The key may authenticate a TLS client.
    case clientAuth
  }

  /// The key usages (RFC 5280, section 4.2.1.3).
  public let key: [Key]
  /// The extended key usages (RFC 5280, section 4.2.1.12).
  public let extended: [Extended]

  package init(key: [Key], extended: [Extended]) {
    self.key = key
    self.extended = extended
  }

  /// All that a key needs to sign assertions, and the only usage of the certificates that keyroll makes.
  public static let assertions = CertificateUsage(key: [.digitalSignature], extended: [.clientAuth])
}

/// Warnings about a certificate that can be made nevertheless.
@nonexhaustive
public enum CertificateWarning: Sendable, Hashable {
  /// It lives longer than 365 days, which policies refuse.
  case longLife(seconds: Int64)
  /// It is signed with RSASSA-PSS. It is not known whether the services accept such a certificate.
  case pssSignature

  /// The warnings in a fixed order.
  public static func of(_ life: CertificateLife?, signedBy algorithm: SignatureAlgorithm) -> [CertificateWarning] {
    var warnings: [CertificateWarning] = []
    if let life, life.seconds > CertificateLife.standardSeconds { warnings.append(.longLife(seconds: life.seconds)) }
    if algorithm.padding == .pss { warnings.append(.pssSignature) }
    return warnings
  }
}
