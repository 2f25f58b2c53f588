public import Encodings
public import Tokens

/// One line of the journal: what happened, when it was written down, and the file that shows it.
public struct RolloverEvent: Sendable, Hashable {
  /// A file in the folder of the rollover, by its digest.
  public struct Evidence: Sendable, Hashable {
    /// Relative to the folder, such as `answers/send-1-try-1-1.txt`.
    public var file: ExactText
    /// The SHA-256 of the file: 32 bytes.
    public var sha256: [UInt8]
    /// When the service answered, by its own clock.
    public var answered: NumericDate?

    public init(file: ExactText, sha256: [UInt8], answered: NumericDate? = nil) {
      self.file = file
      self.sha256 = sha256
      self.answered = answered
    }
  }

  /// By the clock of the machine that owns the folder.
  public var time: NumericDate
  /// What happened.
  public var kind: Kind
  /// The package whose answer it is, or which it is about.
  public var package: ExactText?
  /// The file that shows it; nil for what a person said.
  public var evidence: Evidence?

  public init(_ kind: Kind, at time: NumericDate, package: ExactText? = nil, evidence: Evidence? = nil) {
    self.time = time
    self.kind = kind
    self.package = package
    self.evidence = evidence
  }

  /// When it happened, as far as that is known: by the clock of the service, or else when it was written down.
  public var happened: NumericDate { evidence?.answered ?? time }
}

extension RolloverEvent {
  /// What happened, as `event` of the journal says it.
  @nonexhaustive
  public enum Kind: Sendable, Hashable {
    /// The plan was written: the evidence is its digest.
    case planned
    /// A certificate over the key, which fits the plan.
    case certificate(RolloverKeyRole, CertificateFacts)
    /// A package was written: `package` is its name.
    case packed(Packed)
    /// A package came back.
    case returned
    /// The token endpoint gave a token for an assertion of the new key, or a sign-in report names its key id.
    case accepted
    /// It gave none; `answer` is the id of the answer or the code of the error.
    case refused(RolloverKeyRole, answer: ExactText)
    /// addKey gave this id to the new certificate.
    case added(keyID: ExactText)
    /// A list of what is registered on the object came in.
    case listed(Listing)
    /// Whoever asked may not list what is registered.
    case listingRefused
    /// removeKey was done for this id.
    case removed(keyID: ExactText)
    /// A request was not done; `answer` is the id of the answer or the code of the error.
    case failed(PackageAction, answer: ExactText)
    /// A person says that the workload uses the new key.
    case switched
    /// A person removes the old key before the overlap has passed, for this reason.
    case waived(reason: ExactText)
    /// A person gives the rollover up; `isBack` is true once they say that the workload is back on the old key.
    case abandoning(isBack: Bool)
    /// A sign-in report shows that the old key was used at this time.
    case oldKeyUsed(NumericDate)
  }

  /// What the state needs to know of a certificate.
  public struct CertificateFacts: Sendable, Hashable {
    /// The SHA-1 of its DER: 20 bytes.
    public var sha1: [UInt8]
    /// The last second of its validity.
    public var notAfter: NumericDate

    public init(sha1: [UInt8], notAfter: NumericDate) {
      self.sha1 = sha1
      self.notAfter = notAfter
    }
  }

  /// What a package is for, and when it can be sent.
  public struct Packed: Sendable, Hashable {
    /// What the package does.
    public var kind: PackageKind
    /// The first second in which it can be sent.
    public var opens: NumericDate
    /// The end of its last window.
    public var closes: NumericDate
    /// The key id that it removes.
    public var keyID: ExactText?

    public init(kind: PackageKind, opens: NumericDate, closes: NumericDate, keyID: ExactText? = nil) {
      self.kind = kind
      self.opens = opens
      self.closes = closes
      self.keyID = keyID
    }
  }

  /// The entries of a list that are over one of the two certificates.
  public struct Listing: Sendable, Hashable {
    /// The key ids of the entries that signatures are verified with.
    public var new: [ExactText]
    /// The key ids of the entries of the old certificate.
    public var old: [ExactText]
    /// Those of the old certificate that the service signs with, as for SAML: never removed here.
    public var oldForSigning: [ExactText]

    public init(new: [ExactText], old: [ExactText], oldForSigning: [ExactText] = []) {
      self.new = new
      self.old = old
      self.oldForSigning = oldForSigning
    }
  }
}

extension RolloverEvent.Kind {
  /// True for an answer to addKey or removeKey, whatever it says.
  var answersChange: Bool {
    switch self {
    case .added, .removed, .failed(.addKey, _), .failed(.removeKey, _): true
    default: false
    }
  }
}

/// What a package does.
@nonexhaustive
public enum PackageKind: String, Sendable, Hashable, CaseIterable {
  /// Adds the new certificate, and tries it.
  case add
  /// Tries the new key, and lists what is registered.
  case attempt = "try"
  /// Removes the old key, proved by the new one.
  case remove
  /// Removes the new key, proved by the old one: what `abandon` needs once it is added.
  case undo
  /// Lists what is registered by a token of the old key: after an undo the new one gets none.
  case list

  /// True for what adds or removes a key.
  var changesKeys: Bool {
    switch self {
    case .add, .remove, .undo: true
    case .attempt, .list: false
    }
  }
}

/// What one request of a package asks for.
@nonexhaustive
public enum PackageAction: String, Sendable, Hashable, CaseIterable {
  /// An access token for the requests that follow.
  case token
  /// The entries that are registered on the object.
  case list
  /// That the new certificate is added.
  case addKey = "add-key"
  /// That the entry with a keyId is removed.
  case removeKey = "remove-key"
  /// A token by the new key, to see whether the service knows it.
  case attempt = "try"
}
