extension Check {
  /// The reasons that the rules of this library give, by their stable ids; a rule from elsewhere may give its own text,
  /// and a bad signature has the id of its `SignatureFault` if one is found.
  @nonexhaustive
  public enum Reason: String, Sendable, Hashable, CaseIterable {
    case notApplicable = "not-applicable"
    case notReached = "not-reached"
    case absentOptional = "absent-optional"
    case notCompared = "not-compared"
    // Format
    case unreadable = "unreadable"
    case emptySegment = "empty-segment"
    case base64Padding = "base64-padding"
    case base64OtherAlphabet = "base64-other-alphabet"
    case base64Whitespace = "base64-whitespace"
    case base64UnusedBits = "base64-unused-bits"
    // Header
    case criticalHeader = "critical-header"
    case forbiddenHeader = "forbidden-header"
    case unknownHeader = "unknown-header"
    case embeddedKey = "embedded-key"
    case wrongType = "wrong-type"
    case missingType = "missing-type"
    case algorithmNone = "algorithm-none"
    case algorithmSymmetric = "algorithm-symmetric"
    case algorithmMalformed = "algorithm-malformed"
    case algorithmUnknown = "algorithm-unknown"
    case algorithmNotAllowed = "algorithm-not-allowed"
    case algorithmUnproven = "algorithm-unproven"
    // Key and certificate
    case keyUnfit = "key-unfit"
    case keyBroken = "key-broken"
    case keyTooSmall = "key-too-small"
    case keyTooLarge = "key-too-large"
    case keyROCA = "key-roca"
    case keyExponentSmall = "key-exponent-small"
    case keyNotForAlgorithm = "key-not-for-algorithm"
    case keyNotOfCertificate = "key-not-of-certificate"
    case keyNotGiven = "key-not-given"
    case hintMissing = "hint-missing"
    case hintMalformed = "hint-malformed"
    case hintPairing = "hint-pairing"
    case thumbprintEncoding = "thumbprint-encoding"
    case thumbprintHexText = "thumbprint-hex-text"
    case thumbprintWrongHash = "thumbprint-wrong-hash"
    case thumbprintLength = "thumbprint-length"
    case thumbprintOfAnother = "thumbprint-of-another"
    case thumbprintNotComparable = "thumbprint-not-comparable"
    case keyIDOfAnother = "kid-of-another"
    case keyIDMissing = "kid-missing"
    case certificateChainMalformed = "x5c-malformed"
    case certificateChainOrder = "x5c-order"
    case certificateChainBroken = "x5c-broken-chain"
    case certificateChainOfAnother = "x5c-of-another"
    case badSignature = "bad-signature"
    case signedByAnother = "signed-by-another"
    case keyNotRegistered = "key-not-registered"
    case noKeyVerifies = "no-key-verifies"
    case certificateNotGiven = "certificate-not-given"
    case certificateExpired = "certificate-expired"
    case certificateNotYetValid = "certificate-not-yet-valid"
    case certificateEndsEarly = "certificate-ends-early"
    case certificateUsage = "certificate-usage"
    case certificateWeakSignature = "certificate-weak-signature"
    // Registration
    case registrationExpired = "registration-expired"
    case registrationNotYetValid = "registration-not-yet-valid"
    case registrationEndsEarly = "registration-ends-early"
    case registrationOfAnother = "registration-of-another"
    case lastValidRegistration = "last-valid-registration"
    // Claims
    case claimMissing = "claim-missing"
    case claimForbidden = "claim-forbidden"
    case claimMalformed = "claim-malformed"
    case claimMismatch = "claim-mismatch"
    case claimEmpty = "claim-empty"
    case claimTolerated = "claim-tolerated"
    case claimKnownMistake = "claim-known-mistake"
    case audienceSeveral = "audience-several"
    case claimUnexpected = "claim-unexpected"
    // Time
    case expiryMissing = "exp-missing"
    case dateMalformed = "date-malformed"
    case dateAsString = "date-as-string"
    case dateFractional = "date-fractional"
    case dateOutOfRange = "date-out-of-range"
    case dateInMilliseconds = "date-in-milliseconds"
    case dateNear1970 = "date-near-1970"
    case notYetValid = "not-yet-valid"
    case expired = "expired"
    case issuedInFuture = "issued-in-future"
    case windowReversed = "window-reversed"
    case windowTooLong = "window-too-long"
    case windowEmpty = "window-empty"

    /// False if a check fails because there was nothing to judge by.
    var isOfToken: Bool {
      switch self {
      case .keyNotGiven, .notCompared, .thumbprintNotComparable, .certificateNotGiven: false
      default: true
      }
    }
  }
}
