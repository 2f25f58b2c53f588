/// One place where keys live, under one scheme of key references.
public protocol KeyBackend: Sendable {
  /// How references to its keys are written.
  var syntax: KeyReferenceSyntax { get }
  /// Opens the key. The first signature is its trial: a backend that cannot vouch for its keys verifies every signature, and
  /// throws `bad-signature` for one that is not of this key.
  func signer(for request: KeyRequest) throws(KeyError) -> any Signer
}

extension KeyBackend {
  /// The scheme without its colon, for example `pem`.
  public var scheme: String { syntax.scheme }
}
