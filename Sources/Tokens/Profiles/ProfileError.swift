public import Messages
import Signing

/// A profile, or a use of one, that makes no sense.
public typealias ProfileError = Failure<ProfileErrorCode>

/// The reasons of a `ProfileError`, by their stable ids.
@nonexhaustive
public enum ProfileErrorCode: String, FailureCode {
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
