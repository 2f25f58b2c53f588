import Encodings
public import Messages

/// The parts of an X.509 certificate (RFC 5280) that this project needs. They do not imply that anybody trusts it.
///
/// A class, because each token passes it on several times, and a copy of a struct would count a reference to each of
/// its buffers.
public final class Certificate: Sendable, Hashable {
  /// The whole certificate in DER.
  public let der: [UInt8]
  /// The key in it.
  public let publicKey: PublicKey
  /// RFC 4514 text, for people. It comes from the file, so show it as a `ForeignText`.
  public let subject: String
  /// RFC 4514 text of the issuer's name; show it as a `ForeignText`, too.
  public let issuer: String
  /// The DER of the two names, for comparing.
  public let subjectDER: [UInt8]
  /// The DER of the issuer's name.
  public let issuerDER: [UInt8]
  /// Big-endian, without leading zero bytes.
  public let serialNumber: [UInt8]
  /// Seconds since 1970-01-01T00:00:00Z. Both ends count (RFC 5280, section 4.1.2.5).
  public let notBefore: Int64
  /// The last second of its validity, since 1970-01-01T00:00:00Z.
  public let notAfter: Int64
  /// False if there is a key usage extension without digitalSignature (RFC 5280, section 4.2.1.3).
  public let allowsDigitalSignature: Bool
  /// The name of the algorithm the issuer signed with, for example `sha256WithRSAEncryption`.
  public let signatureAlgorithmName: String
  /// True if the issuer's signature uses SHA-1 or MD5.
  public let hasWeakSignature: Bool
  /// SHA-1 of the DER: the 20 bytes in `x5t` (RFC 7515, section 4.1.7).
  public let sha1Thumbprint: [UInt8]
  /// SHA-256 of the DER: the 32 bytes in `x5t#S256` (RFC 7515, section 4.1.8).
  public let sha256Thumbprint: [UInt8]

  public init(
    der: [UInt8], publicKey: PublicKey, subject: String, issuer: String, subjectDER: [UInt8], issuerDER: [UInt8],
    serialNumber: [UInt8], notBefore: Int64, notAfter: Int64, allowsDigitalSignature: Bool,
    signatureAlgorithmName: String, hasWeakSignature: Bool, sha1Thumbprint: [UInt8], sha256Thumbprint: [UInt8]
  ) {
    self.der = der
    self.publicKey = publicKey
    self.subject = subject
    self.issuer = issuer
    self.subjectDER = subjectDER
    self.issuerDER = issuerDER
    self.serialNumber = serialNumber
    self.notBefore = notBefore
    self.notAfter = notAfter
    self.allowsDigitalSignature = allowsDigitalSignature
    self.signatureAlgorithmName = signatureAlgorithmName
    self.hasWeakSignature = hasWeakSignature
    self.sha1Thumbprint = sha1Thumbprint
    self.sha256Thumbprint = sha256Thumbprint
  }

  public static func == (left: Certificate, right: Certificate) -> Bool { left === right || left.der == right.der }
  public func hash(into hasher: inout Hasher) { hasher.combine(der) }
}

/// Chooses one certificate of several; nothing else makes this choice.
///
/// The key decides: the certificate over the key in question. If several are over it, for example after a renewal, the
/// one that is valid at the time of the token.
public struct CertificateChoice: Sendable {
  /// When the token is used, in seconds since 1970-01-01T00:00:00Z.
  public let time: Int64
  /// Where the certificates come from, for messages: a path or a reference.
  public let place: String

  /// The most certificates to look at that one key may have signed: a bundle of many with the same name must not cost a
  /// signature for every pair.
  private static let mostIssued = 16

  public init(at time: Int64, in place: String) {
    self.time = time
    self.place = place
  }

  /// The certificate over a key; nil if there are no certificates at all.
  ///
  /// A certificate that restricts the key to PSS is over the same key. Throws `certificate-mismatch` if none is over
  /// this key, and `several-certificates` if several are and not exactly one of them is valid at the time.
  public func leaf(over key: PublicKey, among certificates: [Certificate]) throws(KeyError) -> Certificate? {
    if certificates.isEmpty { return nil }
    let candidates = Set(certificates.filter { $0.publicKey.hasSameNumbers(as: key) })
    if candidates.isEmpty {
      throw KeyError(
        .certificateMismatch,
        "no certificate at \(naming: place) belongs to the private key: \(Certificate.list(Set(certificates)))",
        hint: "give the certificate that was issued for this key")
    }
    return try only(candidates)
  }

  /// Throws `certificate-not-of-key` if certificates come with the key and this one is not among them.
  public func requireOwn(_ certificate: Certificate, among own: [Certificate]) throws(KeyError) {
    if own.isEmpty || own.contains(certificate) { return }
    throw KeyError(
      .certificateNotOfKey,
      "the certificate that was given for \(naming: place) is not one of those that come with the key: it is \(certificate.summary), and the key comes with \(Certificate.list(Set(own)))",
      hint: "use the certificate that is registered and comes with the key")
  }

  /// The end of a bundle whose key is not known: the certificate whose key signed no other of them.
  ///
  /// Throws `no-certificate` if there are none, and `several-certificates` if there are several and not exactly one is
  /// valid at the time.
  public func leaf(of bundle: [Certificate], _ cryptography: any Cryptography) throws(KeyError) -> Certificate {
    let distinct = Set(bundle)
    let byIssuer = Dictionary(grouping: bundle, by: \.issuerDER)
    let candidates = distinct.filter { candidate in
      // It compares signatures, not names: a new certificate may have the name of an old, self-signed one.
      !byIssuer[candidate.subjectDER, default: []].prefix(Self.mostIssued).contains {
        !$0.publicKey.hasSameNumbers(as: candidate.publicKey) && cryptography.isSigned($0, by: candidate)
      }
    }
    guard let first = candidates.first else {
      throw KeyError(.noCertificate, "\(naming: place) holds no certificate of a key that signs tokens")
    }
    let isOneKey = candidates.allSatisfy { $0.publicKey.hasSameNumbers(as: first.publicKey) }
    return try only(candidates, "certificates \(isOneKey ? "for the same key" : "of several keys")")
  }

  /// The only one, or the only one that is valid at the time.
  private func only(
    _ candidates: Set<Certificate>, _ what: String = "certificates for the same key"
  ) throws(KeyError) -> Certificate {
    let valid = candidates.filter { ($0.notBefore...max($0.notBefore, $0.notAfter)).contains(time) }
    if let only = candidates.count == 1 ? candidates.first : nil { return only }
    if let only = valid.count == 1 ? valid.first : nil { return only }
    let count = valid.isEmpty ? "none" : "\(valid.count)"
    throw KeyError(
      .severalCertificates,
      "\(naming: place) has \(candidates.count) \(what), \(count) of them valid at \(CalendarDay.text(ofSecondsSince1970: time)): \(Certificate.list(candidates))",
      hint: "give only the one that is meant, in a file of its own")
  }
}

extension Certificate {
  /// For a list to choose from: the subject, the thumbprint that portals show, and both dates.
  package var summary: String {
    let thumbprint = Hexadecimal.upperCase(sha1Thumbprint)
    let (start, end) = (
      CalendarDay.text(ofSecondsSince1970: notBefore), CalendarDay.text(ofSecondsSince1970: notAfter)
    )
    return "\(quoting: subject) (SHA-1 \(thumbprint), valid \(start) to \(end))"
  }

  /// At most eight of them, in an order that does not depend on the file's.
  package static func list(_ certificates: some Sequence<Certificate>) -> String {
    let ordered = certificates.sorted { ($0.notBefore, $0.summary) < ($1.notBefore, $1.summary) }
    let shown = ordered.prefix(8).map(\.summary).joined(separator: ", ")
    return ordered.count > 8 ? "\(shown) and \(ordered.count - 8) more" : shown
  }
}
