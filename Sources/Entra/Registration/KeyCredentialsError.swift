public import Messages
import Signing

/// A saved answer that does not say which certificates are registered on one application or service principal.
public typealias KeyCredentialsError = Failure<KeyCredentialsErrorCode>

/// The reasons of a `KeyCredentialsError`, by their stable ids.
@nonexhaustive
public enum KeyCredentialsErrorCode: String, FailureCode {
  case malformed = "malformed-key-credentials"
  /// The collections of several applications or service principals.
  case severalObjects = "several-objects"
  /// One page of several, so that nothing can be said of what is not in it.
  case incomplete = "incomplete-answer"
  /// A collection in which nothing is registered that signatures are verified with.
  case noKeyCredentials = "no-key-credentials"
}
