public import Signing

/// A saved answer that does not say which certificates are registered on one application or service principal.
public struct KeyCredentialsError: DiagnosticError, Hashable {
  /// The reasons, by their stable ids.
  @nonexhaustive
  public enum Code: String, Sendable, Hashable, CaseIterable {
    case malformed = "malformed-key-credentials"
    /// The collections of several applications or service principals.
    case severalObjects = "several-objects"
    /// One page of several, so that nothing can be said of what is not in it.
    case incomplete = "incomplete-answer"
    /// A collection in which nothing is registered that signatures are verified with.
    case noKeyCredentials = "no-key-credentials"
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
