/// A JSON number (RFC 8259, section 6), kept as it was written: nothing is rounded that nobody asks to round.
public struct JSONNumber: Sendable, Hashable, CustomStringConvertible {
  /// The number as written.
  public let text: String

  /// Takes text that the grammar has accepted.
  init(grammatical text: String) { self.text = text }

  public init(_ value: Int64) { text = String(value) }

  public var description: String { text }

  /// True without fraction and exponent.
  public var isInteger: Bool { text.utf8.allSatisfy { $0 == UInt8(ascii: "-") || isDigit($0) } }

  /// The value of a number without fraction and exponent; nil for any other, and outside 64 bits.
  public var integer: Int64? {
    var value: Int64 = 0
    var digits = text.utf8[...]
    let isNegative = digits.first == UInt8(ascii: "-")
    if isNegative { digits.removeFirst() }
    for byte in digits {
      guard isDigit(byte) else { return nil }
      let digit = Int64(byte & 0x0F)
      let (shifted, overflowsShift) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflowsSum) = shifted.addingReportingOverflow(isNegative ? -digit : digit)
      if overflowsShift || overflowsSum { return nil }
      value = sum
    }
    return value
  }

  /// The least whole number that is not below this one, computed exactly; nil outside 64 bits.
  public var roundedUp: Int64? {
    if let integer { return integer }
    var mantissa: [UInt8] = []
    var pointOffset = 0
    var exponent = 0
    var isNegative = false
    var isExponentNegative = false
    var part = Part.whole
    for byte in text.utf8 {
      switch (part, byte) {
      case (.exponent, UInt8(ascii: "-")): isExponentNegative = true
      case (_, UInt8(ascii: "-")): isNegative = true
      case (_, UInt8(ascii: "+")): break
      case (_, UInt8(ascii: ".")): part = .fraction
      case (_, UInt8(ascii: "e")), (_, UInt8(ascii: "E")): part = .exponent
      case (.exponent, _): exponent = min(exponent * 10 + Int(byte & 0x0F), 1_000_000)
      case (.fraction, _):
        mantissa.append(byte & 0x0F)
        pointOffset -= 1
      case (.whole, _): mantissa.append(byte & 0x0F)
      }
    }
    guard let leading = mantissa.firstIndex(where: { $0 != 0 }) else { return 0 }
    mantissa.removeFirst(leading)
    // The digits stand for mantissa × 10^scale.
    let scale = pointOffset + (isExponentNegative ? -exponent : exponent)
    let wholeDigitCount = mantissa.count + scale
    if wholeDigitCount > 19 { return nil }
    var value: Int64 = 0
    for index in 0..<max(wholeDigitCount, 0) {
      let digit = index < mantissa.count ? Int64(mantissa[index]) : 0
      let (shifted, overflowsShift) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflowsSum) = shifted.addingReportingOverflow(isNegative ? -digit : digit)
      if overflowsShift || overflowsSum { return nil }
      value = sum
    }
    let hasFraction = mantissa.dropFirst(max(wholeDigitCount, 0)).contains { $0 != 0 }
    if !hasFraction || isNegative { return value }
    let (up, overflows) = value.addingReportingOverflow(1)
    return overflows ? nil : up
  }

  private enum Part { case whole, fraction, exponent }
}

private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
