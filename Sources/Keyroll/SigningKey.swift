import Entra
public import Messages
public import Signing
public import Tokens

/// A private key to sign with: where it is, and what is needed to open it.
public struct SigningKey: Sendable {
  /// Which key to open.
  public let reference: KeyReference
  /// Certificates that were given beside the key, in any order.
  public let certificates: [Certificate]
  /// Where those come from, for messages: a path or a reference.
  public let certificateSource: String?
  /// True if the certificates must be among those that come with the key, if any do.
  public var requiresOwnCertificate = false
  /// Gives the password or the PIN.
  public let secrets: any SecretProvider
  /// The answer of the service to tokens of a key that is refused here.
  public var answer: @Sendable (KeyError.Code) -> String? = { _ in nil }

  public init(
    _ reference: KeyReference, certificates: [Certificate] = [], from certificateSource: String? = nil,
    secrets: any SecretProvider
  ) {
    self.reference = reference
    self.certificates = certificates
    self.certificateSource = certificateSource
    self.secrets = secrets
  }

  /// The reference as a person writes it: a plain path without the scheme that it was given.
  public var name: String {
    reference.scheme.utf8.elementsEqual(KeyReference.plainPathScheme.utf8) ? reference.path : reference.description
  }

  /// Opens the key for one algorithm; asks for a secret if needed, and blocks.
  ///
  /// `time` is when the token will be used. If several certificates are over the key, the one that is valid then is
  /// used. `needsChain` is true if the certificates of the issuers are wanted too. The `notes` of the signer are what a
  /// person should know about the key. Throws what `KeyRegistry.signer(for:)` throws.
  public func signer(
    for algorithm: SignatureAlgorithm, at time: NumericDate, needsChain: Bool = false, with toolkit: Toolkit
  ) throws(KeyError) -> any Signer {
    var request = request(algorithm, at: time)
    request.needsChain = needsChain
    do throws(KeyError) { return try toolkit.keys.signer(for: request) } catch { throw explained(error) }
  }

  /// The same for a key that `opened` is open for: nothing is read again, and nobody is asked for a secret.
  ///
  /// Of the certificates that were given the one over that key is meant; without any those of `opened` stay. Nil if none is
  /// over it, or if the signer cannot be bound again: then the key has to be opened. Throws what
  /// `KeyRegistry.signer(for:sharing:)` throws, and `several-certificates`.
  public func signer(
    for algorithm: SignatureAlgorithm, sharing opened: any Signer, at time: NumericDate, with toolkit: Toolkit
  ) throws(KeyError) -> (any Signer)? {
    var request = request(algorithm, at: time)
    if !certificates.isEmpty {
      let own = certificates.filter { $0.publicKey.hasSameNumbers(as: opened.publicKey) }
      let choice = CertificateChoice(at: time.seconds, in: certificateSource ?? name)
      guard let leaf = try choice.leaf(over: opened.publicKey, among: own) else { return nil }
      request.certificates = toolkit.cryptography.chain(from: leaf, among: certificates)
    }
    return try toolkit.keys.signer(for: request, sharing: opened)
  }

  private func request(_ algorithm: SignatureAlgorithm, at time: NumericDate) -> KeyRequest {
    var request = KeyRequest(
      reference, algorithm: algorithm, certificates: certificates, at: time.seconds, secrets: secrets,
      requiresOwnCertificate: requiresOwnCertificate)
    request.certificateSource = certificateSource
    return request
  }

  /// Adds what the backend cannot know: where the certificate came from, and who will judge the token.
  private func explained(_ error: KeyError) -> KeyError {
    if error.code == .certificateMismatch, certificateSource != nil { return mismatch(hint: error.hint) }
    if let hint = error.code.flatMap(answer) { return KeyError(id: error.id, error.message, hint: hint) }
    return error
  }

  /// The error if none of the given certificates is over the key.
  func mismatch(hint: String?) -> KeyError {
    KeyError(
      .certificateMismatch,
      "no certificate in \(naming: certificateSource ?? name) belongs to the private key at \(naming: name)", hint: hint
    )
  }
}
