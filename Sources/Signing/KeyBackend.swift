/// One place where keys live, under one scheme of key references.
public protocol KeyBackend: Sendable {
  /// The scheme without its colon, for example `pem`.
  var scheme: String { get }
  /// Opens the key and tries it: a key that cannot make a good signature is refused here, not later.
  ///
  /// A backend whose signatures may each cost somebody's approval tries nothing, and verifies every one before it leaves.
  func signer(
    for reference: KeyReference, algorithm: SignatureAlgorithm, secrets: any SecretProvider
  ) throws(KeyError) -> any Signer
}
