import Signing
import Encodings
import Messages

/// What one of several QR codes says: a part of a text, with its number and the checksum of the whole.
public struct QRCodePart: Sendable, Hashable, CustomStringConvertible {
  /// From 1.
  public let number: Int
  public let count: Int
  /// The first four bytes of the SHA-256 of the whole text, in upper-case hexadecimal.
  public let checksum: String
  public let text: String

  private static let marker = "keyroll-part"

  public var description: String { "\(Self.marker):\(number)/\(count):\(checksum):\(text)" }

  init(number: Int, count: Int, checksum: String, text: String) {
    self.number = number
    self.count = count
    self.checksum = checksum
    self.text = text
  }

  /// Reads what one code said; nil for text that is no part.
  public init?(_ text: some StringProtocol) {
    let fields = text.utf8.split(separator: UInt8(ascii: ":"), maxSplits: 3, omittingEmptySubsequences: false)
    guard fields.count == 4, fields[0].elementsEqual(Self.marker.utf8), fields[2].count == 8,
      fields[2].allSatisfy({ "0123456789ABCDEF".utf8.contains($0) })
    else { return nil }
    let numbers = fields[1].split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard numbers.count == 2, let number = Self.number(numbers[0]), let count = Self.number(numbers[1]),
      number <= count, let checksum = String(validating: fields[2], as: UTF8.self),
      let rest = String(validating: fields[3], as: UTF8.self)
    else { return nil }
    self.init(number: number, count: count, checksum: checksum, text: rest)
  }

  /// One or two digits that say 1 to the most codes there can be.
  private static func number(_ digits: some Collection<UInt8>) -> Int? {
    guard (1...2).contains(digits.count) else { return nil }
    var number = 0
    for digit in digits {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
      number = number * 10 + Int(digit - UInt8(ascii: "0"))
    }
    return (1...QRCodeParts.mostCodes).contains(number) ? number : nil
  }

  static func checksum(of text: String, _ cryptography: any Cryptography) throws(QRCodeError) -> String {
    let bytes = Array(text.utf8)
    do throws(KeyError) {
      return Hexadecimal.upperCase(Array(try cryptography.digest(bytes.span, with: .sha256).prefix(4)))
    } catch {
      throw QRCodeError(.notDrawable, error.message)
    }
  }
}
