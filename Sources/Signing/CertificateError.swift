public import Messages

/// A certificate, or a request for one, that cannot be made or accepted.
public typealias CertificateError = Failure<CertificateErrorCode>

/// The reasons of a `CertificateError`, by their stable ids.
@nonexhaustive
public enum CertificateErrorCode: String, FailureCode {
  // The subject
  case subjectEmpty = "subject-empty"
  case subjectTooLong = "subject-too-long"
  case subjectMalformed = "subject-malformed"
  // The dates
  /// A life of no time at all, or of less.
  case lifetimeInvalid = "lifetime-invalid"
  /// Longer than a policy allows.
  case lifetimeTooLong = "lifetime-too-long"
  /// The last second of the certificate is past already.
  case lifetimeOver = "lifetime-over"
  /// A date that a certificate cannot hold.
  case dateOutOfRange = "date-out-of-range"
  /// The clock shows a time before this program was built, so that no date made of it can be right.
  case clockBeforeBuild = "clock-before-build"
  // What it is made of
  case serialMalformed = "serial-malformed"
  /// An algorithm that no certificate is signed with here.
  case algorithmNotOffered = "certificate-algorithm-not-offered"
  /// A key that no certificate is made for here.
  case keyNotOffered = "certificate-key-not-offered"
  // What was made
  /// The signature does not verify with the key of the certificate.
  case badSignature = "bad-signature"
  /// What was made, read again, does not say what was asked for.
  case differs = "certificate-differs"
  // Requests that are read
  case malformedRequest = "malformed-certificate-request"
  /// Nobody has proved to hold the key that the request is for.
  case requestUnproven = "certificate-request-unproven"
}
