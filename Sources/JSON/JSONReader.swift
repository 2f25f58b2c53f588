import Encodings
public import Messages

/// A strict reader of RFC 8259: UTF-8 without a byte order mark, no name twice (compared after unescaping), numbers
/// kept as text, only white space after the value, and everything within limits.
public struct JSONReader {
  // Each call passes the text to the next, because a struct cannot hold a span without lifetime annotations.
  var position = 0
  /// The text; the unescaped forms of strings are written over it.
  var characters: [UInt8]
  private var nodes: [JSONNode] = []
  private var elementCount = 0
  private let limits: JSONLimits
  private var names = NameTable()

  private init(_ text: [UInt8], limits: JSONLimits) {
    characters = text
    self.limits = limits
    nodes.reserveCapacity(16)
  }

  /// Reads one value of any kind.
  public static func value(_ text: Span<UInt8>, within limits: JSONLimits = .token) throws(JSONError) -> JSONValue {
    try value([UInt8](copying: text.extracting(first: limits.byteCount + 1)), within: limits)
  }

  /// The same, without a copy of the text unless a string in it has escapes.
  public static func value(_ bytes: [UInt8], within limits: JSONLimits = .token) throws(JSONError) -> JSONValue {
    let text = bytes.span
    guard text.count <= limits.byteCount else {
      throw JSONError(.tooLarge, "the text is longer than \(limits.byteCount) bytes", at: limits.byteCount)
    }
    try refuseOtherEncodings(text)
    var reader = JSONReader(bytes, limits: limits)
    reader.skipWhitespace(text)
    try reader.value(text, depth: 1, named: .none)
    reader.skipWhitespace(text)
    guard reader.position == text.count else {
      throw JSONError(.trailingData, "something follows the value", at: reader.position)
    }
    return JSONValue(at: JSONCursor(JSONDocument(nodes: reader.nodes, characters: reader.characters), at: 0))
  }

  /// Reads one object, as headers, claims and profile files are.
  public static func object(_ text: Span<UInt8>, within limits: JSONLimits = .token) throws(JSONError) -> JSONObject {
    try object([UInt8](copying: text.extracting(first: limits.byteCount + 1)), within: limits)
  }

  /// The same, without a copy of the text unless a string in it has escapes.
  public static func object(_ bytes: [UInt8], within limits: JSONLimits = .token) throws(JSONError) -> JSONObject {
    guard case .object(let object) = try value(bytes, within: limits) else {
      throw JSONError(.notAnObject, "the text is not an object", at: 0)
    }
    return object
  }

  private static func refuseOtherEncodings(_ text: Span<UInt8>) throws(JSONError) {
    if text.count >= 2 {
      switch (text[0], text[1]) {
      case (0xEF, 0xBB): throw JSONError(.invalidEncoding, "the text starts with a byte order mark", at: 0)
      case (0xFE, 0xFF), (0xFF, 0xFE), (0, _), (_, 0):
        throw JSONError(.invalidEncoding, "the text looks like UTF-16 or UTF-32, and only UTF-8 is read", at: 0)
      default: break
      }
    }
    do throws(UTF8.ValidationError) { _ = try UTF8Span(validating: text) } catch {
      throw JSONError(.invalidEncoding, "the text is not valid UTF-8", at: error.byteOffsets.lowerBound)
    }
  }

  // MARK: Values

  private mutating func value(_ text: Span<UInt8>, depth: Int, named name: JSONNode.Slice) throws(JSONError) {
    guard position < text.count else { throw syntax("the text ends where a value should be") }
    switch text[position] {
    case UInt8(ascii: "{"): try object(text, depth: depth, named: name)
    case UInt8(ascii: "["): try array(text, depth: depth, named: name)
    case UInt8(ascii: "\""): append(.string, name, try string(text))
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): append(.number, name, try number(text))
    case UInt8(ascii: "t"): try literal("true", text, .yes, name)
    case UInt8(ascii: "f"): try literal("false", text, .no, name)
    case UInt8(ascii: "n"): try literal("null", text, .null, name)
    default: throw syntax("this is not a value")
    }
  }

  private mutating func append(_ kind: JSONNode.Kind, _ name: JSONNode.Slice, _ text: JSONNode.Slice = .none) {
    let nameWord = characters.span.extracting(name.range).firstWord
    nodes.append(
      JSONNode(
        kind: kind, name: name, nameWord: nameWord, text: text, end: UInt32(truncatingIfNeeded: nodes.count + 1)))
  }

  /// Marks the end of an array or object, after its last element.
  private mutating func close(_ place: Int, count: UInt32) {
    nodes[place].count = count
    nodes[place].end = UInt32(truncatingIfNeeded: nodes.count)
  }

  private mutating func literal(
    _ word: String, _ text: Span<UInt8>, _ kind: JSONNode.Kind, _ name: JSONNode.Slice
  ) throws(JSONError) {
    for byte in word.utf8 {
      guard consume(byte, text) else { throw syntax("this is not a value") }
    }
    append(kind, name)
  }

  private mutating func object(_ text: Span<UInt8>, depth: Int, named name: JSONNode.Slice) throws(JSONError) {
    try enter(depth)
    let place = nodes.count
    append(.object, name)
    skipWhitespace(text)
    if consume(UInt8(ascii: "}"), text) { return }
    var count: UInt32 = 0
    while true {
      guard position < text.count, text[position] == UInt8(ascii: "\"") else {
        throw syntax("a name in quotes is missing")
      }
      let start = position
      let name = try string(text)
      if names.isRepeated(name, after: Int(count), inObject: place, nodes, characters) {
        throw JSONError(.duplicateName, "a name occurs twice in one object", at: start)
      }
      skipWhitespace(text)
      guard consume(UInt8(ascii: ":"), text) else { throw syntax("a colon is missing after a name") }
      skipWhitespace(text)
      try countElement()
      count += 1
      try value(text, depth: depth + 1, named: name)
      skipWhitespace(text)
      if consume(UInt8(ascii: "}"), text) { return close(place, count: count) }
      guard consume(UInt8(ascii: ","), text) else { throw syntax("a comma or } is missing in an object") }
      skipWhitespace(text)
    }
  }

  private mutating func array(_ text: Span<UInt8>, depth: Int, named name: JSONNode.Slice) throws(JSONError) {
    try enter(depth)
    let place = nodes.count
    append(.array, name)
    skipWhitespace(text)
    if consume(UInt8(ascii: "]"), text) { return }
    var count: UInt32 = 0
    while true {
      try countElement()
      count += 1
      try value(text, depth: depth + 1, named: .none)
      skipWhitespace(text)
      if consume(UInt8(ascii: "]"), text) { return close(place, count: count) }
      guard consume(UInt8(ascii: ","), text) else { throw syntax("a comma or ] is missing in an array") }
      skipWhitespace(text)
    }
  }

  // MARK: Numbers

  private mutating func number(_ text: Span<UInt8>) throws(JSONError) -> JSONNode.Slice {
    let start = position
    _ = consume(UInt8(ascii: "-"), text)
    if !consume(UInt8(ascii: "0"), text) { try digits(text) }
    if consume(UInt8(ascii: "."), text) { try digits(text) }
    if consume(UInt8(ascii: "e"), text) || consume(UInt8(ascii: "E"), text) {
      if !consume(UInt8(ascii: "+"), text) { _ = consume(UInt8(ascii: "-"), text) }
      try digits(text)
    }
    return JSONNode.Slice(from: start, to: position)
  }

  private mutating func digits(_ text: Span<UInt8>) throws(JSONError) {
    let start = position
    position = text.endOfDigits(from: start)
    if position == start { throw syntax("a digit is missing in a number") }
  }

  // MARK: Moving on

  private mutating func skipWhitespace(_ text: Span<UInt8>) {
    while position < text.count, ASCII.isWhiteSpace(text[position]) { position += 1 }
  }

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

/// The limits of one JSON text. A text beyond one of them is refused, not cut.
public struct JSONLimits: Sendable, Hashable {
  /// The most bytes.
  public let byteCount: Int
  /// How deep arrays and objects may be nested; the outermost counts as one.
  public let depth: Int
  /// The most members of objects and elements of arrays, nested ones counted.
  public let elementCount: Int

  public init(byteCount: Int, depth: Int, elementCount: Int) {
    self.byteCount = byteCount
    self.depth = depth
    self.elementCount = elementCount
  }

  /// The JSON of a token, its claims, keys and profiles: 64 KiB, 16 deep, 1,024 elements.
  public static let token = JSONLimits(byteCount: 65_536, depth: 16, elementCount: 1_024)
}

/// Text that is not the strict JSON that keyroll reads.
public struct JSONError: DiagnosticError, Hashable {
  /// The reasons, by their stable ids.
  @nonexhaustive
  public enum Code: String, Sendable, Hashable, CaseIterable {
    case tooLarge = "json-too-large"
    case tooDeep = "json-too-deep"
    case tooManyElements = "json-too-many-elements"
    case invalidEncoding = "json-invalid-encoding"
    case syntax = "json-syntax"
    case loneSurrogate = "json-lone-surrogate"
    case duplicateName = "json-duplicate-name"
    case trailingData = "json-trailing-data"
    case notAnObject = "json-not-an-object"
  }

  public let code: Code
  /// What is wrong, without its subject: `a name occurs twice in one object`.
  public let problem: String
  /// The offset in bytes of the problem.
  public let offset: Int

  public var id: String { code.rawValue }
  public var message: String { "JSON: \(problem), at byte \(offset)" }
  public var hint: String? { nil }

  init(_ code: Code, _ problem: String, at offset: Int) {
    self.code = code
    self.problem = problem
    self.offset = offset
  }
}
