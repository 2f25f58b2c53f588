/// One place where keys live, under one scheme of key references.
public protocol KeyBackend: Sendable {
  /// How references to its keys are written.
  var syntax: KeyReferenceSyntax { get }
  /// Opens the key and tries it: a key that cannot make a good signature is refused here, not later.
  ///
  /// A backend whose signatures may each cost somebody's approval tries nothing, and verifies every one before it leaves.
  func signer(for request: KeyRequest) throws(KeyError) -> any Signer
}

extension KeyBackend {
  /// The scheme without its colon, for example `pem`.
  public var scheme: String { syntax.scheme }
}
