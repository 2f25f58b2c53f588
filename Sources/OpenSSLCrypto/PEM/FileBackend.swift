public import Signing

/// Opens a plain path: PEM, DER or PFX, found by content.
public struct FileBackend: KeyBackend {
  public let scheme = KeyReference.plainPathScheme

  private let certificates: [Certificate]

  /// Looks for the certificate of the key among these, when there are any, instead of in the file.
  public init(certificates: [Certificate] = []) { self.certificates = certificates }

  /// The whole reference is the path, without escapes and attributes; `-` is standard input.
  public func signer(
    for reference: KeyReference, algorithm: SignatureAlgorithm, secrets: any SecretProvider
  ) throws(KeyError) -> any Signer {
    let bytes = try SecretBytes.contents(ofFile: reference.rest, limit: KeyFileLimits.byteCount)
    var contents = try contents(of: bytes, at: reference, secrets)
    try contents.look(among: certificates)
    return try contents.signer(choosing: KeySelection(), at: reference, algorithm: algorithm)
  }

  private func contents(
    of file: borrowing SecretBytes, at reference: KeyReference, _ secrets: any SecretProvider
  ) throws(KeyError) -> KeyFileContents {
    let decoded = file.withBytes { bytes in DERText.decoded(bytes) }
    switch decoded {
    case .some(let decoded): return try contents(ofBinary: decoded, at: reference, secrets)
    case .none: return try contents(ofBinary: file, at: reference, secrets)
    }
  }

  private func contents(
    ofBinary file: borrowing SecretBytes, at reference: KeyReference, _ secrets: any SecretProvider
  ) throws(KeyError) -> KeyFileContents {
    switch file.withBytes({ bytes in KeyFileFormat(of: bytes) }) {
    case .pfx:
      try PFXReader(subject: reference.description).contents(of: file, secrets: secrets)
    case .pem, .der, .unrecognised:
      try file.withBytes { (bytes) throws(KeyError) in
        try KeyFileReader(subject: reference.description).contents(of: bytes, secrets: secrets)
      }
    }
  }
}
