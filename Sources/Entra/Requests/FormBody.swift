public import Encodings
import Tokens
import Signing

/// A form as browsers post it (application/x-www-form-urlencoded), with names and values in their order.
public struct FormBody: Sendable, Hashable {
  public private(set) var fields: [(name: ExactText, value: ExactText)] = []

  public init(_ fields: KeyValuePairs<ExactText, ExactText>) {
    self.fields = fields.map { (name: $0.key, value: $0.value) }
  }

  /// Reads what `bytes` writes; nil for anything else, also for another spelling of the same fields.
  init?(_ bytes: Span<UInt8>) {
    let text = [UInt8](copying: bytes)
    for field in text.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false) {
      let parts = field.split(separator: UInt8(ascii: "="), omittingEmptySubsequences: false)
      guard parts.count == 2, let name = Self.decoded(parts[0]), let value = Self.decoded(parts[1]) else { return nil }
      fields.append((name: name, value: value))
    }
    guard self.bytes == text else { return nil }
  }

  /// The value of a name that is there once.
  public subscript(_ name: ExactText) -> ExactText? {
    let values = fields.filter { $0.name == name }
    return values.count == 1 ? values.first?.value : nil
  }

  /// ASCII, every byte but the unreserved characters of RFC 3986 as `%XX`.
  public var bytes: [UInt8] {
    var output: [UInt8] = []
    for (index, field) in fields.enumerated() {
      if index > 0 { output.append(UInt8(ascii: "&")) }
      Self.append(field.name, to: &output)
      output.append(UInt8(ascii: "="))
      Self.append(field.value, to: &output)
    }
    return output
  }

  private static func append(_ text: ExactText, to output: inout [UInt8]) {
    for byte in text.text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        output.append(byte)
      default: output.append(contentsOf: "%\(Hexadecimal.upperCase([byte]))".utf8)
      }
    }
  }

  private static func decoded(_ text: ArraySlice<UInt8>) -> ExactText? {
    var bytes: [UInt8] = []
    var rest = text
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard rest.count >= 2, let digits = String(validating: rest.prefix(2), as: UTF8.self),
        let decoded = Hexadecimal.decode(ExactText(digits))
      else { return nil }
      bytes += decoded
      rest = rest.dropFirst(2)
    }
    return String(validating: bytes, as: UTF8.self).map(ExactText.init(_:))
  }
}

extension FormBody {
  public static func == (left: Self, right: Self) -> Bool { left.bytes == right.bytes }
  public func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}
