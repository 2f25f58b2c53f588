public import Signing

/// Opens `pem:PATH` and `pem:PATH;cert=PATH`: private keys in PEM or DER, with certificates beside them or in another file.
public struct PEMBackend: KeyBackend {
  public let scheme = "pem"

  private let certificates: [Certificate]

  /// Looks for the certificate of the key among these, when there are any, instead of in the file.
  public init(certificates: [Certificate] = []) { self.certificates = certificates }

  /// `id=HEX` chooses among several keys by the SHA-256 of the public key; `-` is standard input.
  public func signer(
    for reference: KeyReference, algorithm: SignatureAlgorithm, secrets: any SecretProvider
  ) throws(KeyError) -> any Signer {
    let file = try FileReference(reference, attributes: ["cert", "id"])
    let selection = try file.keySelection(of: reference)
    let bytes = try SecretBytes.contents(ofFile: file.path, limit: KeyFileLimits.byteCount)
    var contents = try bytes.withBytes { (bytes) throws(KeyError) in
      try KeyFileReader(subject: reference.description).contents(of: bytes, secrets: secrets)
    }
    try contents.look(among: certificates, orIn: file["cert"])
    return try contents.signer(choosing: selection, at: reference, algorithm: algorithm)
  }
}
