import Foundation
import TestSupport
import Testing

@Suite(.tags(.process)) struct VerifyRegisteredTests {
  private static let leaf = Fixtures.path("certificates/leaf.pem")
  private static let other = Fixtures.path("certificates/other.pem")

  private static func saved(_ name: String) -> String { Fixtures.path("key-credentials/\(name).json") }
  private static func token(_ name: String) -> String { Fixtures.path("tokens/\(name).jwt") }

  private static func verify(_ certificates: [String], _ token: String, _ options: [String] = []) throws -> Outcome {
    try BuiltCommand.run(
      ["verify", "--profile", "graph-proof", "--object-id", SignCommandTests.objectID, "--at", "2023-11-14T22:18:20Z"]
        + certificates.flatMap { ["--certificate", $0] } + options + [token])
  }

  @Test("the report ends with the entry that signed, when it ends, and what would be left without it")
  func text() throws {
    let outcome = try Self.verify([Self.saved("application")], Self.token("proof"))
    #expect(outcome.status == 0)
    #expect(outcome.error.isEmpty)
    #expect(outcome.output.hasPrefix("ACCEPTED  graph-proof, judged for 2023-11-14T22:18:20Z\n"))
    #expect(outcome.output.contains("\n  passed   registration          \"49b5038b-acf5-5f91-a1a2-30dd37ad62ae\"\n"))
    #expect(
      outcome.output.hasSuffix(
        """
          passed   other-claims

        registration:
          signed by        49b5038b-acf5-5f91-a1a2-30dd37ad62ae ("CN=leaf, O=keyroll fixtures")
          valid            2022-01-01T00:00:00Z to 2025-01-01T00:00:00Z (413 d 1 h left)
          after removeKey  d0a919b4-6dbc-5e25-a794-8ca89dd382cc ("CN=other, O=keyroll fixtures"), until 2026-06-01T12:30:00Z

        ACCEPTED  graph-proof, judged for 2023-11-14T22:18:20Z

        """), "\(outcome)")
  }

  @Test("a certificate that is not RSA is ignored beside others, but refused alone")
  func otherKeys() throws {
    let elliptic = Fixtures.path("certificates/ec-p256.pem")
    for certificates in [[elliptic, Self.leaf], [Self.leaf, elliptic], [Self.saved("application"), elliptic]] {
      #expect(try Self.verify(certificates, Self.token("proof")).status == 0)
    }
    let alone = try Self.verify([elliptic], Self.token("proof"))
    #expect(alone.status == 2)
    #expect(alone.error.contains("the public key is EC P-256, and only RSA signatures are judged here [key-not-rsa]"))
    let named = try Self.verify([elliptic, Self.other], Fixtures.path("refused-tokens/certificate-ec-p256.jwt"))
    #expect(named.status == 1)
    #expect(named.output.contains("the certificate that the header names cannot be used: the public key is EC P-256"))
  }

  @Test("the last valid entry gives a warning, and its name is escaped")
  func last() throws {
    let outcome = try Self.verify([Self.saved("hostile-name")], Self.token("proof"))
    #expect(outcome.status == 0)
    let name = #"49b5038b-acf5-5f91-a1a2-30dd37ad62ae ("\u001b[31mred\u001b[0m\u0007\u202etxt.exe")"#
    #expect(
      outcome.output.hasSuffix(
        """

        registration:
          signed by  \(name)
          valid      2022-01-01T00:00:00Z to 2025-01-01T00:00:00Z (413 d 1 h left)
          warning    no other entry is valid: after a removeKey of \(name), or when it ends, no key could sign \
        [last-valid-registration]
                     hint: add another certificate with addKey first

        ACCEPTED  graph-proof, judged for 2023-11-14T22:18:20Z

        """), "\(outcome)")
  }

  @Test("the JSON form has the same under registration, and no such member if no registered key signed")
  func json() throws {
    func registration(_ file: String, _ token: String) throws -> [String: Any]? {
      let outcome = try Self.verify([Self.saved(file)], Self.token(token), ["--format", "json"])
      let report = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
      #expect(report["version"] as? Int == 1)
      return report["registration"] as? [String: Any]
    }
    let two = try #require(try registration("application", "proof"))
    #expect(
      two["entry"] as? [String: String] == [
        "keyId": "49b5038b-acf5-5f91-a1a2-30dd37ad62ae", "displayName": "CN=leaf, O=keyroll fixtures",
        "startDateTime": "2022-01-01T00:00:00Z", "endDateTime": "2025-01-01T00:00:00Z",
        "validUntil": "2025-01-01T00:00:00Z",
      ])
    let left = try #require(two["validAfterRemoveKey"] as? [[String: String]])
    #expect(left.map { $0["keyId"] } == ["d0a919b4-6dbc-5e25-a794-8ca89dd382cc"])
    #expect(left.map { $0["endDateTime"] } == ["2026-06-01T12:30:00Z"])
    #expect((two["warnings"] as? [Any])?.isEmpty == true)

    let one = try #require(try registration("only-leaf", "proof"))
    #expect((one["validAfterRemoveKey"] as? [Any])?.isEmpty == true)
    #expect((one["warnings"] as? [[String: String]])?.first?["id"] == "last-valid-registration")

    #expect(try registration("application", "proof-changed") == nil)
    #expect(try registration("az", "proof") == nil)
    let plain = try Self.verify([Self.leaf], Self.token("proof"), ["--format", "json"])
    #expect(!plain.output.contains("registration"))
  }

  @Test(
    "the one of several certificates that the token names is used, and each fault has its own reason",
    arguments: [
      ([leaf, other], "proof", nil), ([other, leaf], "proof", nil), ([saved("application")], "proof", nil),
      ([saved("az"), leaf], "proof", nil), ([other, saved("only-leaf")], "proof", nil),
      ([Fixtures.path("certificates/two-leaves.pem"), other], "proof", nil),
      ([leaf, other], "proof-by-other-key", "signature: signed-by-another"),
      ([leaf, other], "proof-newline-signed", "signature: signature-with-newline"),
      (
        [Fixtures.path("certificates/rsa-4096.pem"), other], "proof",
        "x5t: thumbprint-of-another, signature: key-not-registered"
      ),
      ([leaf, Fixtures.path("certificates/rsa-4096.pem")], "proof-x5t-of-other", "x5t: thumbprint-of-another"),
      ([saved("az")], "proof", "signature: certificate-not-given"),
      ([saved("only-other"), leaf], "proof", "registration: key-not-registered"),
      ([saved("empty"), leaf], "proof", "registration: key-not-registered"),
      ([saved("entry-ended")], "proof", "registration: registration-expired"),
      ([saved("entry-not-begun")], "proof", "registration: registration-not-yet-valid"),
    ] as [([String], String, String?)])
  func selection(certificates: [String], token: String, expected: String?) throws {
    let outcome = try Self.verify(certificates, Self.token(token), ["--format", "json"])
    #expect(outcome.status == (expected == nil ? 0 : 1), "\(outcome)")
    let report = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    let checks = try #require(report["checks"] as? [[String: Any]])
    let failed = checks.filter { $0["status"] as? String == "failed" }
    let reasons = failed.map { "\($0["id"] as? String ?? ""): \($0["reason"] as? String ?? "")" }
    #expect(reasons.joined(separator: ", ") == expected ?? "")
  }

  @Test("a token without a hint is judged by the valid certificate, or by none if none made the signature")
  func noHint() throws {
    let signed = try BuiltCommand.run(
      "sign", "claims", "--key", Fixtures.path("keys/rsa-2048.pem"), "--profile", "github-app", "--parameter",
      "client-id=Iv1.0", "--at", "2023-11-14T22:13:20Z")
    #expect(signed.status == 0, "\(signed)")
    func verify(_ names: [String]) throws -> Outcome {
      try BuiltCommand.run(
        ["verify", "--algorithm", "RS256", "--at", "2023-11-14T22:13:30Z", "-"]
          + names.flatMap { ["--certificate", Fixtures.path("certificates/\($0).pem")] },
        input: Array(signed.output.utf8))
    }
    for names in [["expired", "leaf"], ["leaf", "expired"], ["other", "not-yet-valid", "renewed"]] {
      let outcome = try verify(names)
      #expect(outcome.status == 0, "\(outcome)")
    }
    let expired = try verify(["expired", "other"])
    #expect(expired.status == 1)
    #expect(expired.output.contains("[certificate-expired]\n"))
    let unknown = try verify(["other", "rsa-4096"])
    #expect(unknown.status == 1)
    #expect(
      unknown.output.contains(
        "  FAILED   signature             the header names none of the 2 given keys, and none of them made the "
          + "signature over this header and payload [no-key-verifies]\n"), "\(unknown)")
  }

  @Test("a certificate that is registered but not in the saved answer is asked for by name")
  func notGiven() throws {
    let outcome = try Self.verify([Self.saved("az")], Self.token("proof"))
    #expect(outcome.status == 1)
    #expect(
      outcome.output.contains(
        """
          FAILED   signature             the certificate that the header names is registered as \
        49b5038b-acf5-5f91-a1a2-30dd37ad62ae ("CN=leaf, O=keyroll fixtures"), but the saved answer lacks the certificate: its key is \
        null [certificate-not-given]
                                         hint: give the certificate itself as well, by --certificate

        """), "\(outcome)")
  }

  @Test(
    "a file of the wrong kind is refused, and there is no verdict",
    arguments: [
      ("truncated", "malformed-key-credentials"), ("duplicate-name", "malformed-key-credentials"),
      ("powershell-cut-early", "malformed-key-credentials"), ("nested", "malformed-key-credentials"),
      ("two-applications", "several-objects"), ("page", "incomplete-answer"), ("empty", "no-key-credentials"),
      ("single", "unrecognised-key-file"), ("error", "malformed-key-credentials"),
      ("key-base64url", "malformed-key-credentials"), ("key-garbage", "malformed-key-credentials"),
    ])
  func refused(file: String, id: String) throws {
    let outcome = try Self.verify([Self.saved(file)], Self.token("proof"))
    #expect(outcome.status == 2)
    #expect(outcome.output.isEmpty)
    #expect(outcome.error.hasPrefix("keyroll: error: ") && outcome.error.contains("[\(id)]\n"), "\(outcome)")
  }

  @Test(
    "an answer is accepted as it was saved, and the report names the entry that signed",
    arguments: [
      "powershell-7.json", "powershell-5.json", "utf-16.json", "curl-i.http", "batch.json", "portal-manifest.json",
    ])
  func otherTools(file: String) throws {
    let outcome = try Self.verify([Fixtures.path("key-credentials/\(file)")], Self.token("proof"))
    #expect(outcome == (try Self.verify([Self.saved("application")], Self.token("proof"))))
    #expect(outcome.status == 0)
  }

  @Test("the one of many objects with the given id is used, and none if none has it")
  func chosen() throws {
    let folder = try TemporaryFolder()
    let own = try #require(String(validating: try Fixtures.bytes("key-credentials/application.json"), as: UTF8.self))
    func listing(_ id: String) throws -> String {
      let application = own.replacing(SignCommandTests.objectID, with: id)
      let others = [1, 2].map { #"{"id": "10000000-0000-4000-8000-00000000000\#($0)", "keyCredentials": []}"# }
      return try folder.write(
        Array(#"{"value": [\#(others[0]), \#(application), \#(others[1])], "@odata.nextLink": "https://x"}"#.utf8),
        to: "list.json")
    }
    let found = try Self.verify([try listing(SignCommandTests.objectID)], Self.token("proof"))
    #expect(found.status == 0, "\(found)")
    #expect(found.output.contains("signed by        49b5038b-acf5-5f91-a1a2-30dd37ad62ae"))
    let absent = try Self.verify([try listing("10000000-0000-4000-8000-000000000009")], Self.token("proof"))
    #expect(absent.status == 2)
    #expect(absent.error.contains("[incomplete-answer]"), "\(absent)")
  }

  @Test("one saved answer of up to 1 MiB is read, from standard input too, and never two")
  func limits() throws {
    let bytes = try Fixtures.bytes("key-credentials/application.json")
    let fitting = bytes + [UInt8](repeating: 0x20, count: (1 << 20) - bytes.count)
    #expect(try Self.verify(["-"], Self.token("proof"), []).status == 2)
    func verify(_ input: [UInt8]) throws -> Outcome {
      try BuiltCommand.run(
        [
          "verify", "--algorithm", "RS256", "--at", "2023-11-14T22:18:20Z", "--certificate", "-", Self.token("proof"),
        ], input: input)
    }
    #expect(try verify(fitting).status == 0)
    let tooLarge = try verify(fitting + [0x20])
    #expect(tooLarge.status == 2)
    #expect(tooLarge.error.contains("[file-too-large]\n"), "\(tooLarge)")
    let two = try Self.verify([Self.saved("only-leaf"), Self.saved("only-other")], Self.token("proof"))
    #expect(two.status == 64)
    #expect(two.error.contains("only one --certificate can be a saved answer"), "\(two)")
  }
}
