/// A path with attributes: `PATH;name=value;name=value`, where `%` and two digits stand for a byte.
///
/// A literal `;` is written `%3B` and a literal `%` is written `%25`, in the path and in values.
package struct FileReference: Sendable, Hashable {
  /// `-` for standard input.
  package let path: String
  private let attributes: [String: String]

  /// Throws `malformed-key-reference` for an attribute that is not among the names or is there twice, for an escape that
  /// is not one, and for text that is empty, holds a NUL or is not UTF-8.
  package init(_ reference: KeyReference, attributes names: [String]) throws(KeyError) {
    func malformed(_ reason: String) -> KeyError {
      KeyError(
        .malformedKeyReference, "key reference \(reference) \(reason)",
        hint: "write \(reference.scheme):PATH\(names.map { ";\($0)=…" }.joined()), with %3B for ; and %25 for %")
    }
    var parts = reference.rest.utf8.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)[...]
    guard let path = parts.popFirst().flatMap(Self.decoded) else { throw malformed("has a path that is not text") }
    var attributes: [String: String] = [:]
    for part in parts {
      guard let separator = part.firstIndex(of: UInt8(ascii: "=")),
        let name = names.first(where: { $0.utf8.elementsEqual(part[..<separator]) })
      else { throw malformed("has an attribute that is not known here: \(Substring(part))") }
      guard let value = Self.decoded(part[part.index(after: separator)...]) else {
        throw malformed("has an attribute \(name) that is not text")
      }
      if attributes.updateValue(value, forKey: name) != nil { throw malformed("has the attribute \(name) twice") }
    }
    self.path = path
    self.attributes = attributes
  }

  package subscript(name: String) -> String? { attributes[name] }

  /// Nil for empty text, a bad escape, a NUL and what is not UTF-8.
  private static func decoded(_ text: Substring.UTF8View) -> String? {
    var bytes: [UInt8] = []
    var rest = text
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard let high = rest.popFirst().flatMap(hexadecimalValue), let low = rest.popFirst().flatMap(hexadecimalValue)
      else { return nil }
      bytes.append(high << 4 | low)
    }
    return bytes.isEmpty || bytes.contains(0) ? nil : String(validating: bytes, as: UTF8.self)
  }

  private static func hexadecimalValue(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
