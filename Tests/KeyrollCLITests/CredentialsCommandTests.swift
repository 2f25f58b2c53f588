import Foundation
import TestSupport
import Testing

@Suite(.tags(.process)) struct CredentialsCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let at = ["--at", "2026-12-01T12:00:00Z"]

  /// Two applications, one of them for SAML, as Graph lists them; names as somebody else chose them.
  private static let listing = #"""
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

  @Test("every key and secret is listed by its object, with what is to be done, and the sum first and last")
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

  @Test("only what is due is listed where that is asked for, and with nothing due the status is 0")
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
    "the table is what Python's csv module reads, and nothing in it begins a formula", .enabled(if: Judge.python != nil)
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
          "object", "kind", "id", "appId", "credential", "keyId", "thumbprint", "x5t", "subject", "displayName",
          "usage",
          "startDateTime", "endDateTime", "daysLeft", "flags", "certificate", "file",
        ],
        [
          "'=cmd|' /C calc'!A0", "application", "10000000-0000-4000-8000-000000000001",
          "20000000-0000-4000-8000-000000000001", "key", "30000000-0000-4000-8000-000000000001",
          String(repeating: "AB", count: 20), "q6urq6urq6urq6urq6urq6urq6s", "", #"'+1\u001b[31m"#, "Verify",
          "2024-01-01T00:00:00Z", "2026-12-20T00:00:00Z", "18", "DUE LONG", "", "standard input",
        ],
        [
          "'=cmd|' /C calc'!A0", "application", "10000000-0000-4000-8000-000000000001",
          "20000000-0000-4000-8000-000000000001", "secret", "30000000-0000-4000-8000-000000000002", "", "", "",
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
      name, usage, "2025-12-01T00:00:00Z", "2026-11-01T00:00:00Z", "-31", "DUE ALONE SAML", "", "standard input",
    ]
  }

  @Test("the JSON form has a version, and the same")
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

  @Test("a certificate of one's own is named beside its entry, and one that is not registered in a note")
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

  @Test("a key that is not a certificate hides nothing else, and is said to be one")
  func unreadable() throws {
    let outcome = try BuiltCommand.run(
      ["credentials", Fixtures.path("key-credentials/key-garbage.json")] + Self.at + ["--only-due"])
    #expect(outcome.status == 1)
    let subject = "\n    subject     not known: the key in the answer is not a certificate that can be read\n"
    #expect(outcome.output.contains(subject))
  }

  @Test(
    "a file that is something else, and a page without the next one, are refused, and nothing is listed",
    arguments: [
      ("page.json", "incomplete-answer"), ("error.http", "malformed-key-credentials"),
      ("truncated.json", "malformed-key-credentials"), ("nested.json", "malformed-key-credentials"),
      ("date-huge.json", "malformed-key-credentials"), ("powershell-cut-early.json", "malformed-key-credentials"),
      ("absent.json", "file-unreadable"),
    ])
  func refused(file: String, id: String) throws {
    let outcome = try BuiltCommand.run(
      ["credentials", Fixtures.path("key-credentials/application.json"), Fixtures.path("key-credentials/\(file)")]
        + Self.at)
    #expect(outcome.status == 2)
    #expect(outcome.output.isEmpty)
    #expect(outcome.error.hasPrefix("keyroll: error: ") && outcome.error.contains("[\(id)]\n"), "\(outcome)")
  }

  private static let batch = #"""
    {"responses": [
      {"id": "1", "status": 200, "body": {"id": "10000000-0000-4000-8000-000000000001", "keyCredentials": []}},
      {"id": "2", "status": 403, "body": {"error": {"code": "Authorization_RequestDenied", "message": "no"}}}]}
    """#

  @Test("a batch of which a part failed is listed without it, is said not to be whole, and ends with 2")
  func batch() throws {
    let failure =
      #""standard input" has a response with the id "2" that failed with the status 403, "Authorization_RequestDenied""#
    let outcome = try run([], input: Self.batch)
    #expect(
      outcome
        == Outcome(
          status: 2,
          output: """
            NOTHING DUE  of 0 credentials on 1 object, within 30 d of 2026-12-01T12:00:00Z
            NOT WHOLE  1 response of a $batch failed, and what it asked for is not listed

            object 10000000-0000-4000-8000-000000000001, in "standard input"
              nothing is registered

            NOTHING DUE  of 0 credentials on 1 object, within 30 d of 2026-12-01T12:00:00Z

            """,
          error: """
            keyroll: error: \(failure) [incomplete-answer]
            keyroll: hint: ask for it again, and save that answer too

            """))
    let told = try run(["--format", "json"], input: Self.batch)
    let report = try JSONSerialization.jsonObject(with: Data(told.output.utf8)) as? [String: Any]
    #expect(report?["failures"] as? [[String: String]] == [["id": "incomplete-answer", "message": failure]])
    #expect(told.status == 2 && told.error.hasPrefix(#"{"version":1,"error":{"id":"incomplete-answer","#), "\(told)")
  }

  @Test("dates without a time zone are read as UTC, with a note for the file")
  func timeZone() throws {
    let listing = Self.listing.replacing("00Z\"", with: "00\"")
    let outcome = try run(["--max-lifetime", "730d"], input: listing)
    #expect(outcome.output == (try run(["--max-lifetime", "730d"]).output))
    #expect(
      outcome.error == "keyroll: note: \"standard input\" has dates without a time zone, which are read as UTC\n")
  }

  @Test("without --max-lifetime nothing is LONG")
  func long() throws {
    #expect(!(try run([]).output.contains("LONG")))
    #expect(try run(["--max-lifetime", "1084d"]).output.contains("LONG") == false)
    #expect(try run(["--max-lifetime", "1083d"]).output.contains("1 LONG"))
  }

  @Test(
    "of pages in the folders of their requests one that is missing is found; of files alone a note says that it is not")
  func pages() throws {
    let base = "https://graph.microsoft.com/v1.0/applications"
    func page(_ number: Int, after previous: String?) throws {
      let after = previous.map { ["--after", folder.path($0)] } ?? []
      let made = try BuiltCommand.run(
        ["request", "list-keys", "--all", "--output", folder.path("page-\(number)")] + after)
      try #require(made.status == 0, "\(made)")
      let id = "10000000-0000-4000-8000-00000000000\(number)"
      let next = number == 3 ? "" : #", "@odata.nextLink": "\#(base)?$skiptoken=t\#(number)""#
      try folder.write(
        Array(#"{"@odata.context": "x#applications", "value": [{"id": "\#(id)", "keyCredentials": []}]\#(next)}"#.utf8),
        to: "page-\(number)/answer.txt")
    }
    try page(1, after: nil)
    try page(2, after: "page-1")
    try page(3, after: "page-2")
    func list(_ pages: [String]) throws -> Outcome {
      try BuiltCommand.run(["credentials"] + pages.map(folder.path) + Self.at)
    }
    let whole = try list(["page-2", "page-1", "page-3"])
    #expect(whole.status == 0 && whole.error.isEmpty && whole.output.contains("on 3 objects"), "\(whole)")
    #expect(
      try list(["page-1", "page-3"])
        == Outcome(
          status: 2,
          error: """
            keyroll: error: \(folder.path("page-3/answer.txt")) is one page of several, and the page before it is missing: no \
            other page names it as the next [incomplete-answer]
            keyroll: hint: give every page, from the first one on

            """))
    let files = try list(["page-1/answer.txt", "page-3/answer.txt"])
    #expect(files.status == 0)
    #expect(
      files.error == """
        keyroll: note: whether a page between the 2 pages is missing is not known: no @odata.count says how many objects there \
        are; give the folders that keyroll request list-keys made, with the answers in them

        """)
  }

  @Test("the error about a missing page says how to ask for it, and one about a depth how to save it")
  func hints() throws {
    let page = try folder.write(
      Array(#"{"value": [], "@odata.nextLink": "https://graph.microsoft.com/v1.0/applications?$skiptoken=x"}"#.utf8),
      to: "page.json")
    #expect(
      try BuiltCommand.run(["credentials", page] + Self.at)
        == Outcome(
          status: 2,
          error: """
            keyroll: error: \(page) is one page of several: it ends with an @odata.nextLink, and the page that follows is \
            missing [incomplete-answer]
            keyroll: hint: save the page that follows, too: keyroll request list-keys --all --after FILE makes the request \
            for it

            """))
    let cut = Fixtures.path("key-credentials/powershell-cut-early.json")
    #expect(
      try BuiltCommand.run(["credentials", cut] + Self.at).error.hasSuffix(
        "is only a name: ConvertTo-Json cut it off [malformed-key-credentials]\n"
          + "keyroll: hint: save it again with ConvertTo-Json -Depth 8\n"))
  }

  @Test(
    "20,000 objects in many files are read one file after the other: memory does not grow with the files", .tags(.slow))
  func memory() throws {
    /// The most memory in KiB that the command takes for so many files of 1 MiB each, with nothing but names in them.
    func peak(_ count: Int) throws -> Int {
      let name = String(repeating: "n", count: 1000)
      let objects = (0..<1000).map { _ in #"{"displayName": "\#(name)", "keyCredentials": []}"# }
      let path = try folder.write(Array("[\(objects.joined(separator: ","))]".utf8), to: "objects.json")
      let files = Array(repeating: path, count: count)
      let script =
        "import resource, subprocess, sys\nsubprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)\n"
        + "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
      let judged = try Judge.run(
        "/usr/bin/python3", ["-c", script, BuiltCommand.path, "credentials", "--only-due"] + files)
      return try #require(Int(judged.output.trimmingCharacters(in: .whitespacesAndNewlines)))
    }
    let (few, many) = (try peak(2), try peak(20))
    // What is kept of 18,000 further objects are their names; the files themselves would be 18 MiB more, and what is made of them.
    #expect(many - few < 60_000, "\(few) KiB and \(many) KiB")
  }
}
