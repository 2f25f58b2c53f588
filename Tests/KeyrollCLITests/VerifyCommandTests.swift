import Foundation
import TestSupport
import Testing

@Suite(.tags(.process)) struct VerifyCommandTests {
  private static let certificate = Fixtures.path("certificates/leaf.pem")
  private static let proof = [
    "verify", "--profile", "graph-proof", "--certificate", certificate, "--object-id", SignCommandTests.objectID,
    "--at",
    "2023-11-14T22:18:20Z",
  ]
  private static let general = [
    "verify", "--certificate", certificate, "--algorithm", "RS256", "--at", "2023-11-14T22:18:20Z",
    Fixtures.path("tokens/proof.jwt"),
  ]

  @Test("an accepted proof is reported check by check")
  func accepted() throws {
    let outcome = try BuiltCommand.run(Self.proof + [Fixtures.path("tokens/proof.jwt")])
    #expect(
      outcome
        == Outcome(
          status: 0,
          output: """
            ACCEPTED  graph-proof, judged for 2023-11-14T22:18:20Z

            format: accepted
              passed   serialization
              passed   header-encoding
              passed   payload-encoding
              passed   signature-encoding
              passed   header-json
              passed   claims-json

            signature: accepted
              passed   header-names
              passed   typ                   "JWT"
              passed   alg                   "RS256"
              passed   key                   "RSA 2048"
              passed   key-hint              "x5t"
              passed   x5t                   "iIkaIy08S8eE6UqAK3PDR5p-4aA"
              skipped  x5t-s256              not there and not needed
              skipped  kid                   not there and not needed
              skipped  x5c                   not there and not needed
              passed   signature
              passed   certificate-dates
              passed   certificate-usage
              passed   certificate-signature

            claims: accepted
              passed   aud                   "00000002-0000-0000-c000-000000000000"
              passed   iss                   "0b5f2f6e-7a8a-4d4e-9f53-3f6c2b1a9d01"
              skipped  iat                   not there and not needed
              passed   nbf                   1700000000 = 2023-11-14T22:13:20Z
              passed   exp                   1700000600 = 2023-11-14T22:23:20Z
              passed   lifetime              600 s
              passed   other-claims

            ACCEPTED  graph-proof, judged for 2023-11-14T22:18:20Z

            """))
  }

  @Test("a token comes from an argument, a file or standard input; only a file's own line break is tolerated")
  func sources() throws {
    let bytes = try Fixtures.bytes("tokens/proof.jwt")
    let text = try #require(String(bytes: bytes, encoding: .utf8))
    #expect(try BuiltCommand.run(Self.proof + [text]).status == 0)
    #expect(try BuiltCommand.run(Self.proof + ["-"], input: bytes).status == 0)
    #expect(try BuiltCommand.run(Self.proof, input: bytes).status == 0)
    let withNewline = try BuiltCommand.run(Self.proof + ["-"], input: bytes + [0x0A])
    #expect(withNewline.status == 0 && withNewline.error.isEmpty, "\(withNewline)")
    #expect(try BuiltCommand.run(Self.proof + ["-"], input: bytes + [0x0A, 0x0A]).status == 1)
    #expect(try BuiltCommand.run(Self.proof + [text + "\n"]).status == 1)
  }

  @Test("text around a token is named, with the verdict without it, and the token is still rejected")
  func surroundings() throws {
    let proof = try #require(String(bytes: try Fixtures.bytes("tokens/proof.jwt"), encoding: .utf8))
    for (text, problem) in [
      ("Bearer \(proof)", "begins with \"Bearer \""), ("'\(proof)'", "has quotation marks around the token"),
      ("{\"proof\":\"\(proof)\"}", "is JSON, with the token in the member \"proof\""),
    ] {
      let outcome = try BuiltCommand.run(Self.proof + [text])
      #expect(outcome.status == 1)
      #expect(
        outcome.output.hasPrefix("REJECTED  graph-proof, judged for 2023-11-14T22:18:20Z, 1 check failed\n"),
        "\(outcome)")
      #expect(outcome.output.contains(" the text \(problem) ["), "\(outcome)")
      #expect(
        outcome.output.hasSuffix(
          """

          the text \(problem):
            without it the token is accepted; a service is sent the bytes as they are, so send the token alone

          REJECTED  graph-proof, judged for 2023-11-14T22:18:20Z

          """), "\(outcome)")
    }
    let late = try BuiltCommand.run(
      Self.proof.map { $0.replacing("22:18:20", with: "22:23:20") } + ["Bearer \(proof)"])
    #expect(
      late.output.hasSuffix(
        """

        the text begins with "Bearer ":
          without it the token is still rejected:
          FAILED   exp                   exp is 2023-11-14T22:23:20Z, 0 s ago [expired]
                                         hint: make a new token
                                         the service would answer: 401 Authentication_MissingOrMalformed, "Access Token missing or malformed."; it means the proof, not the access token

        REJECTED  graph-proof, judged for 2023-11-14T22:23:20Z

        """), "\(late)")
  }

  @Test("a token that was wrapped after signing does not count as altered", arguments: [0, 9])
  func notAltered(place: Int) throws {
    let proof = try #require(String(bytes: try Fixtures.bytes("tokens/proof.jwt"), encoding: .utf8))
    let index = proof.index(try #require(proof.firstIndex(of: ".")), offsetBy: place)
    let text = proof[..<index] + "\n" + proof[index...]
    let outcome = try BuiltCommand.run(Self.proof + ["-"], input: Array(text.utf8))
    #expect(outcome.status == 1)
    #expect(
      outcome.output.contains(
        "\n  skipped  signature             good over the canonical base64url: the extra characters of the segments were added after signing\n"
      ), "\(outcome)")
    #expect(!outcome.output.contains("altered"))
    #expect(outcome.output.contains("without it the token is accepted"), "\(outcome)")
  }

  @Test("an expired certificate that was given as a public key gives a note")
  func endedPublicKey() throws {
    let outcome = try BuiltCommand.run(
      "verify", "--public-key", Self.certificate, "--algorithm", "RS256", "--at", "2099-01-01T00:00:00Z",
      Fixtures.path("tokens/proof.jwt"))
    #expect(
      outcome.output.contains(
        "\n  warning  certificate-dates     the public key was taken from a certificate that ended at "), "\(outcome)")
    #expect(outcome.output.contains("hint: give it by --certificate, and its dates are judged\n"))
  }

  @Test("the JSON form has a version, the three verdicts, and the reasons of the failed checks")
  func json() throws {
    let outcome = try BuiltCommand.run(
      Self.proof + ["--format", "json", Fixtures.path("tokens/proof-graph-app-audience.jwt")])
    #expect(outcome.status == 1)
    let report = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    #expect(report["version"] as? Int == 1)
    #expect(report["accepted"] as? Bool == false)
    #expect(report["verdicts"] as? [String: Bool] == ["format": true, "signature": true, "claims": false])
    let checks = try #require(report["checks"] as? [[String: Any]])
    let failed = checks.filter { $0["status"] as? String == "failed" }
    #expect(failed.count == 1)
    #expect(failed.first?["id"] as? String == "aud")
    #expect(failed.first?["reason"] as? String == "claim-known-mistake")
    #expect(failed.first?["found"] as? String == "00000003-0000-0000-c000-000000000000")
    #expect((failed.first?["service"] as? String)?.hasPrefix("401 Authentication_MissingOrMalformed") == true)
  }

  @Test(
    "the checks have one order, and ids that never change",
    arguments: ["tokens/proof.jwt", "tokens/proof-two-parts.jwt", "tokens/proof-none.jwt"])
  func order(file: String) throws {
    let outcome = try BuiltCommand.run(Self.proof + ["--format", "json", Fixtures.path(file)])
    let report = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    let ids = (report["checks"] as? [[String: Any]])?.compactMap { $0["id"] as? String }
    #expect(
      ids == [
        "serialization", "header-encoding", "payload-encoding", "signature-encoding", "header-json", "claims-json",
        "header-names", "typ", "alg", "key", "key-hint", "x5t", "x5t-s256", "kid", "x5c", "signature",
        "certificate-dates",
        "certificate-usage", "certificate-signature", "aud", "iss", "iat", "nbf", "exp", "lifetime", "other-claims",
      ])
  }

  @Test("a public key is read as PEM, DER, JWK and JWK Set", arguments: publicKeyFiles)
  func publicKeys(file: String) throws {
    let outcome = try BuiltCommand.run(
      "verify", "--public-key", Fixtures.path(file), "--algorithm", "RS256", "--at", "2023-11-14T22:18:20Z",
      Fixtures.path("tokens/assertion-rs256.jwt"))
    // The token names its certificate by a thumbprint, which a bare key cannot confirm.
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.output.contains("\n  passed   signature\n"), "\(outcome)")
    #expect(outcome.output.contains("  warning  x5t ") && outcome.output.contains("[thumbprint-not-comparable]\n"))
    // The service that finds the certificate by it would need that.
    let proof = try BuiltCommand.run(
      "verify", "--public-key", Fixtures.path(file), "--profile", "graph-proof", "--at", "2023-11-14T22:18:20Z",
      Fixtures.path("tokens/proof.jwt"))
    #expect(proof.status == 1)
    #expect(proof.output.contains("  FAILED   x5t ") && proof.output.contains("[thumbprint-not-comparable]\n"))
  }

  @Test(
    "a JSON Web Key for one algorithm verifies no other", arguments: ["public-keys/named.jwk", "public-keys/set.jwks"])
  func boundKey(file: String) throws {
    let outcome = try BuiltCommand.run(
      "verify", "--public-key", Fixtures.path(file), "--algorithm", "PS256", "--at", "2023-11-14T22:18:20Z",
      "--lenient",
      Fixtures.path("tokens/assertion.jwt"))
    #expect(outcome.status == 1)
    #expect(outcome.output.contains("[key-not-for-algorithm]\n"), "\(outcome)")
  }

  private static let publicKeyFiles = ["spki.pem", "spki.der", "key.jwk", "named.jwk", "set.jwks"].map {
    "public-keys/\($0)"
  }

  @Test(
    "without a profile the given options decide",
    arguments: [
      ([], 0), (["--issuer", SignCommandTests.objectID], 0), (["--issuer", "somebody"], 1),
      (["--audience", "00000002-0000-0000-c000-000000000000"], 0), (["--audience", "nobody"], 1),
      (["--subject", "me"], 1),
      (["--require", "exp", "--require", "iss"], 0), (["--require", "jti"], 1), (["--at", "2023-11-14T22:23:20Z"], 1),
      (["--at", "2023-11-14T22:23:20Z", "--leeway", "1s"], 0), (["--at", "2023-11-14T22:13:19Z"], 1),
    ] as [([String], Int32)])
  func general(options: [String], status: Int32) throws {
    let arguments =
      options.contains("--at") ? Self.general.filter { $0 != "--at" && $0 != "2023-11-14T22:18:20Z" } : Self.general
    #expect(try BuiltCommand.run(arguments + options).status == status)
  }

  @Test("an algorithm that is not on the list is refused although the signature is good")
  func allowList() throws {
    let outcome = try BuiltCommand.run(Self.general.map { $0 == "RS256" ? "PS256" : $0 })
    #expect(outcome.status == 1)
    #expect(
      outcome.output.contains(
        "FAILED   alg                   alg is RS256, and only PS256 may be used [algorithm-not-allowed]\n"))
    #expect(outcome.output.contains("\n  passed   signature\n"))
  }

  @Test(
    "a check that somebody asks for is never silently left out",
    arguments: [
      ["--profile", "graph-proof", "--issuer", "x"], ["--profile", "graph-proof", "--tenant", "t"],
      ["--profile", "entra-assertion", "--object-id", SignCommandTests.objectID],
      ["--object-id", SignCommandTests.objectID],
      ["--profile", "github-app", "--client-id", SignCommandTests.clientID], ["--parameter", "a=b"],
      ["--cloud", "china"],
      ["--profile", "graph-proof", "--lenient"],
    ])
  func ignoredOptions(options: [String]) throws {
    let outcome = try BuiltCommand.run(
      ["verify", "--certificate", Self.certificate, "--algorithm", "RS256"] + options + ["e30.e30."])
    #expect(outcome.status == 64, "\(outcome)")
    #expect(outcome.error.hasPrefix("keyroll: error: ") && outcome.error.contains("[usage]\nkeyroll: hint: "))
    #expect(outcome.output.isEmpty)
  }

  @Test(
    "the certificate may be in a PFX, also a legacy one, whose password an option names, or in the answer of a vault",
    arguments: [
      "pfx/openssl-default.p12", "pfx/openssl-rc2-128.p12", "pfx/nss-rc2-40.p12", "key-files/vault-secret.json",
      "key-files/vault-certificate.json", "key-files/chain.p7b",
    ])
  func wrappedCertificate(_ file: String) throws {
    let folder = try TemporaryFolder()
    let password = try folder.write(Array("correct horse".utf8), to: "password")
    let proof = Self.proof.map { $0 == Self.certificate ? Fixtures.path(file) : $0 }
    let outcome = try BuiltCommand.run(
      proof + ["--password-file", password, Fixtures.path("tokens/proof.jwt")])
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.output.contains("  passed   x5t "))
  }

  @Test("a JSON Web Key that carries x5t or x5c is compared by them")
  func keyWithThumbprint() throws {
    let folder = try TemporaryFolder()
    let der = try Fixtures.bytes("certificates/leaf.der")
    func outcome(_ members: [String: Any]) throws -> Outcome {
      let key = try JSONSerialization.jsonObject(with: Data(Fixtures.bytes("public-keys/key.jwk"))) as? [String: Any]
      let text = try JSONSerialization.data(withJSONObject: (key ?? [:]).merging(members) { $1 })
      let file = try folder.write(Array(text), to: "key.jwk")
      let arguments = Self.proof.map { $0 == "--certificate" ? "--public-key" : $0 == Self.certificate ? file : $0 }
      return try BuiltCommand.run(arguments + [Fixtures.path("tokens/proof.jwt")])
    }
    for members in [["x5t": "iIkaIy08S8eE6UqAK3PDR5p-4aA"], ["x5c": [Data(der).base64EncodedString()]]]
      as [[String: Any]]
    {
      let outcome = try outcome(members)
      #expect(outcome.status == 0 && outcome.output.contains("  passed   x5t "), "\(outcome)")
    }
    let other = try outcome(["x5t": "AAAAAAAAAAAAAAAAAAAAAAAAAAA"])
    #expect(other.status == 1 && other.output.contains("[thumbprint-of-another]"), "\(other)")
    let both = try outcome(["x5t": "AAAAAAAAAAAAAAAAAAAAAAAAAAA", "x5c": [Data(der).base64EncodedString()]])
    #expect(both.status == 2 && both.error.contains("x5t is not of the certificate in x5c"), "\(both)")
  }

  @Test(
    "without a key, an algorithm or a token there is an error and no verdict",
    arguments: [
      (["verify", "--algorithm", "RS256", "e30.e30."], 64, "usage"),
      (["verify", "--certificate", certificate, "e30.e30."], 64, "usage"),
      (
        ["verify", "--certificate", Fixtures.path("pfx/openssl-default.p12"), "--algorithm", "RS256", "e30.e30."], 2,
        "password-required"
      ),
      (
        ["verify", "--certificate", Fixtures.path("tokens/empty.jwt"), "--algorithm", "RS256", "e30.e30."], 2,
        "unrecognised-key-file"
      ),
      (["verify", "--certificate", "/nonexistent", "--algorithm", "RS256", "e30.e30."], 2, "file-unreadable"),
      (["verify", "--certificate", certificate, "--algorithm", "RS256", "/nonexistent"], 2, "file-unreadable"),
      (["verify", "--certificate", certificate, "--algorithm", "HS256", "e30.e30."], 64, "usage"),
      (
        ["verify", "--public-key", Fixtures.path("keys/ec-p256.pem"), "--algorithm", "RS256", "e30.e30."], 2,
        "no-public-key"
      ),
      (["verify", "--certificate", "-", "--algorithm", "RS256", "-"], 64, "usage"),
      (["verify", "--profile", "nobody", "--certificate", certificate, "e30.e30."], 2, "unknown-profile"),
    ] as [([String], Int32, String)])
  func errors(arguments: [String], status: Int32, id: String) throws {
    let outcome = try BuiltCommand.run(arguments)
    #expect(outcome.status == status, "\(outcome)")
    #expect(outcome.output.isEmpty)
    #expect(outcome.error.contains("[\(id)]\n"), "\(outcome)")
  }

  @Test("text in a token is escaped before it reaches a terminal")
  func escaping() throws {
    let header = Data("{\"alg\":\"RS256\\u001b[2J\\u202e\"}".utf8).base64EncodedString().replacing("=", with: "")
    let outcome = try BuiltCommand.run([
      "verify", "--certificate", Self.certificate, "--algorithm", "RS256", "\(header).e30.AA",
    ])
    #expect(outcome.status == 1)
    #expect(outcome.output.contains(#"alg is "RS256\u001b[2J\u202e", and only RS256 may be used"#), "\(outcome)")
    #expect(!outcome.output.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{202E}" })
  }
}
