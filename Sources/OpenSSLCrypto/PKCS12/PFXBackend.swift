public import Signing

/// Keys in PFX files (PKCS#12): `pfx:PATH`, with `;name=TEXT` or `;id=HEX` to choose one of several.
public struct PFXBackend: KeyBackend {
  public let scheme = "pfx"

  private let certificates: [Certificate]

  /// Looks for the certificate of the key among these, when there are any, instead of in the file.
  public init(certificates: [Certificate] = []) { self.certificates = certificates }

  /// `name=TEXT` or `id=HEX` chooses among several keys, `cert=PATH` names another file with the certificate; `-` is
  /// standard input.
  public func signer(
    for reference: KeyReference, algorithm: SignatureAlgorithm, secrets: any SecretProvider
  ) throws(KeyError) -> any Signer {
    let file = try FileReference(reference, attributes: ["cert", "name", "id"])
    let selection = try file.keySelection(of: reference)
    let bytes = try SecretBytes.contents(ofFile: file.path, limit: KeyFileLimits.byteCount)
    var contents = try PFXReader(subject: reference.description).contents(of: bytes, secrets: secrets)
    try contents.look(among: certificates, orIn: file["cert"])
    return try contents.signer(choosing: selection, at: reference, algorithm: algorithm)
  }
}
