internal import Signing

/// What one key file held, whatever its format, in the order of the file.
struct KeyFileContents: Sendable {
  var privateKeys: [KeyFileEntry] = []
  var certificates: [Certificate] = []
  /// Where the certificate of the key must be, when it may not be just any of `certificates`.
  var leafCandidates: [Certificate]?
  /// What a person should know of the file although it was opened, such as that nothing protects it against change.
  var notes: [String] = []

  /// Takes the certificate of the key from these alone, or from this file, where either is given.
  mutating func look(among certificates: [Certificate], orIn path: String? = nil) throws(KeyError) {
    if let path {
      let bytes = try SecretBytes.contents(ofFile: path, limit: KeyFileLimits.byteCount)
      leafCandidates = try bytes.withBytes { (bytes) throws(KeyError) in try CertificateFile.read(bytes, of: path) }
    } else if !certificates.isEmpty {
      leafCandidates = certificates
    }
  }
}
