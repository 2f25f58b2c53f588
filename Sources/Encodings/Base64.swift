/// Base64 and base64url (RFC 4648, sections 4 and 5), one canonical spelling for each byte string.
public enum Base64: Sendable {
  /// With `+`, `/` and `=` padding, as in `x5c` and in certificates in JSON bodies.
  case standard
  /// With `-` and `_` and without padding, as in every part of a token (RFC 7515, section 2).
  case url

  public func encode(_ bytes: Span<UInt8>) -> [UInt8] {
    var output: [UInt8] = []
    append(bytes, to: &output)
    return output
  }

  /// The encoded bytes as text.
  public func text(_ bytes: Span<UInt8>) -> String {
    String(validating: encode(bytes), as: UTF8.self) ?? ""
  }

  /// The encoded bytes as text.
  public func text(_ bytes: [UInt8]) -> String { text(bytes.span) }

  /// How bytes look in base64 and in base64url, each with and without padding.
  package static func spellings(of bytes: [UInt8]) -> [String] {
    [standard, url].flatMap { alphabet in
      let text = alphabet.text(bytes)
      let bare = String(text.unicodeScalars.prefix { $0 != "=" })
      return [bare + String(repeating: "=", count: (4 - bare.utf8.count % 4) % 4), bare]
    }
  }

  /// Appends the encoded bytes to `output`.
  public func append(_ bytes: Span<UInt8>, to output: inout [UInt8]) {
    output.reserveCapacity(output.count + (bytes.count + 2) / 3 * 4)
    let alphabet = (self == .url ? Self.urlAlphabet : Self.standardAlphabet).span
    var index = 0
    while index + 2 < bytes.count {
      let group = Int(bytes[index]) << 16 | Int(bytes[index + 1]) << 8 | Int(bytes[index + 2])
      output.append(alphabet[group >> 18])
      output.append(alphabet[group >> 12 & 0x3F])
      output.append(alphabet[group >> 6 & 0x3F])
      output.append(alphabet[group & 0x3F])
      index += 3
    }
    let remaining = bytes.count - index
    guard remaining > 0 else { return }
    let group = Int(bytes[index]) << 16 | (remaining == 2 ? Int(bytes[index + 1]) << 8 : 0)
    output.append(alphabet[group >> 18])
    output.append(alphabet[group >> 12 & 0x3F])
    if remaining == 2 { output.append(alphabet[group >> 6 & 0x3F]) }
    if self == .standard { output.append(contentsOf: repeatElement(UInt8(ascii: "="), count: 3 - remaining)) }
  }

  /// Decodes the one canonical spelling and refuses every other.
  public func decode(_ text: Span<UInt8>) throws(Base64Error) -> [UInt8] {
    let (bytes, irregularities) = try decodeReportingIrregularities(text)
    if let first = irregularities.first { throw first }
    return bytes
  }

  /// Decodes into memory of the caller, such as memory that is wiped, and returns the number of bytes.
  ///
  /// `output` has room for `capacity(forDecoding:)` bytes; those after the result may have been overwritten. Everything
  /// that differs from the canonical spelling throws, except what is in `tolerated`. Only spellings with a single
  /// meaning can be tolerated: `.whitespace`, `.otherAlphabet`, `.unusedBits`, and in base64url also `.padding`, up to
  /// as much as fits.
  package func decode(
    _ text: Span<UInt8>, into output: inout MutableSpan<UInt8>, tolerating tolerated: Set<Base64Error.Code> = []
  ) throws(Base64Error) -> Int {
    var decoding = Base64Decoding(alphabet: self)
    let count = try decoding.decode(text, into: &output)
    if let refused = decoding.irregularities.first(where: { !tolerated.contains($0.code) }) { throw refused }
    return count
  }

  /// The room in bytes that decoding a text of this many bytes needs.
  package static func capacity(forDecoding count: Int) -> Int { count / 4 * 3 + 2 }

  /// Decodes every spelling that has a single meaning, and reports each way in which it is not the canonical one.
  ///
  /// It reports padding (as much as fits), the other alphabet, white space and unused bits. It throws on anything else.
  public func decodeReportingIrregularities(
    _ text: Span<UInt8>
  ) throws(Base64Error) -> (bytes: [UInt8], irregularities: [Base64Error]) {
    var bytes = [UInt8](repeating: 0, count: Self.capacity(forDecoding: text.count))
    var decoding = Base64Decoding(alphabet: self)
    var output = bytes.mutableSpan
    let count = try decoding.decode(text, into: &output)
    bytes.removeLast(bytes.count - count)
    return (bytes, decoding.irregularities)
  }

  /// The same for the text of a string.
  public func decodeReportingIrregularities(
    _ text: ExactText
  ) throws(Base64Error) -> (bytes: [UInt8], irregularities: [Base64Error]) {
    try text.withUTF8 { text in
      // The closure that borrows the bytes of a string cannot throw errors of a known type.
      Result { () throws(Base64Error) in try decodeReportingIrregularities(text) }
    }.get()
  }

  /// The same for the text of a string.
  public func decode(_ text: ExactText) throws(Base64Error) -> [UInt8] {
    try text.withUTF8 { text in Result { () throws(Base64Error) in try decode(text) } }.get()
  }

  private static let urlAlphabet = alphabet(ending: "-_")
  private static let standardAlphabet = alphabet(ending: "+/")

  private static func alphabet(ending last: String) -> [UInt8] {
    Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8) + Array(last.utf8)
  }

  /// The value of each of the 256 bytes as a character of this alphabet. Bytes that are not in it have -1, which stays
  /// negative when shifted.
  var values: [Int64] { self == .url ? Self.urlValues : Self.standardValues }

  /// The same for the characters of both alphabets.
  static let valuesOfBothAlphabets = values(of: urlAlphabet, standardAlphabet)

  private static let urlValues = values(of: urlAlphabet)
  private static let standardValues = values(of: standardAlphabet)

  private static func values(of alphabets: [UInt8]...) -> [Int64] {
    var values = [Int64](repeating: -1, count: 256)
    for alphabet in alphabets {
      for (value, character) in alphabet.enumerated() { values[Int(character)] = Int64(value) }
    }
    return values
  }
}

/// Text that is not the canonical base64 or base64url.
public struct Base64Error: Error, Hashable {
  /// The reasons, by their stable ids.
  @nonexhaustive
  public enum Code: String, Sendable, Hashable, CaseIterable {
    /// `=` where it is not allowed, or the wrong number of them.
    case padding = "base64-padding"
    /// `+` or `/` in base64url, `-` or `_` in base64.
    case otherAlphabet = "base64-other-alphabet"
    case whitespace = "base64-whitespace"
    case illegalCharacter = "base64-illegal-character"
    /// A number of characters that no byte string encodes to.
    case impossibleLength = "base64-impossible-length"
    /// Unused bits of the last character are not zero (RFC 4648, section 3.5).
    case unusedBits = "base64-unused-bits"
  }

  public let code: Code
  /// The offset in bytes of the problem.
  public let offset: Int
  private let lacksPadding: Bool

  public var id: String { code.rawValue }
  public var message: String { "\(problem), at byte \(offset)" }

  /// What is wrong, without its subject.
  public var problem: String {
    switch code {
    case .padding: lacksPadding ? "too little = padding" : "= padding where none is allowed"
    case .otherAlphabet: "a character of the other base64 alphabet"
    case .whitespace: "white space"
    case .illegalCharacter: "a character outside the alphabet"
    case .impossibleLength: "a length that base64 never has"
    case .unusedBits: "unused bits at the end that are not zero"
    }
  }

  init(_ code: Code, at offset: Int, lacksPadding: Bool = false) {
    self.code = code
    self.offset = offset
    self.lacksPadding = lacksPadding
  }
}
