import Encodings
import JSON
import Messages
import OpenSSLCrypto
import Signing
import TestSupport
import Testing
import Tokens

@Suite("JSONWebKey, written")
struct JSONWebKeyWritingTests {
  private static let cryptography = OpenSSLCryptography()

  private func keys(in text: [UInt8]) throws -> [JSONWebKey] { try JSONWebKey.keys(text.span) }

  private func key(_ name: String) throws -> PublicKey {
    try #require(try Self.cryptography.certificates(inFile: Fixtures.path("certificates/\(name).pem")).first).publicKey
  }

  @Test("the kid is the thumbprint of the example of RFC 7638, section 3.1") func thumbprint() throws {
    let text = try Fixtures.bytes("thumbprints/rfc7638.jwk")
    let example = try #require(try keys(in: text).first)
    let written = try JSONWebKey(Self.cryptography.publicKey(rsa: example.numbers), Self.cryptography)
    #expect(written.keyID == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")
  }

  @Test("a written key is read back as the same key") func roundTrip() throws {
    let publicKey = try key("leaf")
    let written = try JSONWebKey(publicKey, for: .rs256, Self.cryptography)
    let text = JSONWriter.bytes(written.json)
    #expect(try keys(in: text) == [written])
    #expect(written.json.members.map(\.name.text) == ["kty", "use", "alg", "kid", "n", "e"])
    #expect(written.numbers == publicKey.rsa)
    let plain = try JSONWebKey(publicKey, Self.cryptography)
    #expect(plain.json.members.map(\.name.text) == ["kty", "use", "kid", "n", "e"])
    #expect(plain.keyID == written.keyID)
  }

  @Test("a set contains each of its keys") func set() throws {
    let keys = try ["leaf", "other"].map { try JSONWebKey(key($0), Self.cryptography) }
    let text = JSONWriter.bytes(JSONWebKey.set(keys))
    #expect(try self.keys(in: text) == keys)
  }

  @Test("a key that is not RSA is not written") func otherKind() throws {
    let publicKey = try key("ec-p256")
    do throws(KeyError) {
      _ = try JSONWebKey(publicKey, Self.cryptography)
      Issue.record("it was written")
    } catch {
      #expect(error.code == .keyNotRSA)
    }
  }
}
