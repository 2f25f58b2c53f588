import Foundation
import TestSupport
import Testing

@Suite(.tags(.process)) struct CredentialsCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let at = ["--at", "2026-12-01T12:00:00Z"]

  /// Two applications, one of them for SAML, as Graph lists them, with names that somebody else chose.
  static let listing = #"""
    {"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#applications(id,appId,displayName)", "value": [
      {"id": "10000000-0000-4000-8000-000000000001", "appId": "20000000-0000-4000-8000-000000000001",
       "displayName": "=cmd|' /C calc'!A0", "passwordCredentials": [
        {"keyId": "30000000-0000-4000-8000-000000000002", "displayName": "a \"quoted\", one\r\nand more",
         "startDateTime": "2026-01-01T00:00:00Z", "endDateTime": "2027-06-01T00:00:00.123Z", "hint": "abc"}],
       "keyCredentials": [
        {"keyId": "30000000-0000-4000-8000-000000000001", "type": "AsymmetricX509Cert", "usage": "Verify",
         "customKeyIdentifier": "ABABABABABABABABABABABABABABABABABABABAB", "displayName": "+1\u001b[31m", "key": null,
         "startDateTime": "2024-01-01T00:00:00Z", "endDateTime": "2026-12-20T00:00:00Z"}]},
      {"id": "10000000-0000-4000-8000-000000000002", "appId": "20000000-0000-4000-8000-000000000002",
       "displayName": "sso", "passwordCredentials": [
        {"keyId": "30000000-0000-4000-8000-000000000003", "customKeyIdentifier": null, "displayName": null,
         "startDateTime": "2025-12-01T00:00:00Z", "endDateTime": "2026-11-01T00:00:00Z"}],
       "keyCredentials": [
        {"keyId": "30000000-0000-4000-8000-000000000003", "type": "X509CertAndPassword", "usage": "Sign",
         "customKeyIdentifier": "CDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCD", "displayName": "CN=sso", "key": null,
         "startDateTime": "2025-12-01T00:00:00Z", "endDateTime": "2026-11-01T00:00:00Z"},
        {"keyId": "30000000-0000-4000-8000-000000000004", "type": "AsymmetricX509Cert", "usage": "Verify",
         "customKeyIdentifier": "CDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCD", "displayName": "CN=sso", "key": null,
         "startDateTime": "2025-12-01T00:00:00Z", "endDateTime": "2026-11-01T00:00:00Z"}]},
      {"id": "10000000-0000-4000-8000-000000000003", "appId": "20000000-0000-4000-8000-000000000003",
       "displayName": "empty", "keyCredentials": [], "passwordCredentials": []}]}
    """#

  private func run(_ arguments: [String], input: String = listing) throws -> Outcome {
    try BuiltCommand.run(["credentials", "-"] + arguments + Self.at, input: Array(input.utf8))
  }

  @Test("every key and secret is listed by its object, with what has to be done, and the sum first and last")
  func text() throws {
    #expect(
      try run(["--max-lifetime", "730d"])
        == Outcome(
          status: 1,
          output: #"""
            2 DUE  of 3 credentials on 3 objects (1 ALONE, 1 LONG, 1 SAML), within 30 d of 2026-12-01T12:00:00Z

            "=cmd|' /C calc'!A0" application 10000000-0000-4000-8000-000000000001 (appId 20000000-0000-4000-8000-000000000001), in "standard input"
              key 30000000-0000-4000-8000-000000000001  DUE LONG
                ends        2026-12-20T00:00:00Z (in 18 d 12 h), began 2024-01-01T00:00:00Z
                thumbprint  ABABABABABABABABABABABABABABABABABABABAB  q6urq6urq6urq6urq6urq6urq6s
                name        "+1\u001b[31m"
                LONG        lives 1084 d, longer than 730 d
              secret 30000000-0000-4000-8000-000000000002
                ends        2027-06-01T00:00:00Z (in 181 d 12 h), began 2026-01-01T00:00:00Z
                name        "a \"quoted\", one\u000d\u000aand more"

            "sso" application 10000000-0000-4000-8000-000000000002 (appId 20000000-0000-4000-8000-000000000002), in "standard input"
              SAML certificate  DUE ALONE SAML
                entries     30000000-0000-4000-8000-000000000003 Sign
                            30000000-0000-4000-8000-000000000004 Verify
                            30000000-0000-4000-8000-000000000003 secret
                ends        2026-11-01T00:00:00Z (ended 30 d 12 h ago), began 2025-12-01T00:00:00Z
                thumbprint  CDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCD  zc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc0
                name        "CN=sso"
                ALONE       nothing else is valid

            "empty" application 10000000-0000-4000-8000-000000000003 (appId 20000000-0000-4000-8000-000000000003), in "standard input"
              nothing is registered

            2 DUE  of 3 credentials on 3 objects (1 ALONE, 1 LONG, 1 SAML), within 30 d of 2026-12-01T12:00:00Z

            """#))
  }

  @Test("--only-due lists only what is due, and with nothing due the status is 0")
  func due() throws {
    let outcome = try run(["--only-due", "--within", "0d"])
    #expect(
      outcome
        == Outcome(
          status: 1,
          output: """
            1 DUE  of 3 credentials on 3 objects (1 ALONE, 1 SAML), within 0 s of 2026-12-01T12:00:00Z

            "sso" application 10000000-0000-4000-8000-000000000002 (appId 20000000-0000-4000-8000-000000000002), in "standard input"
              SAML certificate  DUE ALONE SAML
                entries     30000000-0000-4000-8000-000000000003 Sign
                            30000000-0000-4000-8000-000000000004 Verify
                            30000000-0000-4000-8000-000000000003 secret
                ends        2026-11-01T00:00:00Z (ended 30 d 12 h ago), began 2025-12-01T00:00:00Z
                thumbprint  CDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCD  zc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc0
                name        "CN=sso"
                ALONE       nothing else is valid

            1 DUE  of 3 credentials on 3 objects (1 ALONE, 1 SAML), within 0 s of 2026-12-01T12:00:00Z

            """))
    #expect(
      try run(["--only-due"], input: #"{"keyCredentials": []}"#)
        == Outcome(
          status: 0, output: "NOTHING DUE  of 0 credentials on 1 object, within 30 d of 2026-12-01T12:00:00Z\n"))
  }

  @Test(
    "Python's csv module reads the table, and no value in it begins a formula", .enabled(if: Judge.python != nil)
  )
  func csv() throws {
    let outcome = try run(["--format", "csv", "--max-lifetime", "730d"])
    #expect(outcome.status == 1 && outcome.error.isEmpty)
    let path = try folder.write(Array(outcome.output.utf8), to: "list.csv")
    let script = """
      import csv, json, sys
      with open(sys.argv[1], newline="", encoding="utf-8") as file:
          rows = list(csv.reader(file, strict=True))
      assert len({len(row) for row in rows}) == 1, "rows differ in length"
      assert open(sys.argv[1], "rb").read().count(b"\\r\\n") == len(rows), "a line end inside a field, or another one"
      for row in rows:
          for cell in row:
              assert not cell.strip() or cell.strip()[0] not in "=+-@\\t\\r" or cell.lstrip("-").isdigit(), cell
              assert cell.isprintable(), cell
      print(json.dumps(rows))
      """
    let judged = try Judge.run(try #require(Judge.python), ["-c", script, path])
    #expect(judged.status == 0, "\(judged)")
    let rows = try #require(try JSONSerialization.jsonObject(with: Data(judged.output.utf8)) as? [[String]])
    #expect(
      rows == [
        [
          "object", "kind", "id", "appId", "credential", "keyId", "thumbprint", "x5t", "x5t#S256", "subject",
          "displayName", "usage", "startDateTime", "endDateTime", "daysLeft", "flags", "certificate", "file",
        ],
        [
          "'=cmd|' /C calc'!A0", "application", "10000000-0000-4000-8000-000000000001",
          "20000000-0000-4000-8000-000000000001", "key", "30000000-0000-4000-8000-000000000001",
          String(repeating: "AB", count: 20), "q6urq6urq6urq6urq6urq6urq6s", "", "", #"'+1\u001b[31m"#, "Verify",
          "2024-01-01T00:00:00Z", "2026-12-20T00:00:00Z", "18", "DUE LONG", "", "standard input",
        ],
        [
          "'=cmd|' /C calc'!A0", "application", "10000000-0000-4000-8000-000000000001",
          "20000000-0000-4000-8000-000000000001", "secret", "30000000-0000-4000-8000-000000000002", "", "", "", "",
          #"a "quoted", one\u000d\u000aand more"#, "", "2026-01-01T00:00:00Z", "2027-06-01T00:00:00Z", "181", "", "",
          "standard input",
        ],
        Self.row("key", 3, "CN=sso", "Sign"), Self.row("key", 4, "CN=sso", "Verify"), Self.row("secret", 3, "", ""),
      ])
  }

  private static func row(_ credential: String, _ id: Int, _ name: String, _ usage: String) -> [String] {
    [
      "sso", "application", "10000000-0000-4000-8000-000000000002", "20000000-0000-4000-8000-000000000002", credential,
      "30000000-0000-4000-8000-00000000000\(id)", String(repeating: "CD", count: 20), "zc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc0", "",
      "",
      name, usage, "2025-12-01T00:00:00Z", "2026-11-01T00:00:00Z", "-31", "DUE ALONE SAML", "", "standard input",
    ]
  }

  @Test("the JSON form has a version, and the same values")
  func json() throws {
    let outcome = try run(["--format", "json", "--only-due", "--within", "0d"])
    #expect(
      outcome
        == Outcome(
          status: 1,
          output: """
            {
              "version": 1,
              "at": "2026-12-01T12:00:00Z",
              "withinSeconds": 0,
              "objectCount": 3,
              "credentialCount": 3,
              "flagCounts": {
                "due": 1,
                "alone": 1,
                "long": 0,
                "twice": 0,
                "saml": 1
              },
              "failures": [],
              "objects": [
                {
                  "file": "standard input",
                  "kind": "application",
                  "id": "10000000-0000-4000-8000-000000000002",
                  "appId": "20000000-0000-4000-8000-000000000002",
                  "displayName": "sso",
                  "keysSaved": true,
                  "secretsSaved": true,
                  "credentials": [
                    {
                      "flags": [
                        "DUE",
                        "ALONE",
                        "SAML"
                      ],
                      "startDateTime": "2025-12-01T00:00:00Z",
                      "endDateTime": "2026-11-01T00:00:00Z",
                      "secondsLeft": -2635200,
                      "thumbprint": "CDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCD",
                      "x5t": "zc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc0",
                      "x5t#S256": null,
                      "subject": null,
                      "certificates": [],
                      "registeredTimes": 1,
                      "entries": [
            \(Self.entry("key", 3, "\"CN=sso\"", "\"X509CertAndPassword\"", "\"Sign\"")),
            \(Self.entry("key", 4, "\"CN=sso\"", "\"AsymmetricX509Cert\"", "\"Verify\"")),
            \(Self.entry("secret", 3, "null", "null", "null"))
                      ]
                    }
                  ]
                }
              ]
            }

            """))
  }

  private static func entry(_ credential: String, _ id: Int, _ name: String, _ type: String, _ usage: String) -> String
  {
    """
                {
                  "credential": "\(credential)",
                  "keyId": "30000000-0000-4000-8000-00000000000\(id)",
                  "displayName": \(name),
                  "type": \(type),
                  "usage": \(usage),
                  "unreadableKey": false,
                  "startDateTime": "2025-12-01T00:00:00Z",
                  "endDateTime": "2026-11-01T00:00:00Z"
                }
    """
  }

  @Test("a certificate of your own is named at its entry, and in a note if it is not registered")
  func certificates() throws {
    let (leaf, expired) = (Fixtures.path("certificates/leaf.pem"), Fixtures.path("certificates/expired.pem"))
    let outcome = try BuiltCommand.run(
      "credentials", Fixtures.path("key-credentials/az.json"), "--certificate", leaf, "--certificate", expired, "--at",
      "2023-11-14T22:18:20Z")
    #expect(outcome.status == 0)
    #expect(
      outcome.error
        == "keyroll: note: the certificate in \(expired) is registered on none of the objects, as far as is known\n")
    #expect(outcome.output.contains("    subject     \"CN=leaf,O=keyroll fixtures\"\n"))
    #expect(outcome.output.contains("    saved as    \(leaf)\n"))
  }
}
