import Encodings
public import JSON
public import Tokens

/// The contents of an unverified token, with the meaning of its thumbprints and dates.
public struct TokenInspection: Sendable {
  /// The token; nothing in it is verified.
  public let token: UnverifiedToken
  /// The time from which distances are counted.
  public let time: NumericDate
  /// The text that surrounded it.
  public let dropped: [DroppedText]

  /// The version of the JSON form.
  public static let jsonVersion: Int64 = 1

  public init(_ token: UnverifiedToken, dropped: [DroppedText] = [], at time: NumericDate) {
    self.token = token
    self.time = time
    self.dropped = dropped
  }

  /// The kind of token that it looks like.
  public var kind: TokenKind { TokenKind(of: token) }

  /// The built-in profile of another issuer that it looks made by.
  public var profile: RecognisedProfile? {
    switch kind {
    case .proof, .accessToken, .idToken: nil
    case .assertion, .other: (try? token.claims.get()).flatMap { RecognisedProfile($0) }
    }
  }

  /// What a member of the claims means as a date.
  public enum DateMeaning: Sendable {
    /// A date in seconds since 1970.
    case date(NumericDate)
    /// It is not a date in seconds, and this one in milliseconds.
    case milliseconds(NumericDate)
  }

  /// The bytes of a header member that is a thumbprint; nil for any other.
  public func thumbprint(_ member: JSONMember) -> [UInt8]? {
    guard Thumbprint.allCases.contains(where: { $0.headerName == member.name }), let text = member.value.string else {
      return nil
    }
    return try? Base64.url.decodeReportingIrregularities(text).bytes
  }

  /// The meaning of a claim as a date; nil for any other.
  public func date(_ member: JSONMember) -> DateMeaning? {
    guard ["nbf", "iat", "exp"].contains(member.name),
      let seconds = member.value.number?.roundedUp ?? member.value.string.flatMap({ Int64($0.text) })
    else { return nil }
    if let date = Self.date(seconds) { return .date(date) }
    return Self.date(seconds / 1000).map { .milliseconds($0) }
  }

  private static func date(_ seconds: Int64) -> NumericDate? {
    let date = NumericDate(seconds: seconds)
    return date < .earliest || date > .latest ? nil : date
  }

  /// Several for programs: `version` and `tokens`.
  public static func json(_ inspections: [TokenInspection]) -> JSONObject {
    ["version": .integer(jsonVersion), "tokens": .array(inspections.map { .object($0.json) })]
  }

  /// For programs: `version`, `verified`, `kind`, `profile`, `dropped`, `header`, `claims`, `thumbprints`, `dates`, `signatureByteCount`, `irregularities`.
  public var json: JSONObject {
    var object: JSONObject = ["version": .integer(Self.jsonVersion), "verified": .boolean(false)]
    object["kind"] = .string(ExactText(kind.rawValue))
    object["profile"] = profile.map { .string(ExactText($0.name)) }
    object["dropped"] = .array(dropped.map { .string(ExactText($0.id)) })
    object["header"] = Self.json(token.header)
    object["claims"] = Self.json(token.claims)
    var thumbprints = JSONObject()
    var dates = JSONObject()
    for member in (try? token.header.get())?.members ?? [] {
      thumbprints[member.name] = thumbprint(member).map { .string(ExactText(Hexadecimal.upperCase($0))) }
    }
    for member in (try? token.claims.get())?.members ?? [] {
      if case .date(let date) = date(member) { dates[member.name] = .string(ExactText(date.description)) }
    }
    object["thumbprints"] = .object(thumbprints)
    object["dates"] = .object(dates)
    object["signatureByteCount"] = .integer(Int64(token.serialization.signature.count))
    object["irregularities"] = .array(
      token.serialization.irregularities.map {
        .object(["segment": .string(ExactText($0.segment.rawValue)), "reason": .string(ExactText($0.error.id))])
      })
    return object
  }

  private static func json(_ part: Result<JSONObject, JSONError>) -> JSONValue {
    switch part {
    case .success(let object): .object(object)
    case .failure(let error): .object(["unreadable": .string(ExactText(error.id))])
    }
  }
}
