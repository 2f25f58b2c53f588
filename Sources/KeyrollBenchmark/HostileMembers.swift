import Keyroll

/// Members of an object, by what makes them dear to read, in as many bytes as there is room for.
enum HostileMembers {
  /// The most members that leave room under the limit for those of an honest token.
  private static let count = Limits.elementCount - 24

  static let all: [(name: String, members: @Sendable (Int) -> String)] = [
    ("1,000 long names", longNames),
    ("1,000 names that begin alike and white space", { padded(names(length: 16), to: $0) }),
    ("1,000 long strings", { members($0) { number, room in "\"\(number)\":\"\(filler(room - 9))\"" } }),
    ("1,000 strings in an array", { "\"x\":" + array($0 - 4) }),
    (
      "1,000 long numbers",
      { members($0) { number, room in "\"\(number)\":1\(String(repeating: "7", count: room - 8))" } }
    ),
    ("one long string", { "\"x\":" + text($0 - 4) }),
    ("one long name", { "\"" + filler($0 - 4) + "\":0" }),
    ("one long number", { "\"x\":" + String(repeating: "1", count: $0 - 4) }),
    ("escapes \\u", { string(of: "\\u0041", $0) }),
    ("escapes of surrogate pairs", { string(of: "\\ud83d\\ude00", $0) }),
    ("escapes of two characters", { string(of: "\\n", $0) }),
    ("an escape for every other character", { string(of: "a\\n", $0) }),
    (
      "1,000 names with escapes",
      { members($0) { number, room in "\"\(number)" + String(repeating: "\\n", count: (room - 9) / 2) + "\":0" } }
    ),
    ("two bytes for a character", { string(of: "\u{E9}", $0) }),
    ("three bytes for a character", { string(of: "\u{20AC}", $0) }),
    ("four bytes for a character", { string(of: "\u{1F600}", $0) }),
    ("combining marks", { string(of: "a\u{301}\u{323}", $0) }),
    (
      "1,000 names beyond ASCII",
      { members($0) { number, room in "\"\(number)" + String(repeating: "\u{301}", count: (room - 9) / 2) + "\":0" } }
    ),
    ("deep arrays", { padded("\"x\":[" + nested("[", "]"), to: $0 - 1) + "]" }),
    ("deep objects", { padded("\"x\":[" + nested("{\"y\":", "}", inner: "0"), to: $0 - 1) + "]" }),
    ("500 small objects", { padded("\"x\":[" + list(count / 2) { _ in "{\"y\":0}" }, to: $0 - 1) + "]" }),
    ("1,000 empty objects", { padded("\"x\":[" + list(count) { _ in "{}" }, to: $0 - 1) + "]" }),
    (
      "objects of 17 names",
      { padded("\"x\":[" + list(count / 18) { _ in "{" + names(length: 16, count: 17) + "}" }, to: $0 - 1) + "]" }
    ),
    ("white space", { padded("\"x\":0", to: $0) }),
  ]

  /// What follows a thousand names and makes the text unacceptable only there.
  static let broken: [(name: String, ending: String)] = [
    ("the first again", ",\"0000\":0,\"0000\":0"), ("a string that is not closed", ",\"x\":\"x"),
    ("a lone surrogate", ",\"x\":\"\\ud800\""),
    ("a control character", ",\"x\":\"\u{01}\""), ("a comma", ","),
  ]

  static func longNames(_ room: Int) -> String {
    members(room) { number, room in "\"\(filler(room - 8))\(number)\":0" }
  }

  /// A string in quotes.
  static func text(_ room: Int) -> String { "\"" + filler(room - 2) + "\"" }

  static func array(_ room: Int, count: Int = count) -> String {
    "[" + list(count) { _ in "\"" + filler((room - 2) / count - 3) + "\"" } + "]"
  }

  private static func string(of piece: String, _ room: Int) -> String {
    "\"x\":\"" + String(repeating: piece, count: (room - 6) / piece.utf8.count) + "\""
  }

  private static func names(length: Int, count: Int = count) -> String {
    list(count) { "\"\(filler(length - 4))\(fourDigits($0))\":0" }
  }

  private static func members(_ room: Int, _ member: (_ number: String, _ room: Int) -> String) -> String {
    list(count) { member(fourDigits($0), room / count - 1) }
  }

  /// Columns of arrays or objects as deep as the limit allows inside the one around them.
  private static func nested(_ open: String, _ close: String, inner: String = "") -> String {
    let depth = Limits.depth - 2
    let column = String(repeating: open, count: depth) + inner + String(repeating: close, count: depth)
    return list(count / (depth + 1)) { _ in column }
  }

  private static func list(_ count: Int, _ element: (Int) -> String) -> String {
    (0..<count).map(element).joined(separator: ",")
  }

  private static func padded(_ text: String, to room: Int) -> String {
    text + String(repeating: " ", count: max(0, room - text.utf8.count))
  }

  /// Base64 of either alphabet, as far as its length lets it be.
  private static func filler(_ length: Int) -> String { String(repeating: "A", count: max(0, length)) }

  private static func fourDigits(_ number: Int) -> String { String(String(10_000 + number).dropFirst()) }
}
