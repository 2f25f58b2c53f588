/// Text that is not the base64 or base64url that is read here.
public struct Base64Error: Error, Hashable {
  /// The reasons, by their stable ids.
  @nonexhaustive
  public enum Code: String, Sendable, Hashable, CaseIterable {
    /// `=` where none belongs, or the wrong number of them.
    case padding = "base64-padding"
    /// `+` or `/` in base64url, `-` or `_` in base64.
    case otherAlphabet = "base64-other-alphabet"
    case whitespace = "base64-whitespace"
    case illegalCharacter = "base64-illegal-character"
    /// A number of characters that no byte string encodes to.
    case impossibleLength = "base64-impossible-length"
    /// Bits of the last character that stand for nothing are not zero (RFC 4648, section 3.5).
    case unusedBits = "base64-unused-bits"
  }

  public let code: Code
  /// The offset in bytes at which it was seen.
  public let offset: Int
  private let lacksPadding: Bool

  public var id: String { code.rawValue }
  public var message: String { "\(problem), at byte \(offset)" }

  /// What is wrong, without its subject.
  public var problem: String {
    switch code {
    case .padding: lacksPadding ? "too little = padding" : "= padding where none belongs"
    case .otherAlphabet: "a character of the other base64 alphabet"
    case .whitespace: "white space"
    case .illegalCharacter: "a character outside the alphabet"
    case .impossibleLength: "a length that no bytes encode to"
    case .unusedBits: "unused bits at the end that are not zero"
    }
  }

  init(_ code: Code, at offset: Int, lacksPadding: Bool = false) {
    self.code = code
    self.offset = offset
    self.lacksPadding = lacksPadding
  }
}
