public import Encodings
public import JSON
import Messages
import Signing

/// The rule for one claim, for issuing and verifying.
public struct ClaimPolicy: Sendable, Hashable {
  /// The expected value.
  @nonexhaustive
  public enum Expectation: Sendable, Hashable {
    /// Any JSON value.
    case anyValue
    /// Text of the policy's form. The exact text is not known here, so a warning says that it was not
    /// compared.
    case unknownText
    /// Any text of the policy's form: a `jti`, for example.
    case anyText
    /// One of these; the first is written when issuing.
    case oneOf([ExactText])
    /// One of these JSON values of any type; the first is written when issuing.
    case oneOfValues([JSONValue])
    /// Any value of this type.
    case anyOfType(JSONType)
    /// The same, with a warning that it was not compared.
    case unknownOfType(JSONType)

    /// True if the expected value is not known here.
    package var isUnknown: Bool {
      switch self {
      case .unknownText, .unknownOfType: true
      default: false
      }
    }
  }

  /// A value that a published sample or another client is known to send.
  public struct KnownValue: Sendable, Hashable {
    /// The texts that it matches.
    @nonexhaustive
    public enum Match: Sendable, Hashable {
      /// This text, code point by code point.
      case exactly(ExactText)
      /// The same text in letters of either case.
      case ignoringCase(ExactText)
      /// A text of a form between two other texts; the last may be empty.
      case between(ExactText, TextForm, ExactText)
    }

    /// The texts that it matches.
    public let match: Match
    /// The words about it, after the claim's name.
    public let message: String
    /// The next step; nil to show the expected value.
    public let hint: String?
    /// True if only lenient rules accept it.
    public let onlyLeniently: Bool
    /// True if it may be the expected value after all, which cannot be known here.
    public let isIncomparable: Bool

    /// A value that is recognised by its exact text.
    public init(_ value: ExactText, _ message: String, onlyLeniently: Bool = false) {
      self.init(.exactly(value), message, onlyLeniently: onlyLeniently)
    }

    public init(
      _ match: Match, _ message: String, hint: String? = nil, onlyLeniently: Bool = false, isIncomparable: Bool = false
    ) {
      self.match = match
      self.message = message
      self.hint = hint
      self.onlyLeniently = onlyLeniently
      self.isIncomparable = isIncomparable
    }

    func matches(_ text: ExactText) -> Bool {
      switch match {
      case .exactly(let value): return text == value
      case .ignoringCase(let value): return ASCII.isEqualIgnoringCase(text.text, value.text)
      case .between(let start, let form, let end):
        let bytes = Array(text.text.utf8)
        let (startCount, endCount) = (start.text.utf8.count, end.text.utf8.count)
        guard bytes.count > startCount + endCount, bytes.starts(with: start.text.utf8),
          bytes.suffix(endCount).elementsEqual(end.text.utf8)
        else { return false }
        return String(validating: bytes[startCount..<(bytes.count - endCount)], as: UTF8.self)
          .map { form.matches(ExactText($0)) } ?? false
      }
    }
  }

  /// The name of the claim.
  public let name: ExactText
  /// Whether the claim must, may or must not be there.
  public var presence: Presence
  /// The value that the claim must have.
  public var expectation: Expectation
  /// The form that a text must have.
  public var form: TextForm
  /// True if a fresh identifier is written when no value is given, as for `jti`.
  public var isGenerated: Bool
  /// True if an array with the expected value is accepted, as RFC 7519, section 4.1.3, allows for `aud`.
  public var allowsArray: Bool
  /// True if an array of the one value is written when issuing.
  public var writesArray: Bool
  /// True if a number with the same digits is accepted for a text.
  public var allowsNumber: Bool
  /// Wrong values that are recognised by name.
  public var knownMistakes: [KnownValue]
  /// Values that are accepted with a warning.
  public var tolerated: [KnownValue]

  /// A policy for one claim; writing an array also allows one.
  public init(
    _ name: ExactText, _ expectation: Expectation, presence: Presence = .required, form: TextForm = .text,
    isGenerated: Bool = false, allowsArray: Bool = false, writesArray: Bool = false, allowsNumber: Bool = false,
    knownMistakes: [KnownValue] = [],
    tolerated: [KnownValue] = []
  ) {
    self.name = name
    self.presence = presence
    self.expectation = expectation
    self.form = form
    self.isGenerated = isGenerated
    self.allowsArray = allowsArray || writesArray
    self.writesArray = writesArray
    self.allowsNumber = allowsNumber
    self.knownMistakes = knownMistakes
    self.tolerated = tolerated
  }
}

/// A type of JSON values.
@nonexhaustive
public enum JSONType: String, Sendable, Hashable, CaseIterable {
  /// The types of RFC 8259. `integer` is a number without fraction and exponent, and `any` includes null.
  case string, number, integer, boolean, array, object, any

  /// True for a value of this type.
  public func matches(_ value: JSONValue) -> Bool {
    switch self {
    case .string: value.string != nil
    case .number: value.number != nil
    case .integer: value.number?.integer != nil
    case .boolean: value.boolean != nil
    case .array: value.array != nil
    case .object: value.object != nil
    case .any: true
    }
  }

  /// For messages: `a whole number`.
  public var summary: String {
    switch self {
    case .string: "a string"
    case .number: "a number"
    case .integer: "a whole number"
    case .boolean: "true or false"
    case .array: "an array"
    case .object: "an object"
    case .any: "a value"
    }
  }
}

/// Whether a claim must, may or must not be in a token.
@nonexhaustive
public enum Presence: String, Sendable, Hashable, CaseIterable {
  /// It must, may or must not be there.
  case required, optional, forbidden
}

/// What happens to claims that a profile does not know.
@nonexhaustive
public enum OtherClaims: String, Sendable, Hashable, CaseIterable {
  /// Accepted without a warning.
  case allowed
  /// Accepted with a warning.
  case reported
  /// The token is refused.
  case refused
}
