import Foundation
import TestSupport
import Testing

/// What `keyroll credentials` says of the files that it reads.
@Suite(.tags(.process)) struct CredentialsInputTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let at = ["--at", "2026-12-01T12:00:00Z"]

  private func run(_ arguments: [String], input: String = CredentialsCommandTests.listing) throws -> Outcome {
    try BuiltCommand.run(["credentials", "-"] + arguments + Self.at, input: Array(input.utf8))
  }

  @Test("a key that is not a certificate is reported, and hides nothing else")
  func unreadable() throws {
    let outcome = try BuiltCommand.run(
      ["credentials", Fixtures.path("key-credentials/key-garbage.json")] + Self.at + ["--only-due"])
    #expect(outcome.status == 1)
    let subject = "\n    subject     not known: the key in the answer is not a certificate that can be read\n"
    #expect(outcome.output.contains(subject))
  }

  @Test(
    "a file of another kind, and a page without the next one, are refused, and nothing is listed",
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
    let listing = CredentialsCommandTests.listing.replacing("00Z\"", with: "00\"")
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

  @Test("the error about a missing page says how to request it, and the error about the depth how to save it again")
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
    /// The most memory in KiB that the command needs for so many files of 1 MiB each, with only names in them.
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
    // Only the names of 18,000 further objects are kept; the files themselves would be 18 MiB more, and what is made
    // from them.
    #expect(many - few < 60_000, "\(few) KiB and \(many) KiB")
  }
}
