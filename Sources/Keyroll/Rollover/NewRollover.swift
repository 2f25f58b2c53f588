public import Encodings
public import Messages
public import Signing
public import Tokens

/// What a rollover begins with: an object, the key that is registered on it, and the key that comes in its place.
public struct NewRollover: Sendable {
  /// The key that is registered: its certificate says which entry it is.
  public struct OldKey: Sendable {
    /// Where the key is.
    public let reference: KeyReference
    /// Its certificate, which is registered.
    public let certificate: Certificate

    /// Opens the key, and takes its certificate from beside it or from those that are given.
    ///
    /// Throws `no-certificate`, and what opening a key throws.
    public init(
      at reference: KeyReference, certificates: [Certificate] = [], from source: String? = nil,
      by keys: RolloverKeys
    ) throws(KeyError) {
      let signer = try keys.signer(
        for: .rs256, at: reference, as: .old, certificates: certificates, from: source)
      guard let certificate = signer.certificates.first else {
        throw KeyError(
          .noCertificate, "no certificate is with the key at \(naming: reference)",
          hint: "give the certificate, in the key's file or beside it")
      }
      self.reference = reference
      self.certificate = certificate
    }
  }

  /// The key that is to be registered, with its certificate, or with a request for one.
  public struct NewKey: Sendable {
    /// Where the key is, for the plan.
    public let reference: String
    /// The public key.
    public let publicKey: PublicKey
    /// Nil if an authority is to issue it.
    public let certificate: Certificate?
    /// PEM; nil if there is a certificate.
    public let certificateRequest: String?

    /// A key that was made a moment ago.
    public init(_ created: CreatedKey) {
      reference = created.finished.reference
      publicKey = created.publicKey
      certificate = created.product.certificate
      certificateRequest = certificate == nil ? created.product.pem : nil
    }

    /// Opens a key that is there. Without a certificate it signs a request for one, whose subject is `subject`.
    ///
    /// Throws what opening a key and making a request throws.
    public init(
      at reference: KeyReference, certificates: [Certificate] = [], from source: String? = nil, subject: String,
      by keys: RolloverKeys
    ) throws(KeyMakingError) {
      let signer = try KeyMakingError.passing { () throws(KeyError) in
        try keys.signer(for: .rs256, at: reference, as: .new, certificates: certificates, from: source)
      }
      self.reference = SigningKey(reference, secrets: NoSecrets()).name
      publicKey = signer.publicKey
      certificate = signer.certificates.first
      guard certificate == nil else {
        certificateRequest = nil
        return
      }
      let toolkit = keys.toolkit
      certificateRequest = try KeyMakingError.passing { () throws(CertificateError) in
        let plan = try CertificatePlan(subject, life: nil, with: toolkit)
        return try plan.product(signedBy: signer, with: toolkit).pem
      }
    }
  }

  /// What people call the rollover.
  public var title: ExactText
  /// Whose key is rolled.
  public var object: RolloverPlan.Object
  /// The key that goes.
  public var old: OldKey
  /// The key that comes.
  public var new: NewKey
  /// How long both keys stay after the workload was switched.
  public var overlap = RolloverPlan.usualOverlap
  /// How long the new certificate may live; nil for no limit.
  public var maximumLifetime: TimeSpan?
  /// The reference of the new key for the plan, if it says more than how the key was made.
  public var newReference: String?
  /// What relative paths in the references begin with, so that the plan can be used from every folder; nil leaves them as they
  /// are.
  public var workingFolder: String?

  public init(title: ExactText, object: RolloverPlan.Object, old: OldKey, new: NewKey) {
    self.title = title
    self.object = object
    self.old = old
    self.new = new
  }

  /// Makes the folder, whole or not at all.
  ///
  /// Throws `malformed-plan` for one key in both places, and what `RolloverFolder.make` throws.
  public func make(
    at path: String, time: NumericDate, cryptography: any Cryptography
  ) throws(RolloverError) -> RolloverFolder {
    if old.certificate.publicKey.hasSameNumbers(as: new.publicKey) {
      throw RolloverError(
        .malformedPlan, "the old and the new key are the same key",
        hint: "make a new key: a new certificate over the old one is no rollover")
    }
    let plan = RolloverPlan(
      title: title, created: time, object: object,
      old: .init(
        reference: reference(SigningKey(old.reference, secrets: NoSecrets()).name),
        certificate: ExactText(RolloverPlan.oldCertificateName),
        publicKeySHA256: old.certificate.publicKey.sha256Fingerprint),
      new: .init(
        reference: reference(newReference ?? new.reference), certificate: ExactText(RolloverPlan.newCertificateName),
        publicKeySHA256: new.publicKey.sha256Fingerprint),
      overlap: overlap, maximumLifetime: maximumLifetime)
    return try RolloverFolder.make(
      plan, old: old.certificate, new: new.certificate, request: new.certificateRequest, at: path, time: time,
      cryptography: cryptography)
  }

  /// As it was written: a plain path has no scheme.
  private func reference(_ text: String) -> ExactText {
    ExactText(Toolkit.reference(text, startingAt: workingFolder))
  }
}

extension Toolkit {
  /// A reference to a key with absolute paths, as `KeyReference.text(startingAt:)` writes it; as it is without a folder, and where
  /// it cannot be read.
  public static func reference(_ text: String, startingAt folder: String?) -> String {
    guard let folder, let reference = try? KeyReference(text, of: keySyntaxes) else { return text }
    return reference.text(startingAt: folder)
  }
}
