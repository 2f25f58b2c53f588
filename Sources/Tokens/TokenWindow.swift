import Encodings
public import JSON

/// The time in which a token can be used, by its claims.
///
/// A date counts in any spelling that can mean only one thing. The rule for the date reports a wrong spelling.
public struct TokenWindow: Sendable, Hashable {
  /// `nbf`; nil without one.
  public let notBefore: NumericDate?
  /// `nbf`, or `iat` if there is none; nil without either.
  public let start: NumericDate?
  /// `exp`: the first second at which the token is no longer valid (RFC 7519, section 4.1.4); nil without one.
  public let end: NumericDate?

  /// The window in these claims; missing and unreadable dates are nil.
  public init(_ claims: JSONObject) {
    notBefore = Self.date("nbf", claims)
    start = notBefore ?? Self.date("iat", claims)
    end = Self.date("exp", claims)
  }

  /// The first time, from a given time on, at which the token can be used: its `nbf`, or the given time if that is
  /// later.
  ///
  /// Drafts and requests are judged for this time, and so is the certificate of a token.
  public func start(notBefore time: NumericDate) -> NumericDate { notBefore.map { max($0, time) } ?? time }

  private static func date(_ name: ExactText, _ claims: JSONObject) -> NumericDate? {
    guard case .date(let date, _) = DateClaim(name: name, numbers: .anyNumber, isLenient: true).read(claims) else {
      return nil
    }
    return date
  }
}

extension TokenWindow: CustomStringConvertible {
  /// For a person: `from 2026-11-21T14:00:00Z to 2026-11-21T14:10:00Z, 10 min`.
  public var description: String {
    switch (start, end) {
    case (let start?, let end?): "from \(start) to \(end), \(end - start)"
    case (nil, let end?): "until \(end)"
    case (let start?, nil): "from \(start), without an end"
    case (nil, nil): "without an end"
    }
  }

  /// The part of it that is ahead at a time, for a person; nil without an end.
  public func remainder(at time: NumericDate) -> String? {
    guard let end else { return nil }
    if time >= end { return "it ended \(time - end) ago" }
    if let start, time < start { return "it starts in \(start - time)" }
    return "\(end - time) of it are left"
  }
}
