public import Messages

/// What a new key is to be.
public struct KeyDescription: Sendable, Hashable {
  /// The kind of key, with its size. Others than RSA do not sign here.
  @nonexhaustive
  public enum Kind: Sendable, Hashable {
    /// rsaEncryption with the exponent 65537.
    case rsa(bitCount: Int)
  }

  /// The kind of key, with its size.
  public let kind: Kind
  /// What a person calls it: the friendlyName of a PFX, `CKA_LABEL` on a token. Nil for the name of its certificate or none.
  public let label: String?
  /// `CKA_ID` on a token; nil for one that the maker chooses. Files have none.
  public let id: [UInt8]?

  /// The sizes of RSA keys in bits that are made.
  public static let bitCounts = [2048, 3072, 4096]
  /// The size in bits if none is chosen.
  public static let standardBitCount = 3072
  /// The public exponent of every key that is made (FIPS 186-5, appendix A.1.1).
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

/// One place where new keys can be made: a file, or a token.
///
/// The way is the same for all: `check`, `make`, sign its certificate with `signer(for:)`, write that certificate, and `finish`;
/// after any failure, `discard`.
public protocol KeyMaker: Sendable {
  /// Throws what `make` would throw for what is there now, so that no one is asked for a password for nothing; makes nothing.
  func check(_ description: KeyDescription) throws(KeyMakingError)
  /// Makes the key, which may take a minute on a token; blocks.
  ///
  /// Never in the place of another key. Throws before anything is made, or has taken back what was made, or says what is left.
  func make(_ description: KeyDescription) throws(KeyMakingError) -> any MadeKey
}

/// A key that was made a moment ago, and is not yet finished.
///
/// A maker that holds it in memory alone has nothing left when it goes; one on a token stays until `discard`.
public protocol MadeKey: Sendable {
  /// The public part of the new key.
  var publicKey: PublicKey { get }
  /// True if `finish` waits for a device or a person, and must be possible to interrupt.
  var waitsForDevice: Bool { get }
  /// Opens the key for an algorithm, to sign its own certificate or a request for one.
  func signer(for algorithm: SignatureAlgorithm) throws(KeyMakingError) -> any Signer
  /// Puts the key where it belongs, with its certificate if there is one and it is wanted there, and tries it as it lies
  /// there; once.
  func finish(with certificate: Certificate?) throws(KeyMakingError) -> FinishedKey
  /// Takes back all that was made in this run, finished or not; throws `key-not-discarded`, which says what is left.
  func discard() throws(KeyMakingError)
}

/// Where a new key is from now on.
public struct FinishedKey: Sendable, Hashable {
  /// Opens the key, as `KeyReference` reads it.
  public let reference: String
  /// How it lies there, for a person: `AES-256, PBKDF2-HMAC-SHA256 100,000 rounds`.
  public let protection: String?
  /// What a person should know.
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
  /// The key, opened again from where it was put, is not the one that was made, or does not sign.
  case trialFailed = "new-key-trial-failed"
  case notDiscarded = "key-not-discarded"
  // Tokens
  /// A token that says that it cannot be written.
  case tokenWriteProtected = "token-write-protected"
  /// A token that cannot be written now, or not by the user who is logged in.
  case tokenReadOnly = "token-read-only"
  case tokenFull = "token-full"
  /// A token whose keys are made by its officer alone, with tools of its maker.
  case tokenNotOffered = "token-not-offered"
  case pinExpired = "pin-expired"
  /// The token does not make RSA keys by the mechanism of the standard.
  case generationUnavailable = "key-generation-unavailable"
  /// A size that the token does not make.
  case keySizeOutOfRange = "key-size-out-of-range"
  /// The token has made a key that is not what was asked for; it was removed again.
  case keyDiffers = "new-key-differs"
  /// The token would give the private key away; it was removed again.
  case keyUnprotected = "new-key-unprotected"
  /// Everything else is done.
  case certificateNotStored = "certificate-not-stored"
}
