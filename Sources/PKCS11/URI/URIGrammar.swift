internal import Signing

/// What RFC 7512, section 2.3 lets a URI hold, without what is lenient in it.
enum URIGrammar {
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
    case .pinSource: return KeyReferenceSyntax.path(ofFileURI: value) == nil ? "is not file: and an absolute path" : nil
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
}
