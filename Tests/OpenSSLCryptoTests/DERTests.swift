import Testing

@testable import OpenSSLCrypto

@Suite("DER")
struct DERTests {
  @Test("an element has the shortest length", arguments: [0, 1, 127, 128, 255, 256, 65535, 65536])
  func element(_ count: Int) {
    let contents = [UInt8](repeating: 7, count: count)
    let element = DER.element(0x04, containing: contents)
    let found = DER.contents(of: 4, in: element.span, at: 0)
    #expect(found == element.count - count..<element.count)
    #expect(element.count - count == (count < 128 ? 2 : count < 256 ? 3 : count < 65536 ? 4 : 5))
  }

  @Test(
    "an integer is written without a sign and without superfluous bytes",
    arguments: [([0x7F], [0x02, 1, 0x7F]), ([0x80], [0x02, 2, 0, 0x80]), ([1, 0, 1], [0x02, 3, 1, 0, 1])]
      as [([UInt8], [UInt8])])
  func integer(_ magnitude: [UInt8], _ expected: [UInt8]) { #expect(DER.integer(magnitude) == expected) }

  @Test("the integers of a sequence are found, and the bytes after it are left")
  func integers() {
    let der: [UInt8] = [0x30, 7, 2, 1, 0, 2, 2, 0, 0x80, 9, 9]
    let found = DER.integers(inSequence: der.span)
    #expect(found?.contents == [4..<5, 7..<9])
    #expect(found?.end == 9)
    let isAnyNegative = DER.isAnyNegative([4..<5, 7..<9], in: der.span)
    #expect(!isAnyNegative)
  }

  @Test(
    "bytes that are not a sequence of minimal integers give nothing",
    arguments: [
      [], [0x30], [0x30, 1], [0x30, 2, 2, 0], [0x30, 3, 2, 2, 1], [0x30, 4, 2, 2, 0, 1], [0x30, 4, 2, 2, 0xFF, 0x80],
      [0x30, 3, 4, 1, 0],
      [0x30, 0x80, 2, 1, 0, 0, 0], [0x31, 3, 2, 1, 0], [0x30, 3, 2, 1, 0x80, 0x30],
      [0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF, 2, 1, 0],
    ] as [[UInt8]])
  func refused(_ der: [UInt8]) {
    // A negative number is an integer; its reader refuses it.
    let found = DER.integers(inSequence: der.span)
    let isNegative = DER.isAnyNegative(found?.contents ?? [], in: der.span)
    #expect(found == nil || isNegative)
  }
}
