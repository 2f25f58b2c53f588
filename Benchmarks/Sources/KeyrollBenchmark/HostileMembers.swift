import Keyroll

/// Members of an object, by what makes them dear to read, in as many bytes as there is room for.
struct HostileMembers {
  /// Under the limit, with room for those of an honest token.
  private let count: Int

  static let ofHeader = HostileMembers(count: Limits.headerElementCount - 24)
  static let ofClaims = HostileMembers(count: Limits.elementCount - 24)

  /// Each takes the room in bytes.
  var all: [(name: String, members: (Int) -> String)] {
    [
      ("many long names", longNames),
      ("many names that begin alike and white space", { padded(names(length: 16, count: count), to: $0) }),
      ("many long strings", { members($0) { number, room in "\"\(number)\":\"\(filler(room - 9))\"" } }),
      ("many strings in an array", { "\"x\":" + array($0 - 4) }),
      (
        "many long numbers",
        { members($0) { number, room in "\"\(number)\":1\(String(repeating: "7", count: room - 8))" } }
      ),
      ("one long string", { "\"x\":" + Self.text($0 - 4) }),
      ("one long name", { "\"" + filler($0 - 4) + "\":0" }),
      ("one long number", { "\"x\":" + String(repeating: "1", count: $0 - 4) }),
      ("escapes \\u", { string(of: "\\u0041", $0) }),
      ("escapes of surrogate pairs", { string(of: "\\ud83d\\ude00", $0) }),
      ("escapes of two characters", { string(of: "\\n", $0) }),
      ("an escape for every other character", { string(of: "a\\n", $0) }),
      (
        "many names with escapes",
        { members($0) { number, room in "\"\(number)" + String(repeating: "\\n", count: (room - 9) / 2) + "\":0" } }
      ),
      ("two bytes for a character", { string(of: "\u{E9}", $0) }),
      ("three bytes for a character", { string(of: "\u{20AC}", $0) }),
      ("four bytes for a character", { string(of: "\u{1F600}", $0) }),
      ("combining marks", { string(of: "a\u{301}\u{323}", $0) }),
      (
        "many names beyond ASCII",
        { members($0) { number, room in "\"\(number)" + String(repeating: "\u{301}", count: (room - 9) / 2) + "\":0" } }
      ),
      ("deep arrays", { padded("\"x\":[" + nested("[", "]"), to: $0 - 1) + "]" }),
      ("deep objects", { padded("\"x\":[" + nested("{\"y\":", "}", inner: "0"), to: $0 - 1) + "]" }),
      ("many small objects", { padded("\"x\":[" + list(count / 2) { _ in "{\"y\":0}" }, to: $0 - 1) + "]" }),
      ("many empty objects", { padded("\"x\":[" + list(count) { _ in "{}" }, to: $0 - 1) + "]" }),
      (
        "objects of 17 names",
        { padded("\"x\":[" + list(count / 18) { _ in "{" + names(length: 16, count: 17) + "}" }, to: $0 - 1) + "]" }
      ),
      ("white space", { padded("\"x\":0", to: $0) }),
    ]
  }

  /// What follows many names and makes the text unacceptable only there.
  static let broken: [(name: String, ending: String)] = [
    ("the first again", ",\"0000\":0,\"0000\":0"), ("a string that is not closed", ",\"x\":\"x"),
    ("a lone surrogate", ",\"x\":\"\\ud800\""),
    ("a control character", ",\"x\":\"\u{01}\""), ("a comma", ","),
  ]

  func longNames(_ room: Int) -> String {
    members(room) { number, room in "\"\(filler(room - 8))\(number)\":0" }
  }

  /// A string in quotes.
  static func text(_ room: Int) -> String { "\"" + filler(room - 2) + "\"" }

  func array(_ room: Int) -> String { Self.array(room, count: count) }

  static func array(_ room: Int, count: Int) -> String {
    "[" + list(count) { _ in "\"" + filler((room - 2) / count - 3) + "\"" } + "]"
  }

  private func members(_ room: Int, _ member: (_ number: String, _ room: Int) -> String) -> String {
    list(count) { member(fourDigits($0), room / count - 1) }
  }

  /// Columns of arrays or objects as deep as the limit allows inside the one around them.
  private func nested(_ open: String, _ close: String, inner: String = "") -> String {
    let depth = Limits.depth - 2
    let column = String(repeating: open, count: depth) + inner + String(repeating: close, count: depth)
    return list(count / (depth + 1)) { _ in column }
  }
}

private func string(of piece: String, _ room: Int) -> String {
  "\"x\":\"" + String(repeating: piece, count: (room - 6) / piece.utf8.count) + "\""
}

private func names(length: Int, count: Int) -> String {
  list(count) { "\"\(filler(length - 4))\(fourDigits($0))\":0" }
}

private func list(_ count: Int, _ element: (Int) -> String) -> String {
  (0..<count).map(element).joined(separator: ",")
}

private func padded(_ text: String, to room: Int) -> String {
  text + String(repeating: " ", count: max(0, room - text.utf8.count))
}

/// Base64 of either alphabet, as far as its length lets it be.
private func filler(_ length: Int) -> String { String(repeating: "A", count: max(0, length)) }

private func fourDigits(_ number: Int) -> String { String(String(10_000 + number).dropFirst()) }
