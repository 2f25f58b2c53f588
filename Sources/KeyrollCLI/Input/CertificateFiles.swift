import Keyroll

/// Certificates from files that the user names.
enum CertificateFiles {
  /// The most that is read of such a file, in bytes.
  static let mostBytes = KeyFileLimits.byteCount

  /// The certificates of a PEM, DER or bundle file; `-` is standard input.
  static func certificates(in path: String) throws(KeyError) -> [Certificate] {
    let contents = try SecretBytes.contents(ofFile: path, limit: mostBytes)
    return try contents.withBytes { bytes throws(KeyError) in try CertificateFile.read(bytes, of: path) }
  }
}
