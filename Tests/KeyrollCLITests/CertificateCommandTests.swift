import Foundation
import TestSupport
import Testing

@Suite(.tags(.process)) struct CertificateCommandTests {
  private static let noon = ["--at", "2026-11-21T12:00:00Z"]

  /// What OpenSSL says about a certificate.
  private struct Judged {
    let serialNumber, sha1, sha1Base64, sha1URL, sha256, sha256URL, keySHA256, der: String

    init(_ path: String) throws {
      func judge(_ command: String) throws -> String {
        let outcome = try Shell.run("set -e; certificate='\(path)'; \(command)")
        try #require(outcome.status == 0, "\(outcome)")
        return outcome.output.trimmingCharacters(in: .newlines)
      }
      let url = "base64 -w 0 | tr '+/' '-_' | tr -d '='"
      serialNumber = try judge("openssl x509 -in $certificate -noout -serial | cut -d = -f 2")
      sha1 = try judge("openssl x509 -in $certificate -outform DER | sha1sum | cut -c 1-40 | tr a-f A-F")
      sha1Base64 = try judge("openssl x509 -in $certificate -outform DER | openssl dgst -sha1 -binary | base64")
      sha1URL = try judge("openssl x509 -in $certificate -outform DER | openssl dgst -sha1 -binary | \(url)")
      sha256 = try judge("openssl x509 -in $certificate -outform DER | sha256sum | cut -c 1-64 | tr a-f A-F")
      sha256URL = try judge("openssl x509 -in $certificate -outform DER | openssl dgst -sha256 -binary | \(url)")
      keySHA256 = try judge(
        "openssl x509 -in $certificate -noout -pubkey | openssl pkey -pubin -outform DER | sha256sum | cut -c 1-64 | tr a-f A-F"
      )
      der = try judge("openssl x509 -in $certificate -outform DER | base64 -w 0")
    }
  }

  @Test("every form equals the one that OpenSSL computes", arguments: ["leaf.pem", "leaf-crlf.pem", "leaf.der"])
  func text(file: String) throws {
    let judged = try Judged(Fixtures.path("certificates/leaf.pem"))
    let outcome = try BuiltCommand.run(["certificate", Fixtures.path("certificates/\(file)")] + Self.noon)
    #expect(
      outcome
        == Outcome(
          status: 0,
          output: """
            subject              "CN=leaf,O=keyroll fixtures"
            issuer               "CN=intermediate,O=keyroll fixtures"
            serial number        \(judged.serialNumber)
            startDateTime        2020-01-01T00:00:00Z
            endDateTime          2049-12-31T23:59:59Z (in 8441 d 11 h)
            public key           RSA 2048
            public key SHA-256   \(judged.keySHA256)
            signed with          sha256WithRSAEncryption
            thumbprint           \(judged.sha1)
            thumbprint SHA-256   \(judged.sha256)
            x5t                  \(judged.sha1URL)
            x5t#S256             \(judged.sha256URL)
            customKeyIdentifier  \(judged.sha1) (hex)
                                 \(judged.sha1Base64) (base64)
            key                  \(judged.der)

            """))
  }

  @Test(
    "the certificates of registered entries are shown like their files, whichever tool saved them",
    arguments: ["application.json", "powershell-5.json", "curl-i.http", "batch.json", "portal-manifest.json"])
  func registered(file: String) throws {
    let screens = try ["leaf", "other"].map { name in
      try BuiltCommand.run(["certificate", Fixtures.path("certificates/\(name).pem")] + Self.noon).output
    }
    #expect(
      try BuiltCommand.run(["certificate", Fixtures.path("key-credentials/\(file)")] + Self.noon)
        == Outcome(status: 0, output: screens.joined(separator: "\n")))
  }

  @Test("an answer without its certificates says that it has none, and how to get them")
  func withoutKey() throws {
    let path = Fixtures.path("key-credentials/az.json")
    #expect(
      try BuiltCommand.run("certificate", path)
        == Outcome(
          status: 2,
          error: """
            keyroll: error: \(path) holds no certificate: no entry has its key [no-key-credentials]
            keyroll: hint: Graph gives the key for one object alone, and only when it is asked for with \
            $select=keyCredentials

            """))
  }

  @Test("the JSON form has a version, and the same values")
  func json() throws {
    let path = Fixtures.path("certificates/rsa-1024.pem")
    let judged = try Judged(path)
    let outcome = try BuiltCommand.run(["certificate", path, "--format", "json"] + Self.noon)
    #expect(
      outcome
        == Outcome(
          status: 0,
          output: """
            {
              "version": 1,
              "certificates": [
                {
                  "subject": "CN=rsa-1024,O=keyroll fixtures",
                  "issuer": "CN=intermediate,O=keyroll fixtures",
                  "serialNumber": "\(judged.serialNumber)",
                  "startDateTime": "2020-01-01T00:00:00Z",
                  "endDateTime": "2049-12-31T23:59:59Z",
                  "publicKey": "RSA 1024",
                  "publicKeySHA256": "\(judged.keySHA256)",
                  "signatureAlgorithm": "sha256WithRSAEncryption",
                  "thumbprint": "\(judged.sha1)",
                  "thumbprintSHA256": "\(judged.sha256)",
                  "x5t": "\(judged.sha1URL)",
                  "x5t#S256": "\(judged.sha256URL)",
                  "customKeyIdentifierHex": "\(judged.sha1)",
                  "customKeyIdentifierBase64": "\(judged.sha1Base64)",
                  "key": "\(judged.der)",
                  "warnings": [
                    {
                      "id": "rsa-key-too-small",
                      "message": "the RSA key at file:\(path) has 1024 bits, and at least 2048 are needed; \
            Entra would answer AADSTS700027 or AADSTS50032, which speak of the RSA key size"
                    }
                  ]
                }
              ]
            }

            """))
  }

  @Test("the help names every option")
  func help() throws {
    #expect(
      try BuiltCommand.run("certificate", "--help")
        == Outcome(
          status: 0,
          output: """
            OVERVIEW: Show a certificate's thumbprints, dates and key in every form the
            services use.

            FILE is PEM, DER or a PFX, a saved answer with keyCredentials, - for standard
            input, or a pkcs11: reference to a certificate on a token. keyroll shows every
            certificate of the file in order, but no private keys, and does not judge
            whether to trust them. --format pem and jwks write all of them, der and jwk a
            single one. keyroll certificate store puts one on a token.

            Examples:
              keyroll certificate new.cer
              keyroll certificate new.pfx --format json
              keyroll certificate new.cer --format jwks > jwks.json

            USAGE: keyroll certificate [<options>] <file>

            ARGUMENTS:
              <file>                  The file with the certificate, or its reference.

            OPTIONS:
              --format <format>       Write text for people, json for programs, or the
                                      certificate alone as pem, der, jwk or jwks. (values:
                                      text, json, pem, der, jwk, jwks; default: text)
              --quiet                 Write warnings and errors, but no notes.
              --password-file <file>  Read the password from this file, without its last
                                      line break; - is standard input.
              --password-fd <number>  Read the password from this open file descriptor.
              --password-env <name>   Take the password from this environment variable.
              --at <time>             Work at this time instead of the clock's, for a
                                      machine whose clock is wrong: 2026-11-21T14:00:00Z or
                                      with an offset.
              --version               Show the version.
              -h, --help              Show help information.


            """))
  }

  @Test("standard input is read for -")
  func standardInput() throws {
    let file = try BuiltCommand.run("certificate", Fixtures.path("certificates/leaf.pem"))
    #expect(try BuiltCommand.run("certificate", "-", input: Fixtures.bytes("certificates/leaf.pem")) == file)
  }

  @Test(
    "all certificates of a file are shown in its order, an empty line between them",
    arguments: [
      ("certificates/chain-shuffled.pem", ["intermediate", "root", "leaf"]),
      ("certificates/two-leaves.pem", ["leaf", "other"]),
      ("pem/key-then-certificate.pem", ["leaf"]), ("pfx/openssl-default.p12", ["leaf"]),
      ("pfx/openssl-no-key.p12", ["leaf"]),
      ("pfx/base64.txt", ["leaf"]), ("pfx/keytool-certificates.p12", ["root"]),
    ])
  func bundle(file: String, names: [String]) throws {
    let outcome = try BuiltCommand.run(
      "certificate", Fixtures.path(file), "--password-fd", "3", descriptors: [3: Array("correct horse".utf8)])
    let shown = outcome.output.components(separatedBy: "\n\n").map { $0.prefix { $0 != "," } }
    #expect(shown == names.map { "subject              \"CN=\($0)" })
    #expect(outcome.error.isEmpty)
  }

  @Test(
    "a reason not to use a certificate is a warning with an id, and the status is still success",
    arguments: [
      ("leaf", []), ("expired", ["certificate-expired"]), ("not-yet-valid", ["certificate-not-yet-valid"]),
      ("sha1", ["certificate-weak-signature"]),
      ("no-digital-signature", ["certificate-usage"]), ("no-key-usage", []), ("root", ["certificate-usage"]),
      ("chain", []),
      ("rsa-1024", ["rsa-key-too-small"]), ("rsa-e3", ["rsa-exponent-too-small"]), ("ec-p256", ["key-not-rsa"]),
      ("ed25519", ["key-not-rsa"]), ("rsa-pss-sha256", []),
    ] as [(String, [String])])
  func warnings(name: String, ids: [String]) throws {
    let outcome = try BuiltCommand.run(["certificate", Fixtures.path("certificates/\(name).pem")] + Self.noon)
    let warnings = outcome.output.split(separator: "\n").filter { $0.hasPrefix("warning ") }
    #expect(warnings.count == ids.count)
    for (warning, id) in zip(warnings, ids) { #expect(warning.hasSuffix(" [\(id)]")) }
    #expect(outcome.status == 0)
  }

  @Test("the time decides whether it is valid, to the second")
  func validity() throws {
    for (time, warning) in [
      ("2014-12-31T23:59:59Z", "the certificate becomes valid in 1 s [certificate-not-yet-valid]"),
      ("2015-01-01T00:00:00Z", nil),
      ("2020-01-01T00:00:00Z", nil),
      ("2020-01-01T01:00:01+01:00", "the certificate expired 1 s ago [certificate-expired]"),
    ] {
      let outcome = try BuiltCommand.run("certificate", Fixtures.path("certificates/expired.pem"), "--at", time)
      let line = outcome.output.split(separator: "\n").last { $0.hasPrefix("warning ") }
      #expect(line == warning.map { "warning              \($0)" })
    }
  }

  @Test("a certificate is written alone as PEM and DER, byte for byte, and several are all written as PEM")
  func encodings() throws {
    let folder = try TemporaryFolder()
    let leaf = Fixtures.path("certificates/leaf.pem")
    let pem = try BuiltCommand.run("certificate", leaf, "--format", "pem")
    #expect(pem == Outcome(status: 0, output: try String(contentsOfFile: leaf, encoding: .utf8)))
    let der = folder.path("leaf.der")
    try folder.write([], to: "leaf.der")
    #expect(try BuiltCommand.run(["certificate", leaf, "--format", "der"], output: der).status == 0)
    #expect(try folder.bytes("leaf.der") == Fixtures.bytes("certificates/leaf.der"))
    try folder.write(try Fixtures.bytes("certificates/other.pem") + Fixtures.bytes("certificates/leaf.pem"), to: "two")
    let two = try BuiltCommand.run("certificate", folder.path("two"), "--format", "pem")
    #expect(try two == Outcome(status: 0, output: String(decoding: folder.bytes("two"), as: UTF8.self)))
    let which = try BuiltCommand.run("certificate", folder.path("two"), "--format", "der")
    #expect(which.status == 2 && which.output.isEmpty && which.error.contains("[several-certificates]"), "\(which)")
    let session = try TerminalSession(BuiltCommand.path, ["certificate", leaf, "--format", "der"])
    let outcome = try session.finish()
    #expect(outcome.status == 64 && outcome.output.contains("--format der writes bytes"), "\(outcome)")
  }

  @Test("a JWK has the key's numbers and its thumbprint of RFC 7638 as kid, and a JWK Set has all of them")
  func keys() throws {
    func base64URL(_ bytes: [UInt8]) -> String {
      Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
    func sha256(_ text: String) throws -> String {
      let folder = try TemporaryFolder()
      let digest = folder.path("digest")
      let outcome = try Judge.run(
        "/usr/bin/openssl", ["dgst", "-sha256", "-binary", "-out", digest], input: Array(text.utf8))
      try #require(outcome.status == 0)
      return base64URL(try folder.bytes("digest"))
    }
    let modulus = try Judge.run(
      "/usr/bin/openssl", ["x509", "-in", Fixtures.path("certificates/leaf.pem"), "-noout", "-modulus"])
    let digits = Array(modulus.output.dropFirst("Modulus=".count).dropLast())
    let bytes = stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0...$0 + 1]), radix: 16) }
    let number = base64URL(bytes)
    let outcome = try BuiltCommand.run("certificate", Fixtures.path("certificates/leaf.pem"), "--format", "jwk")
    let key = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    #expect(outcome.status == 0 && key["kty"] as? String == "RSA" && key["e"] as? String == "AQAB", "\(outcome)")
    #expect(key["n"] as? String == number)
    #expect(try key["kid"] as? String == sha256(#"{"e":"AQAB","kty":"RSA","n":"\#(number)"}"#))
    #expect(key["d"] == nil && key["p"] == nil)
    // It accepts its own output as a key to verify with.
    let folder = try TemporaryFolder()
    for format in ["jwk", "jwks"] {
      let written = try BuiltCommand.run("certificate", Fixtures.path("certificates/leaf.pem"), "--format", format)
      try folder.write(Array(written.output.utf8), to: format)
      let judged = try BuiltCommand.run(
        "verify", "--algorithm", "RS256", "--public-key", folder.path(format), "--at", "2023-11-14T22:15:00Z",
        Fixtures.path("tokens/proof.jwt"))
      #expect(judged.output.contains("\nsignature: accepted\n"), "\(judged)")
    }
    let set = try BuiltCommand.run("certificate", Fixtures.path("certificates/leaf.pem"), "--format", "jwks")
    let keys = try #require(try JSONSerialization.jsonObject(with: Data(set.output.utf8)) as? [String: Any])
    #expect((keys["keys"] as? [[String: Any]])?.map { $0["kid"] as? String } == [key["kid"] as? String])
  }

  @Test("names from the certificate cannot move the cursor or turn the text around")
  func hostileName() throws {
    for format in ["text", "json"] {
      let outcome = try BuiltCommand.run(
        "certificate", Fixtures.path("certificates/hostile-subject.pem"), "--format", format)
      #expect(outcome.output.unicodeScalars.allSatisfy { $0 == "\n" || (0x20..<0x7F).contains($0.value) })
    }
  }

  @Test(
    "a file without a certificate is refused with the exact reason",
    arguments: [
      ("certificates/no-certificate.pem", "no-certificate"),
      ("certificates/not-a-certificate.pem", "malformed-certificate"),
      ("certificates/truncated.der", "malformed-certificate"), ("certificates/trailing.der", "trailing-data"),
      ("certificates/missing.pem", "file-unreadable"), ("certificates", "file-unreadable"),
      ("keys/rsa-2048.pem", "no-certificate"),
      ("pem/garbage.bin", "unrecognised-key-file"), ("pfx/truncated.p12", "malformed-pfx"),
    ])
  func refused(file: String, id: String) throws {
    let outcome = try BuiltCommand.run("certificate", Fixtures.path(file))
    #expect(outcome.status == 2)
    #expect(outcome.output.isEmpty)
    #expect(outcome.error.split(separator: "\n").first?.hasSuffix(" [\(id)]") ?? false, "\(outcome)")
  }
}
