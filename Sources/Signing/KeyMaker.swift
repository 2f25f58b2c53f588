public import Messages

/// The properties of a new key.
public struct KeyDescription: Sendable, Hashable {
  /// The kind of key, with its size. Only RSA keys can sign here.
  @nonexhaustive
  public enum Kind: Sendable, Hashable {
    /// rsaEncryption with the exponent 65537.
    case rsa(bitCount: Int)
  }

  /// The kind of key, with its size.
  public let kind: Kind
  /// Its name for people: the friendlyName of a PFX, `CKA_LABEL` on a token. Nil to use the name of its certificate, or
  /// none.
  public let label: String?
  /// `CKA_ID` on a token; nil to let the maker choose it. Files have none.
  public let id: [UInt8]?

  /// The sizes of RSA keys in bits that keyroll makes.
  public static let bitCounts = [2048, 3072, 4096]
  /// The size in bits if none is chosen.
  public static let standardBitCount = 3072
  /// The public exponent of every new key (FIPS 186-5, appendix A.1.1).
  public static let publicExponent: [UInt8] = [1, 0, 1]

  /// Throws `key-size-not-offered` for any size but 2048, 3072 and 4096 bits.
  public init(
    rsaBitCount bitCount: Int = standardBitCount, label: String? = nil, id: [UInt8]? = nil
  ) throws(KeyMakingError) {
    guard Self.bitCounts.contains(bitCount) else {
      throw KeyMakingError(
        .keySizeNotOffered, "RSA keys of \(bitCount) bits are not made",
        hint:
          "choose \(Self.bitCounts.dropLast().map(String.init).joined(separator: ", ")) or \(Self.bitCounts.last ?? 0)")
    }
    kind = .rsa(bitCount: bitCount)
    self.label = label
    self.id = id
  }
}

/// A place where new keys can be made: a file, or a token.
///
/// The steps are the same for all: `check`, `make`, sign its certificate with `signer(for:)`, write that certificate,
/// and `finish`; after any failure, `discard`.
public protocol KeyMaker: Sendable {
  /// Throws now what `make` would throw, so that nobody is asked for a password in vain; makes nothing.
  func check(_ description: KeyDescription) throws(KeyMakingError)
  /// Makes the key, which may take a minute on a token; blocks.
  ///
  /// Never replaces another key. An error is thrown before anything is made, or after everything made was removed, or
  /// it says what is left.
  func make(_ description: KeyDescription) throws(KeyMakingError) -> any MadeKey
}

/// A new key that is not finished yet.
///
/// A key in memory alone leaves nothing behind; one on a token stays until `discard`.
public protocol MadeKey: Sendable {
  /// The public part of the new key.
  var publicKey: PublicKey { get }
  /// True if `finish` waits for a device or a person, and must be possible to interrupt.
  var waitsForDevice: Bool { get }
  /// Opens the key for an algorithm, to sign its own certificate or a request for one.
  func signer(for algorithm: SignatureAlgorithm) throws(KeyMakingError) -> any Signer
  /// Puts the key in its place, with its certificate if there is one and the place takes it, and tries it there; call
  /// it once.
  func finish(with certificate: Certificate?) throws(KeyMakingError) -> FinishedKey
  /// Removes everything that was made in this run, finished or not; throws `key-not-discarded`, which says what is
  /// left.
  func discard() throws(KeyMakingError)
}

/// Where a new key is from now on.
public struct FinishedKey: Sendable, Hashable {
  /// Opens the key, as `KeyReference` reads it.
  public let reference: String
  /// How it is protected there, for a person: `AES-256, PBKDF2-HMAC-SHA256 100,000 rounds`.
  public let protection: String?
  /// What a person should know about it.
  public let notes: [String]

  public init(reference: String, protection: String? = nil, notes: [String] = []) {
    self.reference = reference
    self.protection = protection
    self.notes = notes
  }
}

/// A key that could not be made or kept.
public typealias KeyMakingError = Failure<KeyMakingErrorCode>

/// The reasons of a `KeyMakingError`, by their stable ids.
@nonexhaustive
public enum KeyMakingErrorCode: String, FailureCode {
  case keySizeNotOffered = "key-size-not-offered"
  /// A place where no keys are made.
  case destinationNotOffered = "destination-not-offered"
  /// A file that already exists, and is never replaced.
  case outputExists = "output-exists"
  /// A folder that is not there, or in which no file can be made.
  case outputUnwritable = "output-unwritable"
  /// A label or an id that an object on the token has already.
  case keyTaken = "key-taken"
  /// A password was wanted, and none or the empty one was given.
  case passwordRequired = "password-required"
  case generationFailed = "key-generation-failed"
  /// The key, opened again from its place, is not the one that was made, or does not sign.
  case trialFailed = "new-key-trial-failed"
  case notDiscarded = "key-not-discarded"
  // Tokens
  /// A token that says that it cannot be written.
  case tokenWriteProtected = "token-write-protected"
  /// A token that cannot be written now, or not by the user who is logged in.
  case tokenReadOnly = "token-read-only"
  case tokenFull = "token-full"
  /// A token on which only its officer makes keys, with the tools of its maker.
  case tokenNotOffered = "token-not-offered"
  case pinExpired = "pin-expired"
  /// The token does not make RSA keys by the mechanism of the standard.
  case generationUnavailable = "key-generation-unavailable"
  /// A size that the token does not make.
  case keySizeOutOfRange = "key-size-out-of-range"
  /// The token made a key that is not what was asked for; it was removed again.
  case keyDiffers = "new-key-differs"
  /// The token would give the private key away; it was removed again.
  case keyUnprotected = "new-key-unprotected"
  /// Everything else is done.
  case certificateNotStored = "certificate-not-stored"
}
