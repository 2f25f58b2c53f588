public import Signing

/// Keys in PFX files (PKCS#12): `pfx:PATH`, with `;name=TEXT` or `;id=HEX` to choose one of several.
public struct PFXBackend: KeyBackend {
  public let scheme = "pfx"

  /// Far more than a key and its chain take.
  static let mostBytes = 1 << 20

  private let certificates: [Certificate]

  /// Looks for the certificate of the key among these, when there are any, instead of in the file.
  public init(certificates: [Certificate] = []) { self.certificates = certificates }

  /// `pfx:-` reads standard input; standard base64 text of a PFX opens as well.
  public func signer(
    for reference: KeyReference, algorithm: SignatureAlgorithm, secrets: any SecretProvider
  ) throws(KeyError) -> any Signer {
    let file = try FileReference(reference, attributes: ["name", "id"])
    let selection = try file.keySelection(of: reference)
    let bytes = try SecretBytes.contents(ofFile: file.path, limit: Self.mostBytes)
    var contents = try PFXReader(subject: "\(scheme):\(file.path)").contents(of: bytes, secrets: secrets)
    contents.look(among: certificates)
    return try contents.signer(choosing: selection, at: reference, algorithm: algorithm)
  }
}
