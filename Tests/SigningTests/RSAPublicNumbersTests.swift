import Signing
import Testing

@Suite("RSAPublicNumbers")
struct RSAPublicNumbersTests {
  @Test(
    "bits are counted from the first that is set",
    arguments: [([], 0), ([0, 0], 0), ([1], 1), ([0, 0x80], 8), ([1, 0], 9), ([0xFF, 0xFF], 16)] as [([UInt8], Int)])
  func bitCount(_ modulus: [UInt8], _ bits: Int) {
    #expect(RSAPublicNumbers(modulus: modulus, exponent: [3]).bitCount == bits)
  }

  @Test("leading zero bytes do not make another key") func leadingZeros() {
    #expect(RSAPublicNumbers(modulus: [0, 5], exponent: [0, 3]) == RSAPublicNumbers(modulus: [5], exponent: [3]))
  }

  @Test(
    "an exponent is judged by its value",
    arguments: [
      ([], false, true), ([1], true, true), ([3], true, true), ([0xFF, 0xFF], true, true), ([1, 0, 0], false, true),
      ([1, 0, 1], true, false),
      ([0, 1, 0, 1], true, false), ([1, 0, 2], false, false), ([1, 0, 0, 0], false, false),
    ] as [([UInt8], Bool, Bool)])
  func exponent(_ exponent: [UInt8], _ isOdd: Bool, _ isSmall: Bool) {
    let numbers = RSAPublicNumbers(modulus: [5], exponent: exponent)
    #expect(numbers.isExponentOdd == isOdd)
    #expect(numbers.isExponentSmall == isSmall)
  }
}
