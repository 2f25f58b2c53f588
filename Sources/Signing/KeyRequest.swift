/// One key to be opened: which one, for what, and with what belongs to this key alone.
///
/// Certificates, time and secrets belong to the request and not to a backend, so that one backend, and one login, serves many
/// keys.
public struct KeyRequest: Sendable {
  public let reference: KeyReference
  public let algorithm: SignatureAlgorithm
  /// Certificates that were given beside the reference, in any order: they choose the key with their public key where the
  /// reference means several, and its certificate is among them. Empty where the key's own are to be used.
  public var certificates: [Certificate]
  /// Where those certificates come from, for messages: a path or a reference; nil where the caller does not say.
  public var certificateSource: String?
  /// True where a certificate that is given must also be one of those that lie beside the key, where any do.
  public var requiresOwnCertificate: Bool
  /// True where the certificates of its issuers are wanted too, as `x5c` does; a backend that would have to search for them
  /// need not when this is false.
  public var needsChain = false
  /// When the signature will be used, in seconds since 1970-01-01T00:00:00Z: of several certificates over one key the one
  /// that is valid then is meant.
  public let time: Int64
  public let secrets: any SecretProvider

  public init(
    _ reference: KeyReference, algorithm: SignatureAlgorithm, certificates: [Certificate] = [], at time: Int64,
    secrets: any SecretProvider, requiresOwnCertificate: Bool = false
  ) {
    self.reference = reference
    self.algorithm = algorithm
    self.certificates = certificates
    self.time = time
    self.secrets = secrets
    self.requiresOwnCertificate = requiresOwnCertificate
  }
}
