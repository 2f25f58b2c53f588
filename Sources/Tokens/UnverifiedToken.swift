import Encodings
public import JSON

/// A token taken apart: nothing in it has been verified, and nothing in it may be trusted.
public struct UnverifiedToken: Sendable {
  /// The text and its decoded segments.
  public let serialization: CompactSerialization
  /// The header, or why it cannot be read.
  public let header: Result<JSONObject, JSONError>
  /// The claims, or why they cannot be read.
  public let claims: Result<JSONObject, JSONError>

  /// Takes the compact serialization apart; text around the token is not ignored.
  public init(_ text: Span<UInt8>) throws(CompactSerializationError) {
    let serialization = try CompactSerialization(text)
    self.serialization = serialization
    header = Self.object(serialization.header, within: .header)
    claims = Self.object(serialization.payload, within: .token)
  }

  /// When it claims to be usable; at any time, if its claims cannot be read.
  public var window: TokenWindow { TokenWindow((try? claims.get()) ?? JSONObject()) }

  /// The token with the same contents in canonical base64url; nil if it is canonical already.
  public var canonical: UnverifiedToken? {
    if serialization.irregularities.isEmpty { return nil }
    var text = Base64.url.encode(serialization.header.span)
    for segment in [serialization.payload, serialization.signature] {
      text.append(UInt8(ascii: "."))
      Base64.url.append(segment.span, to: &text)
    }
    return try? UnverifiedToken(text.span)
  }

  private static func object(_ bytes: [UInt8], within limits: JSONLimits) -> Result<JSONObject, JSONError> {
    do throws(JSONError) { return .success(try JSONReader.object(bytes, within: limits)) } catch {
      return .failure(error)
    }
  }
}

/// The checks of a token's outer form, in the order of every report.
enum FormatCheck {
  static let serialization = "serialization"
  static let encodings: [(CompactSerialization.Segment, String)] = [
    (.header, "header-encoding"), (.payload, "payload-encoding"), (.signature, "signature-encoding"),
  ]
  static let header = "header-json"
  static let claims = "claims-json"
  /// The id of the one check that uses the key.
  static let signature = "signature"

  static let afterSerialization = encodings.map(\.1) + [header, claims]

  static func append(_ token: UnverifiedToken, isLenient: Bool, to checks: inout [Check]) {
    checks.append(.passed(serialization, .format, isRequired: true))
    for (segment, id) in encodings {
      checks.append(encoding(of: segment, id, token.serialization, isLenient: isLenient))
    }
    checks.append(json(token.header, header, "header"))
    checks.append(json(token.claims, claims, "payload"))
  }

  private static func encoding(
    of segment: CompactSerialization.Segment, _ id: String, _ serialization: CompactSerialization, isLenient: Bool
  ) -> Check {
    if serialization.bytes(of: segment).isEmpty {
      return .failed(
        id, .format, .emptySegment,
        "the \(segment.rawValue) segment is empty\(segment == .signature ? ": the token is not signed" : "")",
        hint: "the text may have been cut off")
    }
    let found = serialization.irregularities.lazy.filter { $0.segment == segment }
    // The token endpoint is seen to tolerate only padding. Anything worse decides.
    guard let worst = found.first(where: { $0.error.code != .padding }) ?? found.first else {
      return .passed(id, .format, isRequired: true)
    }
    let isTolerated = isLenient && worst.error.code == .padding && segment != .signature
    return .irregular(
      id, .format, isTolerated: isTolerated, reason(of: worst.error.code),
      "the \(segment.rawValue) segment has \(worst.error.message)",
      hint: "write base64url without padding or line breaks")
  }

  private static func reason(of code: Base64Error.Code) -> Check.Reason {
    switch code {
    case .padding: .base64Padding
    case .otherAlphabet: .base64OtherAlphabet
    case .whitespace: .base64Whitespace
    case .unusedBits: .base64UnusedBits
    case .illegalCharacter, .impossibleLength: .unreadable
    }
  }

  private static func json(_ result: Result<JSONObject, JSONError>, _ id: String, _ part: String) -> Check {
    switch result {
    case .success: return .passed(id, .format, isRequired: true)
    case .failure(let error):
      return Check(
        id: id, verdict: .format, status: .failed, isRequired: true, found: nil,
        finding: Check.Finding(
          reason: error.id, message: "the \(part) is not acceptable JSON: \(error.problem), at byte \(error.offset)",
          hint: hint(error.code)))
    }
  }

  private static func hint(_ code: JSONError.Code) -> String {
    switch code {
    case .tooLarge, .tooDeep, .tooManyElements: "no issuer makes such tokens: find out where it comes from"
    case .invalidEncoding: "write UTF-8 without a byte order mark; the text may also have been cut or joined"
    default: "write one JSON object in UTF-8, each name once"
    }
  }
}
