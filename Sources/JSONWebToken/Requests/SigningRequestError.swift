public import Signing

/// A signing request that cannot be taken: it is not one, or its parts do not say the same.
public struct SigningRequestError: DiagnosticError, Hashable {
  /// The reasons, by their stable ids.
  @nonexhaustive
  public enum Code: String, Sendable, Hashable, CaseIterable {
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

  public let code: Code
  public let message: String
  public let hint: String?

  public var id: String { code.rawValue }

  public init(_ code: Code, _ message: String, hint: String? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
  }

  /// One part of a request that another contradicts.
  static func mismatch(_ code: Code, _ message: String) -> SigningRequestError {
    SigningRequestError(
      code, "the signing request was changed after it was prepared: \(message)",
      hint: "prepare it again, and carry it as it is")
  }
}
