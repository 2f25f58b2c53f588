import Messages
import OpenSSLCrypto
import Signing
import SigningTesting
import TestSupport
import Testing

@Suite(.tags(.process)) struct CertificateChoiceTests {
  /// 2027-01-15, when `expired.pem` has ended and `not-yet-valid.pem` has not begun.
  private static let now: Int64 = 1_800_000_000
  /// 2018, when `expired.pem` was the only valid certificate over the key of leaf.pem.
  private static let then: Int64 = 1_530_000_000

  private func read(_ names: [String]) throws -> [Certificate] {
    try names.flatMap { name in
      let bytes = try Fixtures.bytes("certificates/\(name).pem")
      return try CertificateFile.read(bytes.span)
    }
  }

  private func key(of name: String) throws -> PublicKey { try #require(try read([name]).first).publicKey }

  @Test(
    "the certificate is the one over the key; if there are several, the one that is valid at the time",
    arguments: [
      (["leaf", "intermediate", "root"], "leaf", now, "leaf"), (["root", "intermediate", "leaf"], "leaf", now, "leaf"),
      // An old one that signed itself, and a new one of the same name over another key.
      (["self-signed", "same-name", "intermediate"], "other", now, "same-name"),
      (["self-signed", "same-name", "intermediate"], "leaf", now, "self-signed"),
      (["expired", "leaf"], "leaf", now, "leaf"), (["not-yet-valid", "leaf", "expired"], "leaf", now, "leaf"),
      (["expired", "leaf"], "leaf", then, "expired"), (["leaf", "leaf"], "leaf", now, "leaf"),
      // An expired certificate is still the only one; the judge of the token reports it.
      (["expired", "other"], "leaf", now, "expired"),
    ])
  func overKey(bundle: [String], key name: String, time: Int64, expected: String) throws {
    let leaf = try CertificateChoice(at: time, in: "x").leaf(over: try key(of: name), among: try read(bundle))
    #expect(leaf == (try read([expected]).first))
  }

  @Test(
    "without a key the certificate is the one that signed no other, by signatures and not by names",
    arguments: [
      (["leaf", "intermediate", "root"], now, "leaf"), (["root", "leaf", "intermediate"], now, "leaf"),
      (["self-signed"], now, "self-signed"), (["same-name", "intermediate", "root"], now, "same-name"),
      (["expired", "same-name", "intermediate", "root"], now, "same-name"),
      (["expired", "leaf", "intermediate"], now, "leaf"), (["expired", "leaf"], then, "expired"),
    ])
  func ofBundle(bundle: [String], time: Int64, expected: String) throws {
    let leaf = try CertificateChoice(at: time, in: "x").leaf(of: try read(bundle), OpenSSLCryptography())
    #expect(leaf == (try read([expected]).first))
  }

  @Test("if several fit, the error lists subject, thumbprint and dates of each")
  func several() throws {
    let choice = CertificateChoice(at: Self.now, in: "bundle.pem")
    let listing = """
      bundle.pem has 2 certificates for the same key, 2 of them valid at 2027-01-15T08:00:00Z: \
      "CN=leaf,O=keyroll fixtures" (SHA-1 \(try thumbprint("leaf")), valid 2020-01-01T00:00:00Z to 2049-12-31T23:59:59Z), \
      "CN=renewed,O=keyroll fixtures" (SHA-1 \(try thumbprint("renewed")), valid 2021-01-01T00:00:00Z to 2049-12-31T23:59:59Z)
      """
    let error = try #require(throws: KeyError.self) {
      _ = try choice.leaf(over: try key(of: "leaf"), among: try read(["leaf", "renewed", "other"]))
    }
    #expect(error.code == .severalCertificates)
    #expect(error.message == listing)
    #expect(throws: KeyError.self) { _ = try choice.leaf(of: try read(["leaf", "renewed"]), OpenSSLCryptography()) }
    let keys = try #require(throws: KeyError.self) {
      _ = try choice.leaf(of: try read(["self-signed", "same-name", "intermediate"]), OpenSSLCryptography())
    }
    #expect(keys.message.hasPrefix("bundle.pem has 2 certificates of several keys, 2 of them valid at "))
  }

  @Test("if none is over the key, the error lists those that are there; without any there is no error")
  func none() throws {
    let choice = CertificateChoice(at: Self.now, in: "bundle.pem")
    #expect(try choice.leaf(over: try key(of: "leaf"), among: []) == nil)
    let error = try #require(throws: KeyError.self) {
      _ = try choice.leaf(over: try key(of: "leaf"), among: try read(["other"]))
    }
    #expect(error.code == .certificateMismatch)
    #expect(error.message.contains("\"CN=other,O=keyroll fixtures\" (SHA-1 "))
    let empty = try #require(throws: KeyError.self) { _ = try choice.leaf(of: [], OpenSSLCryptography()) }
    #expect(empty.code == .noCertificate)
  }

  @Test("a certificate that restricts the key to PSS is over the key, and restricts the signer")
  func restricted() throws {
    let folder = try TemporaryFolder()
    // The same numbers as rsaEncryption: the RSAPrivateKey inside the PKCS #8 structure.
    let outcome = try Judge.run(
      "/bin/sh",
      [
        "-c",
        """
        openssl pkcs8 -topk8 -nocrypt -in \(Fixtures.path("keys/rsa-pss-sha256.pem")) -outform DER -out \(folder.path("der")) &&
        at=$(openssl asn1parse -inform DER -in \(folder.path("der")) | awk -F: '/OCTET STRING/ { print $1; exit }') &&
        openssl asn1parse -inform DER -in \(folder.path("der")) -strparse $at -noout -out \(folder.path("key.der"))
        """,
      ])
    #expect(outcome.status == 0, "\(outcome)")
    func open(_ algorithm: SignatureAlgorithm) throws(KeyError) -> any Signer {
      let registry = KeyRegistry(PEMBackend())
      let reference = try registry.reference(
        "pem:\(folder.path("key.der"));cert=\(Fixtures.path("certificates/rsa-pss-sha256.pem"))")
      return try registry.signer(for: KeyRequest(reference, algorithm: algorithm, at: Self.now, secrets: NoSecrets()))
    }
    let signer = try open(.ps256)
    #expect(signer.publicKey == signer.certificates.first?.publicKey)
    #expect(signer.publicKey.summary.hasPrefix("RSA-PSS"))
    let error = try #require(throws: KeyError.self) { _ = try open(.rs256) }
    #expect(error.code == .keyRestricted)
  }

  private func thumbprint(_ name: String) throws -> String {
    try #require(try read([name]).first).sha1Thumbprint.map { String($0, radix: 16, uppercase: true) }.map {
      $0.utf8.count == 1 ? "0\($0)" : $0
    }.joined()
  }
}
