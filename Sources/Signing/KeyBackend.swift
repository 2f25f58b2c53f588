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

/// A backend that can also tell what keys and certificates it holds, for a person to choose from.
public protocol KeyLister: KeyBackend {
  /// What a reference means, or everything that is there without one.
  ///
  /// With `secrets` it logs in first, to see what a login hides. Throws what opening a key throws up to the login; what cannot be
  /// read is named among the failures of the listing, and hides nothing else.
  func listing(of reference: KeyReference?, loggingInWith secrets: (any SecretProvider)?) throws(KeyError) -> KeyListing
}

/// A backend that can also read the certificates that are beside its keys.
public protocol CertificateFinder: KeyBackend {
  /// The certificates that a reference means, a reference to a key those of the key, without a login; never empty.
  ///
  /// Throws `malformed-key-reference`, `no-certificate`, `malformed-certificate`, and what a backend throws that cannot reach its keys.
  func certificates(at reference: KeyReference) throws(KeyError) -> [Certificate]
}

/// A backend that can also put a certificate beside a key of its own.
public protocol CertificateStore: KeyBackend {
  /// Puts the certificate beside the private key that the reference means, under the same name; never twice.
  ///
  /// The certificate must be over that key. Throws `certificate-mismatch`, `certificate-not-stored`, what opening a key
  /// throws, and what a backend throws that cannot write; after an error nothing was stored, or the error says what is there.
  func store(
    _ certificate: Certificate, besideKeyAt reference: KeyReference, secrets: any SecretProvider
  ) throws(KeyMakingError) -> StoredCertificate
}

/// Where a certificate is that was stored.
public struct StoredCertificate: Sendable, Hashable {
  /// Means the certificate, as `KeyReference` reads it.
  public let reference: String
  /// False when an equal one was there already, and nothing was written.
  public let isNew: Bool
  /// What a person should know.
  public let notes: [String]

  public init(reference: String, isNew: Bool, notes: [String] = []) {
    self.reference = reference
    self.isNew = isNew
    self.notes = notes
  }
}

/// What keys and certificates a backend holds.
///
/// Every text but the references may come from elsewhere, such as a device: show it as a `ForeignText`.
public struct KeyListing: Sendable {
  /// One private key, public key or certificate.
  public struct Entry: Sendable {
    /// What the entry is, as `type` of a PKCS #11 URI says it (RFC 7512, section 2.3).
    @nonexhaustive
    public enum Kind: String, Sendable, Hashable, CaseIterable {
      case privateKey = "private"
      case publicKey = "public"
      case certificate = "cert"
    }

    /// A private key, a public key or a certificate.
    public let kind: Kind
    /// To copy.
    public let reference: String
    /// Empty if it has none.
    public let label: String
    /// `CKA_ID` or the like; empty if it has none.
    public let id: [UInt8]
    /// `RSA 2048`, a certificate's subject, or why it cannot be read; empty if nothing is known.
    public let summary: String
    /// Read, where it is one.
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
  /// What could not be looked into, and why.
  public let failures: [String]

  public init(_ entries: [Entry], failures: [String] = []) {
    self.entries = entries
    self.failures = failures
  }
}

/// One key to be opened: which one, for what, and with what belongs to this key alone.
///
/// Certificates, time and secrets belong to the request and not to a backend, so that one backend, and one login, serves many
/// keys.
public struct KeyRequest: Sendable {
  /// Which key to open.
  public let reference: KeyReference
  /// The algorithm that the key is opened for.
  public let algorithm: SignatureAlgorithm
  /// Certificates that were given beside the reference, in any order: they choose the key with their public key where the
  /// reference means several, and its certificate is among them. Empty if the key's own are to be used.
  public var certificates: [Certificate]
  /// Where those certificates come from, for messages: a path or a reference; nil if the caller does not say.
  public var certificateSource: String?
  /// True if a certificate that is given must also be one of those that are beside the key, if there are any.
  public var requiresOwnCertificate: Bool
  /// True if the certificates of its issuers are wanted too, as `x5c` does; a backend that would have to search for them
  /// need not when this is false.
  public var needsChain = false
  /// When the signature will be used, in seconds since 1970-01-01T00:00:00Z: of several certificates over one key the one
  /// that is valid then is meant.
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
