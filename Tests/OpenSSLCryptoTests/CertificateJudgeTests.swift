import Encodings
import Foundation
import OpenSSLCrypto
import Signing
import System
import TestSupport
import Testing

/// What other programs say about the certificates and requests that are made here.
@Suite("Certificates in other programs", .timeLimit(.minutes(5)))
struct CertificateJudgeTests {
  private static let openssl = "/usr/bin/openssl"
  private static let certtool = "/usr/bin/certtool"
  private static let certutil = "/usr/bin/certutil"

  private static let cases =
    NewCertificate.algorithms.map { ("rsa-2048", $0) } + [("rsa-4096", SignatureAlgorithm.rs256)]

  /// What certtool says about a self-signed certificate that is not a CA, with a good signature.
  private static let goodForCertTool =
    "Not verified. The certificate is NOT trusted. The certificate issuer is not a CA. The certificate chain violates the signer's constraints."

  private func certToolVerdict(_ path: String) throws -> String? {
    let outcome = try Judge.run(Self.certtool, ["--verify", "--load-ca-certificate", path, "--infile", path])
    let line = outcome.output.split(separator: "\n").first { $0.contains("Output: ") }
    return line.map { String($0.trimmingCharacters(in: .whitespaces).dropFirst("Output: ".count)) }
  }

  @Test("OpenSSL accepts a certificate under strict rules, including its own signature", arguments: cases)
  func opensslCertificate(_ key: String, _ algorithm: SignatureAlgorithm) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Array(NewCertificate.make(key: key, algorithm).pem.utf8), to: "c.pem")
    let outcome = try Judge.run(
      Self.openssl, ["verify", "-x509_strict", "-check_ss_sig", "-purpose", "sslclient", "-CAfile", path, path])
    #expect(outcome == Outcome(status: 0, output: "\(path): OK\n"))
  }

  @Test("GnuTLS finds the signature of a certificate good, and that of a changed one bad", arguments: cases)
  func certToolCertificate(_ key: String, _ algorithm: SignatureAlgorithm) throws {
    let folder = try TemporaryFolder()
    let certificate = try NewCertificate.make(key: key, algorithm)
    let path = try folder.write(Array(certificate.pem.utf8), to: "c.pem")
    #expect(try certToolVerdict(path) == Self.goodForCertTool)
    var changed = certificate.der
    changed[changed.count - 5] ^= 1
    let pem = try Judge.run(Self.openssl, ["x509", "-inform", "DER"], input: changed).output
    let bad = try folder.write(Array(pem.utf8), to: "bad.pem")
    #expect(try certToolVerdict(bad)?.contains("The signature in the certificate is invalid.") == true)
  }

  @Test("NSS accepts a certificate for a client", arguments: cases)
  func nssCertificate(_ key: String, _ algorithm: SignatureAlgorithm) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Array(NewCertificate.make(key: key, algorithm).pem.utf8), to: "c.pem")
    let database = "sql:\(folder.path(""))"
    #expect(try Judge.run(Self.certutil, ["-N", "-d", database, "--empty-password"]).status == 0)
    #expect(try Judge.run(Self.certutil, ["-A", "-d", database, "-n", "new", "-t", "P,,", "-i", path]).status == 0)
    let outcome = try Judge.run(Self.certutil, ["-V", "-d", database, "-n", "new", "-u", "C", "-e"])
    #expect(outcome.status == 0, "\(outcome)")
  }

  @Test("pyca finds every signature good", .enabled(if: Judge.python != nil, Comment(rawValue: Judge.absence)))
  func pycaCertificates() throws {
    let folder = try TemporaryFolder()
    let pem = try Self.cases.map { try NewCertificate.make(key: $0, $1).pem }.joined()
    let outcome = try Judge.run(
      script: "judge_certificate", ["certificates", folder.write(Array(pem.utf8), to: "c.pem")])
    #expect(outcome.status == 0, "\(outcome)")
  }

  @Test("four programs find a request for a certificate good", arguments: cases)
  func request(_ key: String, _ algorithm: SignatureAlgorithm) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Array(NewCertificate.request(key: key, algorithm).pem.utf8), to: "r.pem")
    let openssl = try Judge.run(Self.openssl, ["req", "-verify", "-noout", "-in", path])
    #expect(openssl.status == 0 && openssl.error.contains("verify OK"), "\(openssl)")
    let gnutls = try Judge.run(Self.certtool, ["--crq-info", "--infile", path])
    #expect(gnutls.output.contains("Self signature: verified"), "\(gnutls)")
    if Judge.python != nil {
      let pyca = try Judge.run(script: "judge_certificate", ["request", path])
      #expect(
        pyca.output == """
          {"extensions": [["2.5.29.15", true, ["digital_signature"]], ["2.5.29.37", false, ["1.3.6.1.5.5.7.3.2"]]], \
          "subject": "CN=Payroll exporter 2027"}
          """, "\(pyca)")
    }
    let again = try NewCertificate.request(in: folder.bytes("r.pem"))
    #expect(try again == NewCertificate.request(key: key, algorithm) || algorithm == .ps256)
  }

  @Test("the fields are those of the table", .enabled(if: Judge.python != nil, Comment(rawValue: Judge.absence)))
  func fields() throws {
    let folder = try TemporaryFolder()
    // 2026-11-29T20:53:00Z
    let life = try CertificateLife(at: 1_795_985_580)
    let signer = try NewCertificate.signer()
    let contents = try NewCertificate.contents(serialNumber: [0x7F, 0, 0xAB], life: life)
    let certificate = try NewCertificate.issuer.certificate(contents, signedBy: signer)
    let path = try folder.write(Array(certificate.pem.utf8), to: "c.pem")
    let identifier = try #require(
      Judge.run(
        "/bin/sh",
        [
          "-c",
          "openssl x509 -in '\(path)' -noout -pubkey | openssl rsa -pubin -RSAPublicKey_out -outform DER 2>/dev/null | openssl dgst -sha256 -r",
        ]
      ).output.split(separator: " ").first)
    let outcome = try Judge.run(script: "judge_certificate", ["certificates", path])
    #expect(
      outcome.output == """
        [{"algorithm": "1.2.840.113549.1.1.11", "exponent": 65537, "extensions": [\
        ["2.5.29.19", true, {"ca": false, "path_length": null}], ["2.5.29.15", true, ["digital_signature"]], \
        ["2.5.29.37", false, ["1.3.6.1.5.5.7.3.2"]], ["2.5.29.14", false, "\(identifier.prefix(40))"]], \
        "hash": "sha256", "issuer": "CN=Payroll exporter 2027", "key-size": 2048, \
        "not-after": "2027-11-29T20:47:59+00:00", "not-before": "2026-11-29T20:48:00+00:00", "serial": "7f00ab", \
        "subject": "CN=Payroll exporter 2027", "version": "v3"}]
        """, "\(outcome)")
  }

  @Test("each of 300 signatures of two keys verifies, also those that end with zero bits") func manySignatures()
    throws
  {
    let folder = try TemporaryFolder()
    var paths: [String] = []
    var (pem, endsWithZeroBit, endsWithZeroByte) = ("", 0, 0)
    for (key, count) in [("rsa-2048", 150), ("rsa-2048-other", 150)] {
      let signer = try NewCertificate.signer(key)
      for number in 0..<count {
        let certificate = try NewCertificate.issuer.certificate(
          NewCertificate.contents("\(key) \(number)"), signedBy: signer)
        pem += certificate.pem
        paths.append(try folder.write(Array(certificate.pem.utf8), to: "\(key)-\(number)"))
        let last = try #require(certificate.der.last)
        if last & 1 == 0 { endsWithZeroBit += 1 }
        if last == 0 { endsWithZeroByte += 1 }
      }
    }
    #expect(endsWithZeroBit > 100)
    let all = try folder.write(Array(pem.utf8), to: "all.pem")
    let outcome = try Judge.run(Self.openssl, ["verify", "-x509_strict", "-check_ss_sig", "-CAfile", all] + paths)
    #expect(outcome.status == 0 && outcome.output == paths.map { "\($0): OK\n" }.joined())
    if Judge.python != nil {
      #expect(try Judge.run(script: "judge_certificate", ["certificates", all]).status == 0)
    }
  }
}
