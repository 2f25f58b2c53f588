import Messages
import OpenSSLCrypto
import Signing
import TestSupport
import Testing

@Suite("CertificateRequestFile")
struct CertificateRequestFileTests {
  private func madeByOpenSSL(_ arguments: [String] = []) throws -> [UInt8] {
    let outcome = try Judge.run(
      "/usr/bin/openssl",
      ["req", "-new", "-key", Fixtures.path("keys/rsa-2048.pem"), "-subj", "/O=Example/CN=by openssl"] + arguments)
    return Array(outcome.output.utf8)
  }

  @Test("a request from OpenSSL is read, as PEM and as DER") func others() throws {
    let pem = try madeByOpenSSL()
    let request = try NewCertificate.request(in: pem)
    #expect(request.subject.text == "CN=by openssl,O=Example")
    #expect(try request.publicKey == NewCertificate.signer().publicKey)
    #expect(try NewCertificate.request(in: request.der) == request)
    #expect(request.pem.utf8.elementsEqual(pem))
  }

  @Test("a request whose signature does not verify is refused") func unproven() throws {
    let request = try NewCertificate.request(in: madeByOpenSSL())
    var der = request.der
    der[der.count - 1] ^= 1
    #expect(NewCertificate.id { _ = try NewCertificate.request(in: der) } == "certificate-request-unproven")
  }

  @Test("a file that is not exactly one request is refused") func malformed() throws {
    let pem = try madeByOpenSSL()
    let request = try NewCertificate.request(in: pem)
    for bytes in [
      [], [0x30], pem + pem, request.der + [0], Array(request.der.dropLast()),
      try Fixtures.bytes("certificates/leaf.pem"),
      try Fixtures.bytes("certificates/leaf.der"),
    ] as [[UInt8]] {
      #expect(
        NewCertificate.id { _ = try NewCertificate.request(in: bytes) } == "malformed-certificate-request",
        "\(bytes.count) bytes")
    }
  }

  @Test("a public key is read from a request, from a certificate or alone") func publicKey() throws {
    let key = try NewCertificate.signer().publicKey
    let request = try madeByOpenSSL()
    let der = try NewCertificate.request(in: request).der
    let certificate = try NewCertificate.make()
    let plain = try Judge.run("/usr/bin/openssl", ["pkey", "-in", Fixtures.path("keys/rsa-2048.pem"), "-pubout"]).output
    for bytes in [
      request, der, Array(certificate.pem.utf8), certificate.der, Array(plain.utf8), key.subjectPublicKeyInfo,
    ] as [[UInt8]] {
      #expect(try NewCertificate.publicKey(in: bytes) == key)
    }
    var changed = der
    changed[changed.count - 1] ^= 1
    #expect(
      NewCertificate.id { _ = try NewCertificate.publicKey(in: changed) } == "certificate-request-unproven"
    )
    let two = try Array(plain.utf8) + Fixtures.bytes("certificates/other.pem")
    #expect(NewCertificate.id { _ = try NewCertificate.publicKey(in: two) } == "several-keys")
  }
}
