import Encodings
import Foundation
import Messages
import Tokens
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

  @Test("Each file is read, or refused with the error in its row", arguments: rows)
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

  private func code(_ text: String) -> KeyError.Code? {
    do {
      _ = try JSONWebKey.keys(Array(text.utf8).span)
      return nil
    } catch { return error.code }
  }

  @Test(
    "A key with any private part, or for another use, is refused",
    arguments: [
      #""d":"AQAB""#, #""p":"AQAB""#, #""q":"AQAB""#, #""dp":"AQAB""#, #""dq":"AQAB""#, #""qi":"AQAB""#, #""oth":[]"#,
      #""d":null"#,
      #""use":"enc""#, #""use":1"#, #""key_ops":["encrypt"]"#, #""key_ops":[]"#, #""key_ops":"verify""#, #""kid":1"#,
      #""alg":[]"#,
    ])
  func refuses(_ member: String) {
    let key = "{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\",\(member)}"
    #expect(code(key) == .malformedJWK)
  }

  @Test(
    "An exponent of up to 64 bits is read, and no longer one, because it would make each signature slower",
    arguments: [(8, 0, true), (8, 2, true), (9, 0, false), (256, 0, false)])
  func exponent(_ count: Int, _ zeros: Int, _ isRead: Bool) {
    let exponent = Base64.url.text([UInt8](repeating: 0, count: zeros) + [UInt8](repeating: 3, count: count))
    #expect(code("{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"\(exponent)\"}") == (isRead ? nil : .malformedJWK))
  }

  @Test("A key names its use, and only the keys of a set that are for verifying are read")
  func purpose() throws {
    let good = #"{"kty":"RSA","n":"AQAB","e":"AQAB","use":"sig","key_ops":["sign","verify"],"alg":"PS256","kid":"a"}"#
    let set = #"{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB","key_ops":["encrypt"]},{"kty":"EC"},\#(good)]}"#
    for text in [good, set] {
      let keys = try JSONWebKey.keys(Array(text.utf8).span)
      #expect(keys.map(\.algorithm) == ["PS256"])
      #expect(keys.map(\.keyID) == ["a"])
    }
    #expect(code(#"{"keys":[]}"#) == .noPublicKey)
    #expect(code(#"{"keys":[1]}"#) == .malformedJWK)
    #expect(code(#"{"keys":{}}"#) == .malformedJWK)
  }

  @Test("One key of a set that cannot be read is named, and the others are used")
  func oneUnreadable() throws {
    let (good, bad) = (
      #"{"kty":"RSA","n":"AQAB","e":"AQAB","kid":"a"}"#, #"{"kty":"RSA","n":"AQ+/","e":"AQAB","kid":"b"}"#
    )
    let (keys, faults) = try JSONWebKey.keysAndFaults(Array(#"{"keys":[\#(bad),\#(good)]}"#.utf8).span)
    #expect(keys.map(\.keyID) == ["a"])
    #expect(faults.map(\.id) == ["malformed-jwk"])
    #expect(faults.first?.message.hasPrefix("key 1 of the JWK Set, with the kid \"b\", is not used: ") == true)
    #expect(code(#"{"keys":[\#(bad)]}"#) == .malformedJWK)
    // A private key is no matter of one key.
    #expect(code(#"{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB","d":"AQAB"},\#(good)]}"#) == .malformedJWK)
  }

  @Test("A key as Key Vault shows it is read, and JSON that only leads to keys is named")
  func around() throws {
    let key = #"{"key":{"kid":"https://v/k/1","kty":"RSA-HSM","key_ops":["sign"],"n":"AQAB","e":"AQAB"},"tags":null}"#
    #expect(try JSONWebKey.keys(Array(key.utf8).span).map(\.keyID) == ["https://v/k/1"])
    for (text, words) in [
      (#"{"jwks":{"keys":[]}}"#, "a JWK Set in it, at .jwks"),
      (#"{"issuer":"x","jwks_uri":"https://x/keys"}"#, "the configuration of an issuer"),
    ] {
      #expect { _ = try JSONWebKey.keys(Array(text.utf8).span) } throws: { "\($0)".contains(words) }
    }
  }

  @Test("What a key says about its certificate is kept, except a value that is not a thumbprint")
  func hints() throws {
    let twenty = Base64.url.text([UInt8](repeating: 7, count: 20))
    let key = #"{"kty":"RSA","n":"AQAB","e":"AQAB","x5t":"\#(twenty)","x5t#S256":"AAAA","x5c":["MAA="]}"#
    let hints = try #require(JSONWebKey.keys(Array(key.utf8).span).first).hints
    #expect(hints.thumbprints == [.sha1: [UInt8](repeating: 7, count: 20)])
    #expect(hints.leaf == [0x30, 0])
  }
}
