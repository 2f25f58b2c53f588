import Encodings
public import JSON

/// From when to when a token can be used, as its claims say.
public struct TokenWindow: Sendable, Hashable {
  /// `nbf`, or `iat` where there is none; nil without either.
  public let start: NumericDate?
  /// `exp`: the first second at which the token is no longer valid (RFC 7519, section 4.1.4); nil without one.
  public let end: NumericDate?

  /// Looks at dates that are whole numbers alone, as drafts have them.
  public init(_ claims: JSONObject) {
    func date(_ name: ExactText) -> NumericDate? { claims[name]?.number?.integer.map(NumericDate.init(seconds:)) }
    start = date("nbf") ?? date("iat")
    end = date("exp")
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

  /// What of it is ahead at a time, for a person; nil without an end.
  public func remainder(at time: NumericDate) -> String? {
    guard let end else { return nil }
    if time >= end { return "it ended \(time - end) ago" }
    if let start, time < start { return "it starts in \(start - time)" }
    return "\(end - time) of it are left"
  }
}
