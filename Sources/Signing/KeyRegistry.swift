public import Messages

/// The backends of a program, as a value; no backend registers itself.
///
/// Whatever the backend, the registry returns a key only if it is RSA with 2048 to 8192 bits and an odd exponent of
/// at least 65537, may be used with the requested algorithm, and matches the certificate that comes with it.
public struct KeyRegistry: Sendable {
  private let backends: [any KeyBackend]

  public init(_ backends: any KeyBackend...) { self.backends = backends }

  /// The schemes that can be opened, in the order of registration.
  public var schemes: [String] { backends.map(\.scheme) }

  /// Reads a reference: see `KeyReference.init(_:of:)`.
  public func reference(_ text: String) throws(KeyError) -> KeyReference {
    try KeyReference(text, of: backends.map(\.syntax))
  }

  /// Opens a key for one algorithm; may ask for its password or PIN, and blocks.
  ///
  /// Throws `unknown-key-scheme`, what the backend throws, and what `PublicKey.requireFitToSign(with:at:)` throws.
  public func signer(for request: KeyRequest) throws(KeyError) -> any Signer {
    let reference = request.reference
    guard let backend = backends.first(where: { $0.scheme.utf8.elementsEqual(reference.scheme.utf8) }) else {
      throw KeyError(
        .unknownKeyScheme, "keyroll does not open key references of the scheme \(naming: reference.scheme)",
        hint: "known schemes: \(schemes.joined(separator: ", "))")
    }
    return try judged(try backend.signer(for: request), for: request)
  }

  /// The same for a key that is open already as `opened`: nothing is read again, and nobody is asked for a secret.
  ///
  /// The certificates of the request take the place of those of `opened`, leaf first; none leaves those that it has. Nil if
  /// that signer cannot be bound again. Throws what `Signer.rebound` throws, and what `signer(for:)` throws of its own.
  public func signer(for request: KeyRequest, sharing opened: any Signer) throws(KeyError) -> (any Signer)? {
    let certificates = request.certificates.isEmpty ? opened.certificates : request.certificates
    guard let signer = try opened.rebound(to: request.algorithm, certificates: certificates) else { return nil }
    return try judged(signer, for: request)
  }

  private func judged(_ signer: any Signer, for request: KeyRequest) throws(KeyError) -> any Signer {
    let (reference, algorithm) = (request.reference, request.algorithm)
    guard signer.algorithm == algorithm else {
      throw KeyError(
        .keyRestricted,
        "\(naming: reference) was opened for \(signer.algorithm.rawValue) instead of \(algorithm.rawValue)")
    }
    try signer.publicKey.requireFitToSign(with: algorithm, at: reference)
    if let leaf = signer.certificates.first, leaf.publicKey != signer.publicKey {
      throw KeyError(
        .certificateMismatch, "the certificate at \(naming: reference) belongs to another key",
        hint: "give the certificate that was issued for this key")
    }
    return signer
  }
}
