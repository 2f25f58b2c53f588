public import Encodings
public import JSON

/// What the caller decides about one draft; the rest follows from the profile and the key.
public struct DraftRequest: Sendable {
  /// The time of making.
  public var time: NumericDate
  /// When the token becomes valid; nil for `time`.
  public var notBefore: NumericDate?
  /// How long it lives; nil for the profile's own.
  public var lifetime: TimeSpan?
  /// True to write `iat` also where the profile leaves it open.
  public var includesIssuedAt = false
  /// The key hints to write instead of the profile's.
  public var hints: [KeyHint]?
  /// The `kid`, where the profile does not derive it.
  public var keyID: ExactText?
  /// A fresh identifier for claims such as `jti`; nil where the profile has none.
  public var identifier: ExactText?
  /// Values for claims that the profile leaves open, and further claims.
  public var claims: JSONObject

  public init(time: NumericDate, identifier: ExactText? = nil, claims: JSONObject = JSONObject()) {
    self.time = time
    self.identifier = identifier
    self.claims = claims
  }
}
