/// A place where keys are kept, with its own scheme of key references.
public protocol KeyBackend: Sendable {
  /// How references to its keys are written.
  var syntax: KeyReferenceSyntax { get }
  /// Opens the key. The first signature is its trial: a backend that cannot vouch for its keys verifies every
  /// signature, and throws `bad-signature` if it is not one of this key.
  func signer(for request: KeyRequest) throws(KeyError) -> any Signer
}

extension KeyBackend {
  /// The scheme without its colon, for example `pem`.
  public var scheme: String { syntax.scheme }
}

/// A backend that can also list its keys and certificates, for a person to choose from.
public protocol KeyLister: KeyBackend {
  /// Lists what a reference matches, or everything without one.
  ///
  /// With `secrets` it logs in first, to see private objects. Throws what opening a key throws, up to the login. An
  /// object that cannot be read is named among the failures of the listing, and does not hide the others.
  func listing(of reference: KeyReference?, loggingInWith secrets: (any SecretProvider)?) throws(KeyError) -> KeyListing
}

/// A backend that can also read the certificates beside its keys.
public protocol CertificateFinder: KeyBackend {
  /// The certificates that a reference matches, without a login; never empty. For a reference to a key these are the
  /// certificates of the key.
  ///
  /// Throws `malformed-key-reference`, `no-certificate`, `malformed-certificate`, and the errors of a backend that
  /// cannot reach its keys.
  func certificates(at reference: KeyReference) throws(KeyError) -> [Certificate]
}

/// A backend that can also store a certificate beside one of its keys.
public protocol CertificateStore: KeyBackend {
  /// Stores the certificate beside the private key that the reference matches, under the same name; never twice.
  ///
  /// The certificate must be over that key. Throws `certificate-mismatch`, `certificate-not-stored`, what opening a key
  /// throws, and the errors of a backend that cannot write. After an error nothing was stored, or the error says what
  /// is there.
  func store(
    _ certificate: Certificate, besideKeyAt reference: KeyReference, secrets: any SecretProvider
  ) throws(KeyMakingError) -> StoredCertificate
}

/// Where a stored certificate is.
public struct StoredCertificate: Sendable, Hashable {
  /// A reference to the certificate, as `KeyReference` reads it.
  public let reference: String
  /// False if an equal one was there already, and nothing was written.
  public let isNew: Bool
  /// What a person should know about it.
  public let notes: [String]

  public init(reference: String, isNew: Bool, notes: [String] = []) {
    self.reference = reference
    self.isNew = isNew
    self.notes = notes
  }
}

/// The keys and certificates of a backend.
///
/// Every text but the references may come from elsewhere, such as a device: show it as a `ForeignText`.
public struct KeyListing: Sendable {
  /// One private key, public key or certificate.
  public struct Entry: Sendable {
    /// The kind of entry, as `type` of a PKCS #11 URI says it (RFC 7512, section 2.3).
    @nonexhaustive
    public enum Kind: String, Sendable, Hashable, CaseIterable {
      /// A key that can sign.
      case privateKey = "private"
      /// The public half of a key alone.
      case publicKey = "public"
      /// An X.509 certificate.
      case certificate = "cert"
    }

    /// A private key, a public key or a certificate.
    public let kind: Kind
    /// A reference to copy.
    public let reference: String
    /// Empty if it has none.
    public let label: String
    /// `CKA_ID` or the like; empty if it has none.
    public let id: [UInt8]
    /// `RSA 2048`, a certificate's subject, or why it cannot be read; empty if nothing is known.
    public let summary: String
    /// The certificate; nil for a key, and for a certificate that cannot be read.
    public let certificate: Certificate?

    public init(
      _ kind: Kind, reference: String, label: String = "", id: [UInt8] = [], summary: String = "",
      certificate: Certificate? = nil
    ) {
      self.kind = kind
      self.reference = reference
      self.label = label
      self.id = id
      self.summary = summary
      self.certificate = certificate
    }
  }

  /// The keys and certificates that were found.
  public let entries: [Entry]
  /// What could not be read, and why.
  public let failures: [String]

  public init(_ entries: [Entry], failures: [String] = []) {
    self.entries = entries
    self.failures = failures
  }
}

/// One key to be opened: which one, for what, and with which certificates and secrets.
///
/// Certificates, time and secrets belong to the request and not to a backend, so that one backend and one login can
/// serve many keys.
public struct KeyRequest: Sendable {
  /// Which key to open.
  public let reference: KeyReference
  /// The algorithm that the key is opened for.
  public let algorithm: SignatureAlgorithm
  /// Certificates that were given beside the reference, in any order. If the reference matches several keys, they
  /// choose the one with their public key, whose certificate is among them. Empty to use the certificates of the key
  /// itself.
  public var certificates: [Certificate]
  /// Where those certificates come from, for messages: a path or a reference; nil if the caller does not say.
  public var certificateSource: String?
  /// True if a given certificate must also be one of those beside the key, if there are any.
  public var requiresOwnCertificate: Bool
  /// True if the certificates of its issuers are wanted too, as for `x5c`. If it is false, a backend that would have to
  /// search for them need not.
  public var needsChain = false
  /// When the signature will be used, in seconds since 1970-01-01T00:00:00Z. If several certificates are over the key,
  /// the one that is valid then is used.
  public let time: Int64
  /// Gives the password or the PIN if one is needed.
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
