import Encodings
import Foundation
import Tokens
import TestSupport
import Testing

@Suite("CompactSerialization")
struct CompactSerializationTests {
  @Test(
    "Text that is not a compact serialization is refused with its own reason",
    arguments: [
      ("", CompactSerializationError.Code.empty), ("a", .segmentCount), ("YQ.YQ", .segmentCount),
      ("YQ.YQ.YQ.YQ", .segmentCount),
      ("YQ.YQ.YQ.YQ.YQ", .segmentCount), ("{\"payload\":\"\"}", .jsonSerialization), (" \n{}", .jsonSerialization),
      ("YQ.Y~.YQ", .unreadableSegment), ("YQ.Y.YQ", .unreadableSegment), ("YQ。YQ。YQ", .segmentCount),
      ("YQ.\u{0}YQ.YQ", .unreadableSegment),
    ])
  func refuses(_ text: String, _ code: CompactSerializationError.Code) {
    do {
      _ = try CompactSerialization(Array(text.utf8).span)
      Issue.record("accepted")
    } catch { #expect(error.code == code) }
  }

  @Test(
    "What is not a token at all is named",
    arguments: [
      (" \n\t\n", CompactSerializationError.Code.empty, "the token is empty"),
      ("eyJhbGciOiJSUzI1NiJ9.eyJhIjoxfQ", .segmentCount, "it has no signature"),
      ("eyJhbGciOiJSUzI1NiJ9\n", .segmentCount, "the header of a token alone"),
      ("eyJhbGciOiJSUzI1NiJ9.eyJh...Zm9v", .segmentCount, "was cut to be shown"),
      ("eyJhbGciOiJSUzI1NiJ9.eyJh\u{2026}", .segmentCount, "was cut to be shown"),
      ("-----BEGIN CERTIFICATE-----\nMIIC", .segmentCount, "is PEM"),
      ("<saml:Assertion/>", .segmentCount, "is XML"), ("PHNhbWw6QXNzZXJ0aW9uPg==", .segmentCount, "is XML"),
      ("ghp_0123456789abcdef", .segmentCount, "an access token of GitHub"),
      ("a.b.c.d.e", .segmentCount, "5 segments"), ("hello", .segmentCount, "1 segment,"),
    ])
  func names(_ text: String, _ code: CompactSerializationError.Code, _ words: String) {
    do {
      _ = try CompactSerialization(Array(text.utf8).span)
      Issue.record("accepted")
    } catch {
      #expect(error.code == code)
      #expect(error.message.contains(words), "\(error)")
    }
  }

  @Test("A text that is accepted without irregularities is the one spelling of its parts")
  func canonical() throws {
    let token = try CompactSerialization(Array("eyJhIjoxfQ.e30.AQID".utf8).span)
    #expect(token.irregularities.isEmpty)
    let parts = [token.header, token.payload, token.signature].map { Base64.url.text($0) }
    #expect(parts.joined(separator: ".") == "eyJhIjoxfQ.e30.AQID")
    #expect(token.text.prefix(token.signingInputByteCount) == Array("eyJhIjoxfQ.e30".utf8)[...])
  }

  @Test("A newline, padding or the standard alphabet is reported with its segment")
  func irregularities() throws {
    let token = try CompactSerialization(Array("eyJhIjoxfQ==.+/++.AQID\n".utf8).span)
    #expect(token.irregularities.map(\.segment) == [.header, .payload, .signature])
    #expect(token.irregularities.map(\.error.code) == [.padding, .otherAlphabet, .whitespace])
  }

  @Test("A token beyond the limit is refused, and one at the limit is taken apart")
  func limit() throws {
    let longest = "YQ.YQ." + String(repeating: "A", count: Limits.byteCount - 6)
    #expect(throws: Never.self) { try CompactSerialization(Array(longest.dropLast(2).utf8).span) }
    #expect(throws: CompactSerializationError.self) { try CompactSerialization(Array((longest + "A").utf8).span) }
  }
}
