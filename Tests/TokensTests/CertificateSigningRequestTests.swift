import Encodings
import JSON
import Messages
import OpenSSLCrypto
import Signing
import SigningTesting
import System
import TestSupport
import Testing
import Tokens

@Suite("CertificateSigningRequest")
struct CertificateSigningRequestTests {
  /// 2026-11-29T20:53:00Z
  private static let now = NumericDate(seconds: 1_795_985_580)
  private static let cryptography = OpenSSLCryptography()
  private static let encoder = OpenSSLCertificateEncoder()
  private static let issuer = CertificateIssuer(encoder, cryptography)
  private static let kinds = ["certificate", "certificate-request"]

  private static func signer(_ key: String = "rsa-2048", _ algorithm: SignatureAlgorithm = .rs256) throws -> any Signer
  {
    let registry = KeyRegistry(PEMBackend())
    return try registry.signer(
      for: KeyRequest(
        registry.reference("pem:\(Fixtures.path("keys/\(key).pem"))"), algorithm: algorithm, at: 0, secrets: NoSecrets()
      ))
  }

  private static func request(
    _ kind: String, _ algorithm: SignatureAlgorithm = .rs256, subject text: String = "Payroll \u{202E} 2027"
  ) throws -> CertificateSigningRequest {
    let subject = try encoder.subject(DistinguishedName(text))
    let contents: CertificateSigningRequest.Contents =
      kind == "certificate"
      ? .certificate(
        try CertificateContents(
          serialNumber: [0x12, 0x34], subject: subject, life: CertificateLife(at: now.seconds)))
      : .request(CertificateRequestContents(subject: subject))
    return try CertificateSigningRequest(
      contents, of: signer().publicKey, algorithm: algorithm, encoder: encoder, cryptography: cryptography)
  }

  private static func read(_ json: JSONObject) throws(SigningRequestError) -> CertificateSigningRequest {
    let bytes = JSONWriter.bytes(json)
    return try CertificateSigningRequest(bytes.span, encoder: encoder, cryptography: cryptography)
  }

  private static func isAnnounced(by text: [UInt8]) -> Bool { CertificateSigningRequest.isAnnounced(by: text.span) }

  private static func signature(over message: [UInt8], by signer: any Signer) throws -> [UInt8] {
    try signer.sign(message.span).bytes
  }

  private func refusal(_ json: JSONObject) -> String? {
    do { _ = try Self.read(json) } catch { return error.id }
    return nil
  }

  private func id(_ body: () throws -> Void) -> String? {
    do { try body() } catch { return (error as? any DiagnosticError)?.id ?? "\(error)" }
    return nil
  }

  @Test(
    "a written request is read back the same", arguments: kinds, [SignatureAlgorithm.rs256, .rs384, .rs512, .ps256])
  func roundTrip(_ kind: String, _ algorithm: SignatureAlgorithm) throws {
    let request = try Self.request(kind, algorithm)
    let text = Array(JSONWriter.indentedText(.object(request.json)).utf8)
    #expect(Self.isAnnounced(by: text))
    let again = try CertificateSigningRequest(text.span, encoder: Self.encoder, cryptography: Self.cryptography)
    #expect(again.json == request.json && again.contents == request.contents)
    #expect(again.toBeSigned == request.toBeSigned && again.digest == request.digest)
    #expect(again.publicKey == request.publicKey && again.algorithm == algorithm)
  }

  @Test("a person reads every part that is signed") func summary() throws {
    let request = try Self.request("certificate")
    let digest = Hexadecimal.lowerCase(request.digest)
    let key = Hexadecimal.upperCase(request.publicKey.sha256Fingerprint)
    #expect(
      request.summary == [
        "kind: self-signed certificate", "subject: CN=Payroll \u{202E} 2027", "serial number: 1234",
        "valid: 2026-11-29T20:48:00Z to 2027-11-29T20:47:59Z, 365 d", "key usage: digitalSignature",
        "extended key usage: clientAuth", "key: RSA 2048", "key SHA-256: \(key)", "algorithm: RS256",
        "SHA-256 to sign: \(digest)",
      ])
    let subject = try #require(request.summaryFields.first { $0.name == "subject" })
    #expect(subject.value.contains("\\u202E") || subject.value.contains("\\u202e"))
    #expect(!subject.value.contains("\u{202E}"))
  }

  /// One change of one part, by the path to it, with the reason for which it is refused.
  private static let changes: [([ExactText], JSONValue, String)] = [
    (["keyroll-signing-request"], .integer(1), "unsupported-signing-request"),
    (["keyroll-signing-request"], .integer(3), "unsupported-signing-request"),
    (["keyroll-signing-request"], "2", "malformed-signing-request"),
    (["kind"], "token", "malformed-signing-request"),
    (["kind"], "certificate-request", "malformed-signing-request"),
    (["summary"], .array([]), "summary-mismatch"),
    (["summary"], "kind", "malformed-signing-request"),
    (["algorithm"], "RS512", "to-be-signed-mismatch"),
    (["algorithm"], "PS256", "to-be-signed-mismatch"),
    (["algorithm"], "PS512", "certificate-algorithm-not-offered"),
    (["algorithm"], "rs256", "malformed-signing-request"),
    (["public-key"], "AAAA", "malformed-signing-request"),
    (["public-key"], "!", "malformed-signing-request"),
    (["to-be-signed"], "AAAA", "to-be-signed-mismatch"),
    (["to-be-signed"], "", "to-be-signed-mismatch"),
    (["digest", "hex"], "00", "digest-mismatch"),
    (["digest", "hash"], "SHA-512", "digest-mismatch"),
    (["digest", "note"], "x", "digest-mismatch"),
    (["digest"], "00", "malformed-signing-request"),
    (["contents", "serial"], "1235", "to-be-signed-mismatch"),
    (["contents", "serial"], "001234", "serial-malformed"),
    (["contents", "serial"], "-1", "malformed-signing-request"),
    (["contents", "serial"], "", "serial-malformed"),
    (["contents", "subject"], "CN=Other", "to-be-signed-mismatch"),
    (["contents", "subject"], "Payroll \u{202E} 2027", "malformed-signing-request"),
    (["contents", "subject"], "", "subject-empty"),
    (["contents", "subject"], "CN=", "subject-empty"),
    (["contents", "subject"], .string(ExactText(String(repeating: "a", count: 65))), "subject-too-long"),
    (["contents", "subject"], "ou=x;y", "subject-malformed"),
    (["contents", "not-before"], "2026-11-29T20:48:01Z", "to-be-signed-mismatch"),
    (["contents", "not-before"], "2026-11-29T21:48:00+01:00", "malformed-signing-request"),
    (["contents", "not-before"], "yesterday", "malformed-signing-request"),
    (["contents", "not-before"], "2028-11-29T20:48:00Z", "malformed-signing-request"),
    (["contents", "not-after"], "2037-11-29T20:47:59Z", "to-be-signed-mismatch"),
    (["contents", "key-usage"], .array([]), "malformed-signing-request"),
    (["contents", "key-usage"], .array(["digitalSignature", "keyCertSign"]), "malformed-signing-request"),
    (["contents", "extended-key-usage"], .array(["serverAuth"]), "malformed-signing-request"),
    (["contents", "nonsense"], .null, "malformed-signing-request"),
    (["contents"], .object([:]), "malformed-signing-request"),
    (["nonsense"], .null, "malformed-signing-request"),
  ]

  private func changing(_ object: JSONObject, _ path: ArraySlice<ExactText>, to value: JSONValue) -> JSONObject {
    var object = object
    guard let name = path.first else { return object }
    object[name] =
      path.count == 1
      ? value : .object(changing(object[name]?.object ?? JSONObject(), path.dropFirst(), to: value))
    return object
  }

  @Test("a request with one changed member is refused") func changes() throws {
    let json = try Self.request("certificate").json
    for (path, value, id) in Self.changes {
      let changed = changing(json, path[...], to: value)
      #expect(refusal(changed) == id, "\(path) to \(JSONWriter.text(value))")
    }
  }

  @Test("a request without one of its members is refused", arguments: kinds) func missing(_ kind: String) throws {
    let json = try Self.request(kind).json
    for member in json.members {
      var changed = json
      changed[member.name] = nil
      #expect(refusal(changed) == "malformed-signing-request", "without \(member.name)")
    }
    for member in json["contents"]?.object.map({ Array($0.members) }) ?? [] {
      var contents = try #require(json["contents"]?.object)
      contents[member.name] = nil
      var changed = json
      changed["contents"] = .object(contents)
      #expect(refusal(changed) == "malformed-signing-request", "contents without \(member.name)")
    }
  }

  @Test("the bytes of another request under the same review are refused, digest and all") func swapped() throws {
    for kind in Self.kinds {
      let (json, other) = (try Self.request(kind).json, try Self.request(kind, subject: "Other").json)
      for names in [["to-be-signed"], ["to-be-signed", "digest"], ["to-be-signed", "digest", "summary"]]
        as [[ExactText]]
      {
        var changed = json
        for name in names { changed[name] = other[name] }
        #expect(refusal(changed) == "to-be-signed-mismatch")
      }
      var changed = json
      changed["contents"] = other["contents"]
      #expect(refusal(changed) == "to-be-signed-mismatch")
      changed["to-be-signed"] = other["to-be-signed"]
      #expect(refusal(changed) == "digest-mismatch")
      changed["digest"] = other["digest"]
      #expect(refusal(changed) == "summary-mismatch")
      changed["summary"] = other["summary"]
      #expect(refusal(changed) == nil)
    }
  }

  @Test("another key under the same review is refused") func otherKey() throws {
    var json = try Self.request("certificate").json
    let key = try Self.signer("rsa-2048-other").publicKey
    json["public-key"] = .string(ExactText(Base64.standard.text(key.subjectPublicKeyInfo)))
    #expect(refusal(json) == "to-be-signed-mismatch")
  }

  @Test("a version 1 request is not read as version 2, or the other way round") func versions() throws {
    let token = JSONWriter.bytes(try SigningRequestTests.request().request.json)
    #expect(!Self.isAnnounced(by: token))
    let certificate = JSONWriter.bytes(try Self.request("certificate").json)
    #expect(
      id { _ = try SigningRequest(certificate.span, cryptography: Self.cryptography) } == "unsupported-signing-request")
    #expect(
      id {
        _ = try CertificateSigningRequest(token.span, encoder: Self.encoder, cryptography: Self.cryptography)
      } == "unsupported-signing-request")
  }

  @Test("a signature from elsewhere makes the same certificate as a signer here", arguments: kinds)
  func assembled(_ kind: String) throws {
    let request = try Self.request(kind)
    let (signature, product) = try request.sign(
      with: Self.signer(), by: Self.issuer, cryptography: Self.cryptography)
    #expect(try Self.signature(over: request.bytes(as: .input), by: Self.signer()) == signature)
    let again = try request.assemble(signature, by: Self.issuer, cryptography: Self.cryptography)
    #expect(again == product)
    let pem = Array(product.pem.utf8)
    let arguments = kind == "certificate" ? ["x509", "-noout", "-subject"] : ["req", "-verify", "-noout", "-subject"]
    let outcome = try Judge.run("/usr/bin/openssl", arguments, input: pem)
    #expect(outcome.status == 0 && outcome.output.contains("Payroll"), "\(outcome)")
  }

  @Test("a wrong signature is explained, and makes nothing") func wrongSignatures() throws {
    let request = try Self.request("certificate")
    let good = try Self.signature(over: request.toBeSigned, by: Self.signer())
    let other = try Self.signature(over: request.toBeSigned, by: Self.signer("rsa-2048-other"))
    let pss = try Self.signature(over: request.toBeSigned, by: Self.signer("rsa-2048", .ps256))
    for signature in [other, pss, Array(good.reversed()), Array(good.dropLast()), []] {
      #expect(id { _ = try request.assemble(signature, by: Self.issuer, cryptography: Self.cryptography) } != nil)
    }
    #expect(
      id { _ = try request.sign(with: Self.signer("rsa-2048-other"), by: Self.issuer, cryptography: Self.cryptography) }
        == "key-mismatch")
    #expect(
      id {
        _ = try request.sign(with: Self.signer("rsa-2048", .rs512), by: Self.issuer, cryptography: Self.cryptography)
      }
        == "key-mismatch")
  }

  @Test("the signing side judges the life") func life() throws {
    let request = try Self.request("certificate")
    try request.requireLife(at: Self.now, atMost: TimeSpan(seconds: 365 * 86_400))
    #expect(
      id { try request.requireLife(at: Self.now, atMost: TimeSpan(seconds: 365 * 86_400 - 1)) } == "lifetime-too-long")
    #expect(
      id { try request.requireLife(at: Self.now + TimeSpan(seconds: 366 * 86_400), atMost: nil) } == "lifetime-over")
    try Self.request("certificate-request").requireLife(at: Self.now, atMost: .zero)
    #expect(request.warnings == [])
  }

  @Test("a request has every form for a signer") func forms() throws {
    let request = try Self.request("certificate")
    #expect(try request.bytes(as: .input) == request.toBeSigned)
    #expect(try request.bytes(as: .digest) == request.digest)
    #expect(try request.bytes(as: .digestInfo) == DigestInfo.encoding(request.digest, of: .sha256))
    #expect(id { _ = try Self.request("certificate", .ps256).bytes(as: .digestInfo) } == "form-unavailable")
  }
}
