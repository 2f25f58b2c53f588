public import Messages

/// A key, certificate or key reference that cannot be used.
public typealias KeyError = Failure<KeyErrorCode>

/// The reasons of a `KeyError`, by their stable ids.
@nonexhaustive
public enum KeyErrorCode: String, FailureCode {
  // References
  case malformedKeyReference = "malformed-key-reference"
  case secretInReference = "secret-in-reference"
  case unknownKeyScheme = "unknown-key-scheme"
  // Files
  case fileUnreadable = "file-unreadable"
  case fileTooLarge = "file-too-large"
  case unrecognisedKeyFile = "unrecognised-key-file"
  case malformedPEM = "malformed-pem"
  case malformedKey = "malformed-key"
  case malformedPFX = "malformed-pfx"
  case malformedCertificate = "malformed-certificate"
  case malformedJWK = "malformed-jwk"
  case trailingData = "trailing-data"
  case iterationCountTooHigh = "iteration-count-too-high"
  case unsupportedProtection = "unsupported-protection"
  case damagedFile = "damaged-file"
  // Secrets
  case passwordRequired = "password-required"
  case wrongPassword = "wrong-password"
  case secretUnavailable = "secret-unavailable"
  case pinRequired = "pin-required"
  case wrongPIN = "wrong-pin"
  case pinLocked = "pin-locked"
  case pinExpired = "pin-expired"
  case finalPINTry = "final-pin-try"
  case loginUnproven = "login-unproven"
  // Devices
  case moduleUnavailable = "module-unavailable"
  case noSuchToken = "no-such-token"
  case severalTokens = "several-tokens"
  case mechanismUnavailable = "mechanism-unavailable"
  case deviceFailed = "device-failed"
  // Programs
  case programUnavailable = "program-unavailable"
  // Choosing
  case noPrivateKey = "no-private-key"
  case noSuchKey = "no-such-key"
  case severalKeys = "several-keys"
  case noCertificate = "no-certificate"
  case noPublicKey = "no-public-key"
  case severalCertificates = "several-certificates"
  case certificateMismatch = "certificate-mismatch"
  /// The given certificate is not one of those that come with the key.
  case certificateNotOfKey = "certificate-not-of-key"
  // Fitness
  case keyNotRSA = "key-not-rsa"
  case rsaKeyTooSmall = "rsa-key-too-small"
  case rsaKeyTooLarge = "rsa-key-too-large"
  case rsaExponentTooSmall = "rsa-exponent-too-small"
  case brokenRSAKey = "broken-rsa-key"
  /// The key is from a chip or library whose keys can be computed from their public part.
  case rsaKeyROCA = "rsa-key-roca"
  case keyRestricted = "key-restricted"
  // The library underneath
  case cryptographyFailed = "cryptography-failed"
}
