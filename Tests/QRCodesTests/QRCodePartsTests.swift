import Messages
import OpenSSLCrypto
import QRCodes
import Testing

@Suite struct QRCodePartsTests {
  private func parts(_ text: String, largestVersion: Int = QRCodeParts.largestVersion) throws -> QRCodeParts {
    try QRCodeParts(
      text, largestVersion: largestVersion, encoder: try QREncoder(), cryptography: OpenSSLCryptography())
  }

  @Test("a text goes into the smallest code that holds it, and no code is larger than asked for")
  func versions() throws {
    // The capacities of the standard's table 7 for level L and bytes.
    #expect(try parts(String(repeating: "a", count: 17)).codes.map(\.version) == [1])
    #expect(try parts(String(repeating: "a", count: 18)).codes.map(\.version) == [2])
    #expect(try parts(String(repeating: "a", count: 1091)).codes.map(\.version) == [23])
    #expect(try parts(String(repeating: "a", count: 1092)).codes.count == 2)
    let small = try parts(String(repeating: "a", count: 400), largestVersion: 5).codes
    #expect(small.count > 4)
    #expect(small.allSatisfy { $0.version <= 5 && $0.width == 17 + 4 * $0.version })
  }

  @Test("a code has the three finder patterns of the standard")
  func finders() throws {
    let code = try #require(try parts("keyroll").codes.first)
    let last = code.width - 1
    for (column, row) in [(0, 0), (last, 0), (0, last)] { #expect(code.isDark(column: column, row: row)) }
    for (column, row) in [(1, 1), (last - 1, 1), (1, last - 1), (-1, 0), (0, -1), (code.width, 0), (0, code.width)] {
      #expect(!code.isDark(column: column, row: row))
    }
  }

  @Test("a text that does not fit sixteen codes is refused")
  func tooLong() throws {
    #expect(try parts(String(repeating: "a", count: 16_000)).codes.count == QRCodeParts.mostCodes)
    for count in [18_000, 1_000_000] {
      #expect { try parts(String(repeating: "a", count: count)) } throws: { ($0 as? QRCodeError)?.code == .tooLong }
    }
  }

  @Test(
    "text that a reader would change is refused",
    arguments: [
      "", "a\nb", "a\u{0}", "\u{7F}", "a\r", "\u{9B}2J", "a\u{202E}b", "\u{200B}", "\u{2800}", "\u{1D159}", "a  b",
    ])
  func notDrawable(text: String) throws {
    #expect { try parts(text) } throws: { ($0 as? QRCodeError)?.code == .notDrawable }
  }

  @Test("the size of a terminal decides how large a code may be")
  func terminal() throws {
    #expect(try QRCodeParts.largestVersion(columns: 200, rows: 100) == QRCodeParts.largestVersion)
    // 80 columns and 24 rows show 46 modules in height, 8 of them in the quiet zones: version 5 has
    // 37.
    #expect(try QRCodeParts.largestVersion(columns: 80, rows: 24) == 5)
    #expect(try QRCodeParts.largestVersion(columns: 45, rows: 100) == 5)
    #expect(throws: QRCodeError.self) { try QRCodeParts.largestVersion(columns: 44, rows: 100) }
    #expect(throws: QRCodeError.self) { try QRCodeParts.largestVersion(columns: 80, rows: 23) }
  }
}
