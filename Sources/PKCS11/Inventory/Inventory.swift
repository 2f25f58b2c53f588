public import Signing

/// The modules, tokens and objects that exist, for a person to choose from.
///
/// Every text but `uri` may come from a token: show it as a `ForeignText`.
public struct Inventory: Sendable {
  /// One PKCS #11 module.
  public struct Module: Sendable {
    /// Its name in p11-kit's configuration; the name of the file if it has none.
    public let name: String
    /// Nil if p11-kit does not know a file, as with `remote:`.
    public let path: String?
    public let description: String
    /// The maker of the module, as the module names it.
    public let manufacturer: String
    /// `2.6`
    public let version: String
    /// What a person should know, such as that the module logs PINs.
    public let warnings: [String]
    /// The initialised tokens of the module.
    public let tokens: [Token]

    public init(
      name: String, path: String?, description: String, manufacturer: String, version: String, warnings: [String],
      tokens: [Token]
    ) {
      self.name = name
      self.path = path
      self.description = description
      self.manufacturer = manufacturer
      self.version = version
      self.warnings = warnings
      self.tokens = tokens
    }
  }

  /// One token that somebody has initialised.
  public struct Token: Sendable {
    /// A reference to copy.
    public let uri: String
    /// The token's own description (`CK_TOKEN_INFO`), without padding.
    public let label, serial, manufacturer, model: String
    /// Whether the PIN is set, and how many tries are left.
    public let pin: PINState
    /// The names of the flags of `CK_TOKEN_INFO`, such as `CKF_LOGIN_REQUIRED`.
    public let flags: [String]
    /// In bytes; nil if the token does not say.
    public let freePublicMemory, freePrivateMemory: UInt?
    /// The mechanisms that can sign, by the standard's names, such as `CKM_RSA_PKCS`.
    public let signingMechanisms: [String]
    /// True if the objects were listed after a login.
    public let isLoggedIn: Bool
    /// The visible keys and certificates.
    public let objects: [Object]
    /// What could not be read, and why.
    public let failures: [String]

    public init(
      uri: String, label: String, serial: String, manufacturer: String, model: String, pin: PINState, flags: [String],
      freePublicMemory: UInt?, freePrivateMemory: UInt?, signingMechanisms: [String], isLoggedIn: Bool,
      objects: [Object], failures: [String]
    ) {
      self.uri = uri
      self.label = label
      self.serial = serial
      self.manufacturer = manufacturer
      self.model = model
      self.pin = pin
      self.flags = flags
      self.freePublicMemory = freePublicMemory
      self.freePrivateMemory = freePrivateMemory
      self.signingMechanisms = signingMechanisms
      self.isLoggedIn = isLoggedIn
      self.objects = objects
      self.failures = failures
    }
  }

  /// One private key, public key or certificate.
  public struct Object: Sendable {
    /// The kind of object, as `type` of a URI says it.
    public enum Kind: String, Sendable {
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
    public let uri: String
    /// `CKA_LABEL`; empty if it has none.
    public let label: String
    /// `CKA_ID`
    public let id: [UInt8]
    /// `RSA 2048`, a certificate's subject, or why it cannot be read; empty if nothing is known.
    public let summary: String
    /// The certificate, if it is one and can be read. Two of the same name and id are told apart by
    /// their thumbprints.
    public let certificate: Certificate?

    public init(
      kind: Kind, uri: String, label: String, id: [UInt8], summary: String, certificate: Certificate?
    ) {
      self.kind = kind
      self.uri = uri
      self.label = label
      self.id = id
      self.summary = summary
      self.certificate = certificate
    }
  }

  /// The state of the user's PIN before it is given.
  public enum PINState: String, Sendable, CaseIterable {
    /// The token does not ask for a login.
    case notNeeded = "not needed"
    /// No user PIN was set yet.
    case notInitialized = "not initialized"
    /// The PIN can be given, and the token reports no wrong tries.
    case ready
    /// A wrong PIN was given since the last right one (`CKF_USER_PIN_COUNT_LOW`).
    case countLow = "wrong tries so far"
    /// One more wrong PIN locks it (`CKF_USER_PIN_FINAL_TRY`).
    case finalTry = "final try"
    /// Too many wrong PINs were given (`CKF_USER_PIN_LOCKED`).
    case locked
  }

  /// The modules that were examined, in p11-kit's order.
  public let modules: [Module]
  /// Modules and slots that could not be examined, and why.
  public let failures: [String]

  public init(
    modules: [Module], failures: [String]
  ) {
    self.modules = modules
    self.failures = failures
  }
}

extension PKCS11Backend: KeyLister {
  public func listing(
    of reference: KeyReference?, loggingInWith secrets: (any SecretProvider)?
  ) throws(KeyError) -> KeyListing {
    let inventory = try inventory(of: reference, loggingInWith: secrets)
    let tokens = inventory.modules.flatMap(\.tokens)
    return KeyListing(
      tokens.flatMap(\.objects).map(\.entry), failures: inventory.failures + tokens.flatMap(\.failures))
  }
}

extension PKCS11Backend: CertificateFinder {}

extension Inventory.Object {
  fileprivate var entry: KeyListing.Entry {
    let kind: KeyListing.Entry.Kind =
      switch kind {
      case .privateKey: .privateKey
      case .publicKey: .publicKey
      case .certificate: .certificate
      }
    return KeyListing.Entry(
      kind, reference: uri, label: label, id: id, summary: summary, certificate: certificate)
  }
}
