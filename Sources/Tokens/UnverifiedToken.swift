import Encodings
public import JSON

/// A token taken apart: nothing of it has been verified, and none of it may be believed.
public struct UnverifiedToken: Sendable {
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

  /// When the token can first be used: its `nbf`, unless that is past or cannot be read.
  public func start(notBefore time: NumericDate) -> NumericDate {
    (try? claims.get())?["nbf"]?.number?.integer.map { max(NumericDate(seconds: $0), time) } ?? time
  }

  private static func object(_ bytes: [UInt8], within limits: JSONLimits) -> Result<JSONObject, JSONError> {
    do throws(JSONError) { return .success(try JSONReader.object(bytes, within: limits)) } catch {
      return .failure(error)
    }
  }
}
