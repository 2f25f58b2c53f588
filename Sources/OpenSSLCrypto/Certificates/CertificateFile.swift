internal import COpenSSL
public import Messages
public import Signing
public import System

/// Reads files of certificates: PEM with any number of them, DER with one, or the base64 text of that DER.
public enum CertificateFile {
  /// The certificates in the order of the file. Other blocks of a PEM file are skipped.
  ///
  /// Throws `no-certificate` if there is none, `unrecognised-key-file`, `malformed-pem`, `malformed-certificate` or
  /// `trailing-data`.
  public static func read(
    _ bytes: Span<UInt8>, of subject: String = "the certificate file"
  ) throws(KeyError) -> [Certificate] {
    do {
      return try certificates(in: bytes, of: subject)
    } catch {
      // The reader of one certificate does not know where it came from.
      guard error.code == .malformedCertificate || error.code == .trailingData else { throw error }
      throw KeyError(id: error.id, "\(naming: subject): \(error.message)", hint: error.hint)
    }
  }

  private static func certificates(in bytes: Span<UInt8>, of subject: String) throws(KeyError) -> [Certificate] {
    try KeyFileWrapping(wanted: .certificate, subject: subject).withContents(of: SecretBytes(copying: bytes)) {
      (file, format) throws(KeyError) -> [Certificate] in
      try file.withBytes { (bytes) throws(KeyError) in try certificates(in: bytes, as: format, of: subject) }
    }
  }

  private static func certificates(
    in bytes: Span<UInt8>, as format: KeyFileFormat, of subject: String
  ) throws(KeyError) -> [Certificate] {
    switch format {
    case .der:
      if case .signedData = DERKind(of: bytes) { return try SignedCertificates.certificates(bytes, of: subject) }
      if isRequest(bytes) {
        throw KeyError(
          .noCertificate, "\(naming: subject) is a certificate request, not a certificate",
          hint: "give the certificate that was issued for it")
      }
      return [try OpenSSLCertificateReader().certificate(der: bytes)]
    case .pfx: throw isPFX(subject)
    case .foreign(let form): throw form.error(subject)
    case .unrecognised:
      if PEMText.beginsInsideLine(bytes) { throw .unrecognisedKeyFile(subject, bytes) }
      throw KeyError(
        .unrecognisedKeyFile, "\(naming: subject) is not a certificate: neither PEM nor DER",
        hint: "give an X.509 certificate as PEM or DER")
    case .pem: break
    }
    var found: [Certificate] = []
    var others: [String] = []
    try PEMText.forEachBlock(in: bytes, of: subject) { (block) throws(KeyError) in
      if let certificates = try certificates(in: block) {
        found += certificates
      } else if case .pfx = block.kind {
        throw isPFX(subject)
      } else {
        others.append(PEMLabel.name(block.label))
      }
    }
    if found.isEmpty {
      throw KeyError(
        .noCertificate,
        "\(naming: subject) holds no certificate\(others.isEmpty ? "" : ", but \(others.prefix(4).joined(separator: ", "))")",
        hint: "give an X.509 certificate as PEM or DER")
    }
    return found
  }

  /// True for a CertificationRequest (RFC 2986, section 4.2): its version 0 and a name come first, where a certificate has a serial
  /// number and an algorithm.
  private static func isRequest(_ der: Span<UInt8>) -> Bool {
    guard let outer = DER.contents(of: V_ASN1_SEQUENCE, in: der, at: 0),
      let inner = DER.contents(of: V_ASN1_SEQUENCE, in: der, at: outer.lowerBound),
      let version = DER.contents(of: V_ASN1_INTEGER, in: der, at: inner.lowerBound), version.count == 1,
      der[version.lowerBound] == 0,
      let name = DER.contents(of: V_ASN1_SEQUENCE, in: der, at: version.upperBound)
    else { return false }
    return name.isEmpty || der[name.lowerBound] == 0x31
  }

  private static func isPFX(_ subject: String) -> KeyError {
    KeyError(
      .noCertificate, "\(naming: subject) is a PFX, but only its certificate is wanted",
      hint: "export it: openssl pkcs12 -nokeys -clcerts -in FILE -out certificate.pem")
  }

  /// Nil for a block of another kind.
  static func certificates(in block: borrowing PEMBlock) throws(KeyError) -> [Certificate]? {
    switch block.kind {
    case .certificate:
      try block.contents.withBytes { (der) throws(KeyError) in
        if case .privateKey = DERKind(of: der) {
          throw KeyError.malformedCertificate("a private key has the label of a certificate")
        }
        return [try OpenSSLCertificateReader().certificate(der: der)]
      }
    case .trustedCertificate:
      try block.contents.withBytes { (der) throws(KeyError) in
        [try OpenSSLCertificateReader().certificate(derWithTrustSettings: der)]
      }
    case .signedData:
      try block.contents.withBytes { (der) throws(KeyError) in
        try SignedCertificates.certificates(der, of: PEMLabel.name(block.label))
      }
    default: nil
    }
  }
}

extension CertificateFile {
  /// The same for a file that may also be a PFX. Its password is asked for if something in it needs one.
  ///
  /// A PFX with private keys gives only the certificates over these keys, if there are any. Private keys are skipped.
  /// Throws what the readers of certificates and of PFX files throw.
  public static func read(
    _ file: borrowing SecretBytes, of subject: String, secrets: any SecretProvider
  ) throws(KeyError) -> [Certificate] {
    try KeyFileWrapping(wanted: .certificate, subject: subject).withContents(of: file) {
      (file, format) throws(KeyError) -> [Certificate] in
      switch format {
      case .pfx:
        let contents = try secrets.opening(subject) { () throws(KeyError) in
          try PFXReader(subject: subject).contents(ofEncoding: file, secrets)
        }
        return try certificates(in: contents, of: subject)
      case .pem where try holdsPFX(file, of: subject):
        let contents = try secrets.opening(subject) { () throws(KeyError) in
          try file.withBytes { (text) throws(KeyError) in
            try KeyFileReader(subject: subject).contents(ofPEM: text, secrets)
          }
        }
        return try certificates(in: contents, of: subject)
      default: return try file.withBytes { (bytes) throws(KeyError) in try read(bytes, of: subject) }
      }
    }
  }

  private static func holdsPFX(_ file: borrowing SecretBytes, of subject: String) throws(KeyError) -> Bool {
    try file.withBytes { (text) throws(KeyError) in try PEMText.holdsPFX(text, of: subject) }
  }

  private static func certificates(in contents: KeyFileContents, of subject: String) throws(KeyError) -> [Certificate] {
    let certificates = contents.certificates
    if certificates.isEmpty {
      throw KeyError(
        .noCertificate, "\(naming: subject) holds no certificate", hint: "export the certificate together with its key")
    }
    // The certificates over a private key of the file are meant. The others only lead to them or accompany them.
    let own = certificates.filter { certificate in
      contents.privateKeys.contains { certificate.publicKey.hasSameNumbers(as: $0.key.publicKey) }
    }
    return own.isEmpty ? certificates : own
  }
}

extension CertificateFile {
  /// True for JSON in which services return a key or a certificate, such as the secret of a vault.
  public static func isJSON(_ file: Span<UInt8>) -> Bool {
    KeyFileWrapping(wanted: .certificate, subject: "").isJSON(SecretBytes(copying: file))
  }
}

/// The certificates in PKCS#7 or CMS SignedData (RFC 2315, section 9.1; RFC 5652, section 5.1), as Windows and CAs
/// export them. The signed content, if any, does not matter.
enum SignedCertificates {
  /// In the order of the file; throws `malformed-certificate`, `trailing-data` or `no-certificate`.
  static func certificates(_ bytes: Span<UInt8>, of subject: String) throws(KeyError) -> [Certificate] {
    OpenSSLErrors.clear()
    defer { OpenSSLErrors.clear() }
    var consumed = 0
    guard let item = unsafe ASN1Item(bytes, as: PKCS7_it(), consumed: &consumed),
      unsafe OBJ_obj2nid(item.structure(PKCS7.self).pointee.type) == NID_pkcs7_signed,
      let signed = unsafe item.structure(PKCS7.self).pointee.d.sign
    else { throw .malformedCertificate("\(naming: subject) is broken PKCS #7") }
    defer { withExtendedLifetime(item) {} }
    if consumed != bytes.count { throw .trailingCertificateData(bytes.count - consumed) }
    var certificates: [Certificate] = []
    if let stack = unsafe signed.pointee.cert {
      for index in 0..<max(unsafe OPENSSL_sk_num(stack), 0) {
        guard let certificate = unsafe OPENSSL_sk_value(stack, index).map({ OpaquePointer($0) }),
          let der = unsafe DER.encoding({ output in unsafe i2d_X509(certificate, output) })
        else { throw .malformedCertificate("\(naming: subject) is PKCS #7 with a broken certificate") }
        certificates.append(try OpenSSLCertificateReader().certificate(der: der.span))
      }
    }
    if certificates.isEmpty {
      throw KeyError(
        .noCertificate, "\(naming: subject) is PKCS #7 without a certificate",
        hint: "give an X.509 certificate as PEM or DER")
    }
    return certificates
  }
}
