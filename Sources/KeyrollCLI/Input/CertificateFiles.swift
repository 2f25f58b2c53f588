import Keyroll

/// Certificates from files that the user names.
enum CertificateFiles {
  /// The most that is read of such a file, in bytes.
  static let mostBytes = max(KeyFileLimits.byteCount, Limits.JSON.savedAnswer.byteCount)

  /// What one of them can hold: its contents decide.
  enum Contents {
    case certificates([Certificate])
    /// What was saved of an application or service principal.
    case registered(KeyCredentials)
  }

  /// Reads PEM, DER, a bundle, or saved `keyCredentials`; `-` is standard input.
  static func contents(of path: String) throws -> Contents {
    let contents = try SecretBytes.contents(ofFile: path, limit: mostBytes)
    if contents.withBytes(JSONText.isLikely) {
      return .registered(
        try contents.withBytes { bytes throws(KeyCredentialsError) in
          try KeyCredentials(bytes, of: path, certificateReader: OpenSSLCertificateReader())
        })
    }
    return .certificates(try contents.withBytes { bytes throws(KeyError) in try CertificateFile.read(bytes, of: path) })
  }

  /// The certificates of a PEM, DER or bundle file; `-` is standard input.
  static func certificates(in path: String) throws(KeyError) -> [Certificate] {
    let contents = try SecretBytes.contents(ofFile: path, limit: mostBytes)
    return try contents.withBytes { bytes throws(KeyError) in try CertificateFile.read(bytes, of: path) }
  }

  /// The one certificate of a file that issued no other there, and its issuers as far as the file has them, in order.
  ///
  /// Throws `several-certificates` where there is not exactly one such certificate, and what reading them throws.
  static func chain(in path: String) throws(KeyError) -> [Certificate] {
    let certificates = try certificates(in: path)
    let leaves = Set(certificates).filter { certificate in
      !certificates.contains { $0 != certificate && $0.issuerDER == certificate.subjectDER }
    }
    guard let leaf = leaves.first, leaves.count == 1 else {
      throw KeyError(
        .severalCertificates, "\(path) holds \(certificates.count) certificates, and whose key is to sign is not plain",
        hint: "give the certificate of the key, followed by its issuers and nothing else")
    }
    return OpenSSLCryptography().chain(from: leaf, among: certificates)
  }
}
