import Encodings
import Messages
import Signing
import System
import Testing

@testable import OpenSSLCrypto

@Suite("PEMText")
struct PEMTextTests {
  /// The label, header and contents of each block.
  private func blocks(_ text: String) throws(KeyError) -> [String] {
    let bytes = Array(text.utf8)
    var blocks: [String] = []
    try PEMText.forEachBlock(in: bytes.span, of: "a test") { (block) throws(KeyError) in
      let contents = block.contents.withBytes { [UInt8](copying: $0) }
      blocks.append("\(block.label)|\(block.header)|\(contents)")
    }
    return blocks
  }

  @Test(
    "a block is read whatever its line ends, its widths and the text around it",
    arguments: [
      "-----BEGIN A B-----\nMAA=\n-----END A B-----\n", "-----BEGIN A B-----\r\nMAA=\r\n-----END A B-----\r\n",
      "-----BEGIN A B-----\nM\n A\tA\n=\n-----END A B-----", "\u{FEFF}-----BEGIN A B-----\nMAA=\n-----END A B-----\n",
      "text\n\n  -----BEGIN X-----\n-----BEGIN A B-----  \nMAA=\n-----END A B----- \ntext",
      "-----BEGIN A B-----\n\nMAA=\n\n-----END A B-----\n",
    ])
  func reads(_ text: String) throws { #expect(try blocks(text) == ["A B||[48, 0]"]) }

  @Test("blocks come in their order") func several() throws {
    let text = "-----BEGIN A-----\nMAA=\n-----END A-----\n-----BEGIN B-----\nMAE=\n-----END B-----\n"
    #expect(try blocks(text) == ["A||[48, 0]", "B||[48, 1]"])
  }

  @Test("a header is the lines up to an empty one") func header() throws {
    let text = "-----BEGIN A-----\nProc-Type: 4,ENCRYPTED\r\nDEK-Info: X,00\r\n\r\nMAA=\n-----END A-----\n"
    #expect(try blocks(text) == ["A|Proc-Type: 4,ENCRYPTED\nDEK-Info: X,00\n|[48, 0]"])
  }

  @Test(
    "text without a block has none",
    arguments: ["", "\n", "-----BEGIN A----", "----BEGIN A-----", " -----BEGIN A-----\nMAA=\n", "-----BEGIN -----"])
  func none(_ text: String) throws {
    #expect(try blocks(text) == [])
    let bytes = Array(text.utf8)
    let begins = PEMText.begins(in: bytes.span)
    #expect(!begins)
  }

  @Test(
    "a block of a key or a certificate that is cut, spoiled or has the end of another is refused",
    arguments: [
      "-----BEGIN PKCS7-----\nMAA=\n", "-----BEGIN PKCS7-----", "-----BEGIN PKCS7-----\nMAA=\n-----END B-----\n",
      "-----BEGIN PKCS7-----\n-----END PKCS7-----\n",
      "-----BEGIN PKCS7-----\nMAA\n-----END PKCS7-----\n", "-----BEGIN PKCS7-----\nMAB=\n-----END PKCS7-----\n",
      "-----BEGIN PKCS7-----\nMAA==\n-----END PKCS7-----\n",
      "-----BEGIN PKCS7-----\nM-A=\n-----END PKCS7-----\n", "-----BEGIN PKCS7-----\nMAA=x\n-----END PKCS7-----\n",
      "-----BEGIN PKCS7-----\na: b\nMAA=\n-----END PKCS7-----\n",
      "-----BEGIN PKCS7-----\nMAA=\n-----BEGIN PKCS7-----\nMAA=\n-----END PKCS7-----\n",
      "-----BEGIN PKCS7-----\nMAA=\n-----END PKCS7----\n",
      "-----BEGIN PKCS7-----\nMA\0A=\n-----END PKCS7-----\n",
    ])
  func refused(_ text: String) {
    do throws(KeyError) {
      _ = try blocks(text)
      Issue.record("it is read")
    } catch {
      #expect(error.code == .malformedPEM)
    }
  }

  @Test(
    "only the label of an unreadable block of another kind is passed on",
    arguments: [
      "-----BEGIN A-----\nMAA=\n", "-----BEGIN A-----\nVersion: 1\n\nMAA=\n=AAAA\n-----END A-----\n",
      "-----BEGIN A-----\n*\n-----END B-----\n", "-----BEGIN A-----\na: b\n",
    ])
  func passesOver(_ text: String) throws {
    let rest = "-----BEGIN A B-----\nMAA=\n-----END A B-----\n"
    #expect(try blocks(text + rest) == ["A||[]", "A B||[48, 0]"])
  }

  @Test("many unreadable blocks are skipped without reading the rest of the text for each") func manyUnreadable()
    throws
  {
    let text = String(repeating: "-----BEGIN A-----\na: b\n", count: 40_000)
    #expect(try blocks(text).count == 40_000)
  }
}
