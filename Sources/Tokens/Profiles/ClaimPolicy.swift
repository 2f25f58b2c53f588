public import Encodings

/// What one claim is to be, when issuing as when verifying.
public struct ClaimPolicy: Sendable, Hashable {
  /// The value that is wanted.
  @nonexhaustive
  public enum Expectation: Sendable, Hashable {
    /// Any JSON value.
    case anyValue
    /// Text of the policy's form; which text is not known here, so a warning says that it was not compared.
    case unknownText
    /// Text of the policy's form, whatever it is: a `jti`, for example.
    case anyText
    /// One of these; the first is written when issuing.
    case oneOf([ExactText])
  }

  /// A value that a published sample or another client is known to send.
  public struct KnownValue: Sendable, Hashable {
    public let value: ExactText
    /// What to say of it, the claim's name being said before.
    public let message: String
    /// True where it is accepted under lenient rules alone.
    public let onlyLeniently: Bool

    public init(_ value: ExactText, _ message: String, onlyLeniently: Bool = false) {
      self.value = value
      self.message = message
      self.onlyLeniently = onlyLeniently
    }
  }

  public let name: ExactText
  public var presence: Presence
  public var expectation: Expectation
  public var form: TextForm
  /// True where a fresh identifier is written when nobody gives a value, as for `jti`.
  public var isGenerated: Bool
  /// True where an array that holds the wanted value will do, as RFC 7519, section 4.1.3, allows for `aud`.
  public var allowsArray: Bool
  /// Wrong values that are recognised by name.
  public var knownMistakes: [KnownValue]
  /// Values that are accepted with a warning.
  public var tolerated: [KnownValue]

  public init(
    _ name: ExactText, _ expectation: Expectation, presence: Presence = .required, form: TextForm = .text,
    isGenerated: Bool = false, allowsArray: Bool = false, knownMistakes: [KnownValue] = [],
    tolerated: [KnownValue] = []
  ) {
    self.name = name
    self.presence = presence
    self.expectation = expectation
    self.form = form
    self.isGenerated = isGenerated
    self.allowsArray = allowsArray
    self.knownMistakes = knownMistakes
    self.tolerated = tolerated
  }
}
