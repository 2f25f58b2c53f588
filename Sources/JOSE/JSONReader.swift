/// A strict reader of RFC 8259: UTF-8 without a byte order mark, no name twice (compared after unescaping), numbers kept
/// as text, nothing but white space after the value, all of it within limits.
public struct JSONReader {
  // The text is handed from call to call, because a struct cannot hold a span without lifetime annotations.
  var position = 0
  private var elementCount = 0
  private let limits: Limits.JSON
  private var names = NameTable()

  private init(limits: Limits.JSON) { self.limits = limits }

  /// Reads one value of any kind.
  public static func value(_ text: Span<UInt8>, within limits: Limits.JSON = .token) throws(JSONError) -> JSONValue {
    guard text.count <= limits.byteCount else {
      throw JSONError(.tooLarge, "the text is longer than \(limits.byteCount) bytes", at: limits.byteCount)
    }
    try refuseOtherEncodings(text)
    var reader = JSONReader(limits: limits)
    reader.skipWhitespace(text)
    let value = try reader.value(text, depth: 1)
    reader.skipWhitespace(text)
    guard reader.position == text.count else {
      throw JSONError(.trailingData, "something follows the value", at: reader.position)
    }
    return value
  }

  /// Reads one object, as headers, claims and profile files are.
  public static func object(_ text: Span<UInt8>, within limits: Limits.JSON = .token) throws(JSONError) -> JSONObject {
    guard case .object(let object) = try value(text, within: limits) else {
      throw JSONError(.notAnObject, "the text is not an object", at: 0)
    }
    return object
  }

  private static func refuseOtherEncodings(_ text: Span<UInt8>) throws(JSONError) {
    guard text.count >= 2 else { return }
    switch (text[0], text[1]) {
    case (0xEF, 0xBB): throw JSONError(.invalidEncoding, "the text starts with a byte order mark", at: 0)
    case (0xFE, 0xFF), (0xFF, 0xFE), (0, _), (_, 0):
      throw JSONError(.invalidEncoding, "the text looks like UTF-16 or UTF-32, and only UTF-8 is read", at: 0)
    default: break
    }
  }

  // MARK: Values

  private mutating func value(_ text: Span<UInt8>, depth: Int) throws(JSONError) -> JSONValue {
    guard position < text.count else { throw syntax("the text ends where a value should be") }
    switch text[position] {
    case UInt8(ascii: "{"): return .object(try object(text, depth: depth))
    case UInt8(ascii: "["): return .array(try array(text, depth: depth))
    case UInt8(ascii: "\""): return .string(try string(text))
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number(text))
    case UInt8(ascii: "t"): return try literal("true", text, .boolean(true))
    case UInt8(ascii: "f"): return try literal("false", text, .boolean(false))
    case UInt8(ascii: "n"): return try literal("null", text, .null)
    default: throw syntax("this is no value")
    }
  }

  private mutating func literal(
    _ word: String, _ text: Span<UInt8>, _ value: JSONValue
  ) throws(JSONError) -> JSONValue {
    for byte in word.utf8 {
      guard consume(byte, text) else { throw syntax("this is no value") }
    }
    return value
  }

  private mutating func object(_ text: Span<UInt8>, depth: Int) throws(JSONError) -> JSONObject {
    try enter(depth)
    var members: [JSONObject.Member] = []
    skipWhitespace(text)
    if consume(UInt8(ascii: "}"), text) { return JSONObject(distinct: members) }
    // Enough for most headers and claims; of the objects inside them most are small.
    members.reserveCapacity(depth == 1 ? 8 : 1)
    let serial = elementCount
    while true {
      guard position < text.count, text[position] == UInt8(ascii: "\"") else {
        throw syntax("a name in quotes is missing")
      }
      let start = position
      let name = try string(text)
      if names.isRepeated(name, in: members, ofObject: serial) {
        throw JSONError(.duplicateName, "a name stands twice in one object", at: start)
      }
      skipWhitespace(text)
      guard consume(UInt8(ascii: ":"), text) else { throw syntax("a colon is missing after a name") }
      skipWhitespace(text)
      try countElement()
      members.append(JSONObject.Member(name: name, value: try value(text, depth: depth + 1)))
      skipWhitespace(text)
      if consume(UInt8(ascii: "}"), text) { return JSONObject(distinct: members) }
      guard consume(UInt8(ascii: ","), text) else { throw syntax("a comma or } is missing in an object") }
      skipWhitespace(text)
    }
  }

  private mutating func array(_ text: Span<UInt8>, depth: Int) throws(JSONError) -> [JSONValue] {
    try enter(depth)
    var elements: [JSONValue] = []
    skipWhitespace(text)
    if consume(UInt8(ascii: "]"), text) { return elements }
    while true {
      try countElement()
      elements.append(try value(text, depth: depth + 1))
      skipWhitespace(text)
      if consume(UInt8(ascii: "]"), text) { return elements }
      guard consume(UInt8(ascii: ","), text) else { throw syntax("a comma or ] is missing in an array") }
      skipWhitespace(text)
    }
  }

  // MARK: Numbers

  private mutating func number(_ text: Span<UInt8>) throws(JSONError) -> JSONNumber {
    let start = position
    _ = consume(UInt8(ascii: "-"), text)
    if !consume(UInt8(ascii: "0"), text) { try digits(text) }
    if consume(UInt8(ascii: "."), text) { try digits(text) }
    if consume(UInt8(ascii: "e"), text) || consume(UInt8(ascii: "E"), text) {
      if !consume(UInt8(ascii: "+"), text) { _ = consume(UInt8(ascii: "-"), text) }
      try digits(text)
    }
    return JSONNumber(grammatical: try Self.validated(text.extracting(start..<position), at: start).text)
  }

  private mutating func digits(_ text: Span<UInt8>) throws(JSONError) {
    let start = position
    position = text.endOfDigits(from: start)
    if position == start { throw syntax("a digit is missing in a number") }
  }

  // MARK: Moving on

  private mutating func skipWhitespace(_ text: Span<UInt8>) {
    while position < text.count, Self.isWhitespace(text[position]) { position += 1 }
  }

  /// Space, tab, line feed or carriage return.
  @inline(__always)
  static func isWhitespace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

  private mutating func consume(_ byte: UInt8, _ text: Span<UInt8>) -> Bool {
    guard position < text.count, text[position] == byte else { return false }
    position += 1
    return true
  }

  private mutating func enter(_ depth: Int) throws(JSONError) {
    guard depth <= limits.depth else {
      throw JSONError(.tooDeep, "arrays and objects are nested deeper than \(limits.depth)", at: position)
    }
    position += 1
  }

  /// Counts over the whole text: thousands of small objects cost more than one of a thousand members.
  private mutating func countElement() throws(JSONError) {
    elementCount += 1
    guard elementCount <= limits.elementCount else {
      throw JSONError(
        .tooManyElements, "the text has more than \(limits.elementCount) members and elements", at: position)
    }
  }

  func syntax(_ problem: String) -> JSONError { JSONError(.syntax, problem, at: position) }
}
