public import Messages
import Signing

/// Text that cannot be taken apart as a compact serialization (RFC 7515, section 7.1).
public struct CompactSerializationError: DiagnosticError, Hashable {
  /// The reasons, by their stable ids.
  @nonexhaustive
  public enum Code: String, Sendable, Hashable, CaseIterable {
    case empty = "token-empty"
    case tooLarge = "token-too-large"
    case jsonSerialization = "token-json-serialization"
    case segmentCount = "token-segment-count"
    case unreadableSegment = "token-unreadable-segment"
  }

  public let code: Code
  public let message: String
  public let hint: String?
  /// The segment that cannot be decoded, when that is the reason.
  public let segment: CompactSerialization.Segment?

  public var id: String { code.rawValue }

  init(_ code: Code, _ message: String, hint: String? = nil, segment: CompactSerialization.Segment? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
    self.segment = segment
  }
}
