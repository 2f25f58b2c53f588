/// The dates of a token: which are there, how they are written, how long it lives.
public struct TimePolicy: Sendable, Hashable {
  /// From when the life of a token is counted.
  @nonexhaustive
  public enum Start: String, Sendable, Hashable, CaseIterable {
    case notBefore = "nbf"
    case issuedAt = "iat"
    /// From the moment of judging: `exp` is not further ahead than the longest life.
    case now
  }

  /// How dates may be written.
  @nonexhaustive
  public enum Numbers: Sendable, Hashable {
    /// As JSON integers.
    case wholeSeconds
    /// As any JSON number (RFC 7519, section 2); fractions count as the next whole second.
    case anyNumber
  }

  public var notBefore: Presence
  public var issuedAt: Presence
  public var expires: Presence
  public var numbers: Numbers
  /// The life of a token when nobody chooses.
  public var lifetime: TimeSpan
  /// The longest life, or nil for no limit.
  public var maximumLifetime: TimeSpan?
  /// True when under lenient rules a longer life and a missing `nbf` only warn, because the service is seen to take them.
  public var isServiceLenient: Bool
  public var start: Start
  /// How long before the time of signing `iat` is set, for issuers whose clock may be behind.
  public var issuedAtBackdate: TimeSpan
  /// How far clocks may differ when verifying.
  public var leeway: TimeSpan

  public init(
    notBefore: Presence, issuedAt: Presence, expires: Presence, numbers: Numbers = .wholeSeconds, lifetime: TimeSpan,
    maximumLifetime: TimeSpan?, isServiceLenient: Bool = false, start: Start, issuedAtBackdate: TimeSpan = .zero,
    leeway: TimeSpan = .zero
  ) {
    self.notBefore = notBefore
    self.issuedAt = issuedAt
    self.expires = expires
    self.numbers = numbers
    self.lifetime = lifetime
    self.maximumLifetime = maximumLifetime
    self.isServiceLenient = isServiceLenient
    self.start = start
    self.issuedAtBackdate = issuedAtBackdate
    self.leeway = leeway
  }
}
