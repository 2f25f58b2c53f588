public import Encodings
import JSON
public import Messages
import Signing

/// The JWS compact serialization (RFC 7515, section 7.1): `header.payload.signature`, each in base64url.
public struct CompactSerialization: Sendable {
  /// The three parts, in their order.
  @nonexhaustive
  public enum Segment: String, Sendable, Hashable, CaseIterable {
    /// The JOSE header, the claims, and the signature over both.
    case header, payload, signature
  }

  /// A way in which one segment differs from canonical base64url, although it can mean only one thing.
  public struct Irregularity: Sendable, Hashable {
    /// The segment that is irregular.
    public let segment: Segment
    /// How it is irregular.
    public let error: Base64Error
  }

  /// The whole text as it was given.
  public let text: [UInt8]
  /// The decoded segments.
  public let header: [UInt8]
  /// The decoded second segment.
  public let payload: [UInt8]
  /// The decoded third segment.
  public let signature: [UInt8]
  /// Empty for a canonical token; the caller decides about the others.
  public let irregularities: [Irregularity]

  /// The number of bytes of `text` that are signed: the header and payload segments with their dot, as they were given
  /// (RFC 7515, section 5.1).
  public let signingInputByteCount: Int

  private static let whole = "give the whole token and nothing else: header.payload.signature"

  /// Takes apart the text with everything around it: a newline at the end is an irregularity and is not ignored.
  public init(_ text: Span<UInt8>) throws(CompactSerializationError) {
    guard text.indices.contains(where: { !ASCII.isWhiteSpace(text[$0]) }) else {
      throw CompactSerializationError(.empty, "the token is empty", hint: Self.whole)
    }
    guard text.count <= Limits.byteCount else {
      throw CompactSerializationError(.tooLarge, "the token is longer than \(Limits.byteCount) bytes", hint: Self.whole)
    }
    try Self.refuseJSON(text)
    let dot = UInt8(ascii: ".")
    guard let first = text.firstOffset(of: dot, from: 0), let second = text.firstOffset(of: dot, from: first + 1),
      text.firstOffset(of: dot, from: second + 1) == nil
    else { throw Self.wrongSegmentCount(text) }
    var irregularities: [Irregularity] = []
    header = try Self.decode(text.extracting(..<first), .header, &irregularities)
    payload = try Self.decode(text.extracting(first + 1..<second), .payload, &irregularities)
    signature = try Self.decode(text.extracting(second + 1..<text.count), .signature, &irregularities)
    self.irregularities = irregularities
    self.text = [UInt8](copying: text)
    signingInputByteCount = second
  }

  /// One decoded segment.
  public func bytes(of segment: Segment) -> [UInt8] {
    switch segment {
    case .header: header
    case .payload: payload
    case .signature: signature
    }
  }

  private static func decode(
    _ text: Span<UInt8>, _ segment: Segment, _ irregularities: inout [Irregularity]
  ) throws(CompactSerializationError) -> [UInt8] {
    do throws(Base64Error) {
      let (bytes, found) = try Base64.url.decodeReportingIrregularities(text)
      for error in found { irregularities.append(Irregularity(segment: segment, error: error)) }
      return bytes
    } catch {
      throw CompactSerializationError(
        .unreadableSegment, "the \(segment.rawValue) segment is not base64url: \(error.message)", hint: Self.whole,
        segment: segment)
    }
  }

  private static func wrongSegmentCount(_ text: Span<UInt8>) -> CompactSerializationError {
    var dotCount = 0
    for index in text.indices where text[index] == UInt8(ascii: ".") { dotCount += 1 }
    if let other = NotAToken(text, dotCount: dotCount) {
      return CompactSerializationError(.segmentCount, other.problem, hint: other.hint ?? whole)
    }
    return CompactSerializationError(
      .segmentCount,
      "the token has \(dotCount + 1) \(dotCount == 0 ? "segment" : "segments"), and a signed token has \(Limits.segmentCount): header.payload.signature",
      hint: dotCount == 4 ? "five segments make an encrypted token, which keyroll does not read" : whole)
  }

  /// The JSON serializations (RFC 7515, section 7.2) are not for JSON Web Tokens (RFC 7519, section 1).
  private static func refuseJSON(_ text: Span<UInt8>) throws(CompactSerializationError) {
    var start = 0
    while start < text.count, ASCII.isWhiteSpace(text[start]) { start += 1 }
    guard start < text.count, text[start] == UInt8(ascii: "{") else { return }
    throw CompactSerializationError(
      .jsonSerialization, "the text is JSON, and a JSON Web Token is in the compact serialization",
      hint: "give the value with two dots in it, not the JSON around it")
  }
}

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
  /// The segment that cannot be decoded, if that is the reason.
  public let segment: CompactSerialization.Segment?

  public var id: String { code.rawValue }

  init(_ code: Code, _ message: String, hint: String? = nil, segment: CompactSerialization.Segment? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
    self.segment = segment
  }
}

/// What a text is that has not the three segments of a token, by what shows at its beginning or, of a token that was cut, in it.
private struct NotAToken {
  /// A whole sentence.
  let problem: String
  let hint: String?

  init?(_ span: Span<UInt8>, dotCount: Int) {
    let text = [UInt8](copying: span.extracting(first: 16_384))
    let word = text.drop { ASCII.isWhiteSpace($0) }
    func begins(_ prefix: String) -> Bool { word.starts(with: prefix.utf8) }
    let beginsToken = begins("ey") || begins("ew")
    if beginsToken, ["...", "\u{2026}"].contains(where: { text.span.firstOffset(of: Array($0.utf8)) != nil }) {
      (problem, hint) = ("the token was cut to be shown: it has an ellipsis in it", "take it from where it is whole")
    } else if beginsToken, dotCount == 1 {
      (problem, hint) = ("the token has 2 segments: it has no signature", nil)
    } else if beginsToken, dotCount == 0, Self.isHeader(word) {
      (problem, hint) = ("the text is the header of a token alone", nil)
    } else if begins("-----BEGIN ") {
      (problem, hint) = ("the text is PEM: a key or a certificate, not a token", nil)
    } else if begins("<") || begins("PHNhbWw") || begins("PD94bWw") || begins("PEFzc2VydGlvbi") {
      (problem, hint) = ("the text is XML, such as a SAML assertion, not a JSON Web Token", nil)
    } else if ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"].contains(where: begins) {
      (problem, hint) = ("the text is an access token of GitHub, which is not a JSON Web Token", nil)
    } else {
      return nil
    }
  }

  private static func isHeader(_ word: ArraySlice<UInt8>) -> Bool {
    let digits = Array(word.prefix { !ASCII.isWhiteSpace($0) })
    guard let bytes = try? Base64.url.decodeReportingIrregularities(digits.span).bytes else { return false }
    return (try? JSONReader.object(bytes, within: .header))?["alg"] != nil
  }
}
