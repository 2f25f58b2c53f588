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
}
