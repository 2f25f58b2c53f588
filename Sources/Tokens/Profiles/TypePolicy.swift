public import Encodings

/// What `typ` is (RFC 7519, section 5.1).
public struct TypePolicy: Sendable, Hashable {
  /// Written into the header, for example `JWT`.
  public let value: ExactText
  /// True when a token without it, or with another, is refused.
  public let isRequired: Bool

  public init(_ value: ExactText, isRequired: Bool) {
    self.value = value
    self.isRequired = isRequired
  }
}
