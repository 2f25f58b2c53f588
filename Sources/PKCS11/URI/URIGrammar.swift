/// What RFC 7512, section 2.3 lets a URI hold, without what is lenient in it.
enum URIGrammar {
  /// Undoes percent-encoding; nil for a bad escape, or a character that must be escaped there.
  static func decoded(_ text: Substring.UTF8View, inQuery: Bool) -> [UInt8]? {
    var bytes: [UInt8] = []
    var rest = text
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%") {
        guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else { return nil }
        bytes.append(high << 4 | low)
      } else if isLiteral(byte, inQuery: inQuery) {
        bytes.append(byte)
      } else {
        return nil
      }
    }
    return bytes
  }

  /// Escapes all but the characters that are unreserved in every URI (RFC 3986, section 2.3), and those of paths in a query.
  static func encoded(_ bytes: some Sequence<UInt8>, inQuery: Bool) -> String {
    bytes.map { byte in
      isUnreserved(byte) || (inQuery && pathMarks.contains(byte))
        ? String(UnicodeScalar(byte)) : "%" + (byte < 0x10 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }.joined()
  }

  /// The reason why the attribute cannot have this value, or nil.
  static func objection(to value: [UInt8], of attribute: URIAttribute) -> String? {
    // Empty would match everything.
    if value.isEmpty { return "is empty" }
    if let most = attribute.fieldByteCount, value.count > most {
      return "is longer than the \(most) bytes of the field that it is compared with"
    }
    switch attribute {
    case .id: return nil
    case .libraryVersion: return isVersion(value) ? nil : "is not a version such as 2.40, of numbers up to 255"
    case .slotID: return isNumber(value, upTo: UInt(Int.max)) ? nil : "is not a number that a slot can have"
    case .type:
      return types.contains { value.elementsEqual($0.utf8) } ? nil : "is none of \(types.joined(separator: ", "))"
    default: break
    }
    guard String(validating: value, as: UTF8.self) != nil, !value.contains(0) else { return "is not text in UTF-8" }
    switch attribute {
    case .modulePath:
      return value.first == UInt8(ascii: "/") ? nil : "is not an absolute path, and it names code to be loaded"
    case .pinSource: return PINSource(value) == nil ? "is not file: and an absolute path" : nil
    case .moduleName: return value.contains(UInt8(ascii: "/")) ? "holds a slash: a path is for module-path" : nil
    default: return nil
    }
  }

  private static let types = ["public", "private", "cert", "secret-key", "data"]

  private static func isVersion(_ value: [UInt8]) -> Bool {
    let parts = value.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return parts.count <= 2 && parts.allSatisfy { isNumber(Array($0), upTo: 255) }
  }

  private static func isNumber(_ digits: [UInt8], upTo limit: UInt) -> Bool {
    var number: UInt = 0
    for digit in digits {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return false }
      let (product, productOverflows) = number.multipliedReportingOverflow(by: 10)
      let (sum, sumOverflows) = product.addingReportingOverflow(UInt(digit - UInt8(ascii: "0")))
      if productOverflows || sumOverflows || sum > limit { return false }
      number = sum
    }
    return !digits.isEmpty
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  private static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: unreservedMarks.contains(byte)
    }
  }

  private static func isLiteral(_ byte: UInt8, inQuery: Bool) -> Bool {
    isUnreserved(byte) || literals.contains(byte) || (inQuery ? queryLiterals : pathLiterals).contains(byte)
  }

  private static let pathMarks = Array("/:".utf8)
  private static let unreservedMarks = Array("-._~".utf8)
  private static let literals = Array(":[]@!$'()*+,=".utf8)
  private static let pathLiterals = Array("&".utf8)
  private static let queryLiterals = Array("/?|".utf8)
}
