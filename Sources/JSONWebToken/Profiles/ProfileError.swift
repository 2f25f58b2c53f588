public import Signing

/// A profile, or a use of one, that makes no sense.
public struct ProfileError: DiagnosticError, Hashable {
  /// The reasons, by their stable ids.
  @nonexhaustive
  public enum Code: String, Sendable, Hashable, CaseIterable {
    case malformedProfile = "malformed-profile"
    case unknownProfile = "unknown-profile"
    case missingParameter = "missing-parameter"
    case unknownParameter = "unknown-parameter"
    case malformedParameter = "malformed-parameter"
    /// A signing request has another value than the one expected.
    case parameterMismatch = "parameter-mismatch"
    case certificateNeeded = "certificate-needed"
    case keyIDNeeded = "key-id-needed"
    case reservedClaim = "reserved-claim"
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
}
