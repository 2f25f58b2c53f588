import Foundation
import Signing
import System
import Testing

@testable import OpenSSLCrypto

@Suite("DERText")
struct DERTextTests {
  private func decoded(_ text: [UInt8]) -> [UInt8]? {
    guard let bytes = DERText.decoded(text.span) else { return nil }
    return bytes.withBytes { span in span.indices.map { span[$0] } }
  }

  @Test("standard base64 of any length is read", arguments: 1...65)
  func lengths(_ count: Int) {
    let bytes = (0..<count).map { $0 == 0 ? 0x30 : UInt8(truncatingIfNeeded: $0 &* 151 &+ 97) }
    #expect(decoded(Array(Data(bytes).base64EncodedString().utf8)) == bytes)
  }

  @Test("white space may be anywhere", arguments: ["MAA=\n", "\r\n MA\tA\n=\n", "M A A =", "\u{B}MA\u{C}A="])
  func whiteSpace(_ text: String) { #expect(decoded(Array(text.utf8)) == [0x30, 0x00]) }

  @Test(
    "text that is not strict base64 of a SEQUENCE is left alone",
    arguments: [
      "", " ", "M", "MA", "MAA", "MAA==", "MA=A", "MAB=", "MB==", "MAA=A", "M===", "MAA-", "MAA_", "AAAA", "=", "====",
      "\u{FEFF}MAA=",
    ])
  func otherText(_ text: String) { #expect(decoded(Array(text.utf8)) == nil) }
}
