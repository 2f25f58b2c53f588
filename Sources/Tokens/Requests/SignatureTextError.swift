public import Messages

/// A signature that cannot be read in any form.
public typealias SignatureTextError = Failure<SignatureTextErrorCode>

/// The reasons of a `SignatureTextError`, by their stable ids.
@nonexhaustive
public enum SignatureTextErrorCode: String, FailureCode {
  case malformed = "malformed-signature"
}
