import Foundation
import JOSE
import Signing
import TestSupport
import Testing

@Suite("JSONWebKey")
struct JSONWebKeyTests {
  struct Row: Decodable, Sendable, CustomTestStringConvertible {
    let file: String
    let error: String?
    let why: String

    var testDescription: String { "\(file): \(why)" }
  }

  static let rows: [Row] = {
    do {
      return try JSONDecoder().decode([Row].self, from: Data(contentsOf: Fixtures.url("public-keys/manifest.json")))
        .filter { $0.file.contains(".jwk") }
    } catch {
      Issue.record("public-keys/manifest.json: \(error)")
      return []
    }
  }()

  @Test("Each file is read, or refused with the error of its row", arguments: rows)
  func files(_ row: Row) throws {
    let text = try Fixtures.bytes("public-keys/\(row.file)")
    do {
      let keys = try JSONWebKey.keys(text.span)
      #expect(row.error == nil)
      #expect(keys.allSatisfy { $0.numbers.bitCount == 2048 && $0.numbers.exponent == [1, 0, 1] })
    } catch {
      #expect(error.id == row.error, "\(error)")
    }
  }

  @Test("A key that carries its private part is refused")
  func privatePart() {
    let text = Array(#"{"kty":"RSA","n":"AQAB","e":"AQAB","d":"AQAB"}"#.utf8)
    do {
      _ = try JSONWebKey.keys(text.span)
      Issue.record("read")
    } catch { #expect(error.code == .malformedJWK) }
  }
}
