import Messages
import Signing
import TestSupport
import Testing

@testable import OpenSSLCrypto

@Suite("PrivateKeyReader")
struct PrivateKeyReaderTests {
  /// The integers of an RSAPrivateKey: version, n, e, d, p, q, d mod p - 1, d mod q - 1, and the coefficient.
  private static let numbers: [[UInt8]] = {
    guard let der = try? Fixtures.bytes("pem/pkcs1.der"), let integers = DER.integers(inSequence: der.span) else {
      return []
    }
    return integers.contents.map { Array(der[$0]) }
  }()

  private func encode(_ numbers: [[UInt8]]) -> [UInt8] {
    DER.element(0x30, containing: numbers.flatMap { DER.element(0x02, containing: $0) })
  }

  private func read(pkcs1 numbers: [[UInt8]]) throws(KeyError) -> PrivateKey {
    let der = encode(numbers)
    return try PrivateKeyReader.privateKey(pkcs1: der.span)
  }

  @Test("the numbers of a good key belong together") func sound() throws {
    #expect(try read(pkcs1: Self.numbers).isSound)
  }

  @Test("a number that is changed no longer belongs to the others", arguments: 1...8)
  func changed(_ index: Int) throws {
    var numbers = Self.numbers
    numbers[index][numbers[index].count - 1] ^= 4
    #expect(try !read(pkcs1: numbers).isSound)
  }

  @Test("primes that are swapped without their exponents do not belong together") func swapped() throws {
    var numbers = Self.numbers
    numbers.swapAt(4, 5)
    #expect(try !read(pkcs1: numbers).isSound)
    numbers.swapAt(6, 7)
    // The coefficient is the inverse of q modulo p, and no longer is.
    #expect(try !read(pkcs1: numbers).isSound)
  }

  @Test("an exponent beyond the modulus is refused", arguments: [2, 3])
  func longExponent(_ index: Int) throws {
    var numbers = Self.numbers
    numbers[index] = [1] + [UInt8](repeating: 0, count: 300) + [1]
    #expect(try !read(pkcs1: numbers).isSound)
  }

  @Test("another count of numbers, another version and a number below zero are refused") func structure() {
    var refused = [Self.numbers.dropLast(), Self.numbers + [[1]], [[1]] + Self.numbers.dropFirst()]
    for index in Self.numbers.indices {
      var numbers = Self.numbers
      numbers[index] = [0x80] + numbers[index]
      refused.append(numbers)
    }
    for numbers in refused {
      #expect((try? read(pkcs1: Array(numbers))) == nil)
    }
  }

  @Test("numbers of a million bits are read and refused at once") func huge() throws {
    let huge = [1] + [UInt8](repeating: 0, count: 125_000) + [1]
    let key = try read(pkcs1: [[0]] + [[UInt8]](repeating: huge, count: 8))
    #expect(!key.isSound)
    #expect(key.publicKey.rsa?.bitCount == 1_000_009)
  }

  @Test("a DSA key whose public half would take hours to compute is refused for its kind") func hugeDSA() {
    let huge = DER.element(0x02, containing: [1] + [UInt8](repeating: 0, count: 100_000) + [1])
    let identifier: [UInt8] = [0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x38, 0x04, 0x01]
    let algorithm = DER.element(0x30, containing: identifier + DER.element(0x30, containing: huge + huge + huge))
    let der = DER.element(0x30, containing: [2, 1, 0] + algorithm + DER.element(0x04, containing: huge))
    do throws(KeyError) {
      _ = try PrivateKeyReader.privateKey(pkcs8: der.span)
      Issue.record("it is read")
    } catch {
      #expect(error.code == .keyNotRSA)
      #expect(error.message.contains("DSA 800"))
    }
  }

  @Test(
    "bytes after a key are refused, inside and outside of its wrapping", arguments: ["pem/pkcs8.der", "pem/pkcs1.der"])
  func trailing(_ name: String) throws {
    let der = try Fixtures.bytes(name) + [0]
    do throws(KeyError) {
      _ =
        try name.contains("pkcs1")
        ? PrivateKeyReader.privateKey(pkcs1: der.span) : PrivateKeyReader.privateKey(pkcs8: der.span)
      Issue.record("it is read")
    } catch {
      #expect(error.code == .trailingData)
    }
  }
}
