import Foundation
import OpenSSLCrypto
import Signing
import Testing

@Suite("Digest")
struct DigestTests {
  /// FIPS 180-4's examples for the message `abc`.
  @Test(
    "the digest of abc is the standard's",
    arguments: [
      (DigestAlgorithm.sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
      (.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        .sha384,
        "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"
      ),
      (
        .sha512,
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd"
          + "454d4423643ce80e2a9ac94fa54ca49f"
      ),
    ])
  func example(_ algorithm: DigestAlgorithm, _ expected: String) throws {
    let message = Array("abc".utf8)
    let digest = try Digest.hash(message.span, with: algorithm)
    #expect(digest.map { String(format: "%02x", $0) }.joined() == expected)
    #expect(digest.count == algorithm.byteCount)
  }

  @Test("an empty message has a digest too") func empty() throws {
    let nothing: [UInt8] = []
    #expect(try Digest.hash(nothing.span, with: .sha256).prefix(4) == [0xE3, 0xB0, 0xC4, 0x42])
  }
}
