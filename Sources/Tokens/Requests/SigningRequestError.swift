public import Messages
import Signing

/// A signing request that cannot be taken: it is not one, or its parts do not say the same.
public typealias SigningRequestError = Failure<SigningRequestErrorCode>

/// The reasons of a `SigningRequestError`, by their stable ids.
@nonexhaustive
public enum SigningRequestErrorCode: String, FailureCode {
  case malformed = "malformed-signing-request"
  case unsupportedVersion = "unsupported-signing-request"
  /// The signing input is not the encoding of header and claims.
  case signingInputMismatch = "signing-input-mismatch"
  case digestMismatch = "digest-mismatch"
  /// `algorithm` is not the header's `alg`.
  case algorithmMismatch = "algorithm-mismatch"
  case windowMismatch = "window-mismatch"
  case summaryMismatch = "summary-mismatch"
  /// Made by another profile than the one insisted upon.
  case profileMismatch = "profile-mismatch"
  /// The window starts further ahead than the signer's side allows.
  case windowBeyondHorizon = "window-beyond-horizon"
  case windowBeforeCertificate = "window-before-certificate"
  case windowAfterCertificate = "window-after-certificate"
  /// A form that the request's algorithm has not.
  case formUnavailable = "form-unavailable"
}

extension SigningRequestError {
  /// One part of a request that another contradicts.
  static func mismatch(_ code: Code, _ message: String) -> SigningRequestError {
    SigningRequestError(
      code, "the signing request was changed after it was prepared: \(message)",
      hint: "prepare it again, and carry it as it is")
  }
}
