public import Encodings

/// What `kid` is.
public struct KeyIDPolicy: Sendable, Hashable {
  /// How the value is found.
  @nonexhaustive
  public enum Form: Sendable, Hashable {
    /// The SHA-1 thumbprint of the certificate in 40 upper-case hexadecimal digits.
    case sha1Thumbprint
    /// What the issuer knows the key by, or nil when it is not known here.
    case text(ExactText?)

    /// False where the profile itself says what it is.
    var isOfKey: Bool { if case .text(.some) = self { false } else { true } }
  }

  public let form: Form
  public let isRequired: Bool

  public init(_ form: Form, isRequired: Bool = false) {
    self.form = form
    self.isRequired = isRequired
  }
}
