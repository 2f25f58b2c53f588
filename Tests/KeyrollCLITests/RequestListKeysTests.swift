import Foundation
import TestSupport
import Testing

@Suite(.tags(.process)) struct RequestListKeysTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let object = "10000000-0000-4000-8000-000000000001"
  private static let members = "$select=id,appId,displayName,keyCredentials,passwordCredentials"
  private static let base = "https://graph.microsoft.com/v1.0/applications"

  private func run(_ arguments: [String], to name: String = "out") throws -> Outcome {
    try BuiltCommand.run(["request", "list-keys"] + arguments + ["--output", folder.path(name)])
  }

  private func text(_ name: String) throws -> String {
    try #require(String(validating: try folder.bytes(name), as: UTF8.self))
  }

  /// The file for curl that asks for what is at an address.
  static func configuration(_ address: String) -> String {
    """
    url = "\(address)"
    request = "GET"
    proto = "=https"
    no-location
    no-insecure
    globoff
    tlsv1.2
    header = "@-"
    header = "Accept: application/json"
    output = "answer.txt"
    include
    suppress-connect-headers
    fail-with-body
    silent
    show-error
    write-out = "HTTP status %{response_code}, answer in answer.txt\\n"

    """
  }

  @Test("the request for one object is a GET of it alone, in a folder for its owner alone")
  func one() throws {
    #expect(try run(["--application", Self.object]) == Outcome(status: 0))
    #expect(try folder.names(in: "out") == ["request.curl", "summary.txt"])
    #expect(try folder.mode("out") == 0o700)
    for name in try folder.names(in: "out") { #expect(try folder.mode("out/\(name)") == 0o600) }
    let address = "\(Self.base)/\(Self.object)?\(Self.members)"
    #expect(try text("out/request.curl") == Self.configuration(address))
    #expect(
      try text("out/summary.txt") == """
        keyroll request list-keys

        get         \(address)
        object      application \(Self.object)
        needs       an access token that may read it
        success is  HTTP status 200

        Send it with curl 7.76 or later, in this folder:
          printf 'Authorization: Bearer %s' "$ACCESS_TOKEN" | (umask 077; curl --config request.curl)
        or, where a file holds that line alone:
          (umask 077; curl --config request.curl < HEADER-FILE)
        The answer goes into answer.txt, for you alone. Where keyroll is:
          keyroll credentials answer.txt

        """)
  }

  @Test(
    "each object and cloud has its address",
    arguments: [
      (["--service-principal", object], "https://graph.microsoft.com/v1.0/servicePrincipals/\(object)?\(members)"),
      (["--app-id", object], "\(base)(appId='\(object)')?\(members)"),
      (["--all", "--cloud", "china"], "https://microsoftgraph.chinacloudapi.cn/v1.0/applications?\(members)&$top=999"),
      (
        ["--all-service-principals", "--beta"],
        "https://graph.microsoft.com/beta/servicePrincipals?\(members)&$top=999"
      ),
    ])
  func addresses(options: [String], address: String) throws {
    #expect(try run(options) == Outcome(status: 0))
    #expect(try text("out/request.curl") == Self.configuration(address))
  }

  @Test("the single file has the summary as comments")
  func singleFile() throws {
    #expect(try run(["--all", "--single-file"]) == Outcome(status: 0))
    let file = try text("out")
    #expect(file.hasPrefix("# keyroll request list-keys\n#\n# get         \(Self.base)?\(Self.members)&$top=999\n"))
    #expect(file.hasSuffix(Self.configuration("\(Self.base)?\(Self.members)&$top=999")))
    #expect(file.contains("# Where the answer has an @odata.nextLink, ask for the page that follows, too.\n"))
  }

  @Test("the page after an answer is asked for at our own address, from the file or the folder that it lies in")
  func after() throws {
    let link = "\(Self.base)?$select=owners&$skiptoken=RFNwdAIAAQ"
    let answer =
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"value\": [], \"@odata.nextLink\": \"\(link)\"}"
    #expect(try run(["--all"], to: "page-1").status == 0)
    try folder.write(Array(answer.utf8), to: "page-1/answer.txt")
    for (name, previous) in [("a", "page-1"), ("b", "page-1/answer.txt")] {
      #expect(try run(["--all", "--after", folder.path(previous)], to: name) == Outcome(status: 0))
      #expect(
        try text("\(name)/request.curl")
          == Self.configuration("\(Self.base)?\(Self.members)&$top=999&$skiptoken=RFNwdAIAAQ"))
    }
  }

  @Test("a next page on another host is refused by its name, and nothing is written")
  func foreign() throws {
    let answer = try folder.write(
      Array(#"{"value": [], "@odata.nextLink": "https://graph.example/v1.0/applications?$skiptoken=x"}"#.utf8),
      to: "answer.json")
    #expect(
      try run(["--all", "--after", answer])
        == Outcome(
          status: 2,
          error: """
            keyroll: error: the next page that \(answer) names is not on graph.microsoft.com: \
            https://graph.example/v1.0/applications?$skiptoken=x [foreign-next-page]
            keyroll: hint: where another cloud is meant, choose it by --cloud; else do not follow it

            """))
    #expect(try folder.names() == ["answer.json"])
    let last = try folder.write(Array(#"{"value": []}"#.utf8), to: "last.json")
    #expect(
      try run(["--all", "--after", last])
        == Outcome(
          status: 2,
          error: """
            keyroll: error: \(last) has no @odata.nextLink: no page follows it [no-next-page]
            keyroll: hint: the listing is complete with this page

            """))
  }

  @Test("the request is reported for programs as every other one is")
  func json() throws {
    let made = try run(["--all", "--format", "json"])
    #expect(
      made
        == Outcome(
          status: 0,
          output: """
            {
              "version": 1,
              "request": "list-keys",
              "folder": "\(folder.path("out"))",
              "address": "\(Self.base)?\(Self.members)&$top=999",
              "files": [
                "request.curl",
                "summary.txt"
              ]
            }

            """))
    let single = try run(["--all", "--single-file", "--format", "json"], to: "single")
    #expect(single.output.contains("\n  \"file\": \"\(folder.path("single"))\",\n"), "\(single)")
  }

  // MARK: request check and explain

  private func check(_ name: String, _ options: [String] = []) throws -> Outcome {
    try BuiltCommand.run(["request", "check", folder.path(name), "--at", "2026-12-01T12:00:00Z"] + options)
  }

  @Test("request check knows such a request: its address, its files, and what was expected of it")
  func checked() throws {
    #expect(try run(["--application", Self.object]).status == 0)
    let expected = ["--object-id", Self.object, "--cloud", "global"]
    #expect(
      try check("out", expected)
        == Outcome(
          status: 0,
          output: """
            ACCEPTED  request list-keys, judged for 2026-12-01T12:00:00Z

              passed   configuration-file
              passed   summary-file
              passed   other-files
              passed   answer-file
              passed   owner
              passed   mode
              passed   address                    \(Self.base)/\(Self.object)?\(Self.members)
              passed   object                     \(Self.object)
              passed   host                       graph.microsoft.com

            ACCEPTED  request list-keys, judged for 2026-12-01T12:00:00Z

            """))
    let bare = try check("out")
    #expect(
      bare.status == 0 && bare.output.contains("2 checks warned") && bare.output.contains("[not-compared]"), "\(bare)")
    let report = try check("out", expected + ["--format", "json"])
    let object = try JSONSerialization.jsonObject(with: Data(report.output.utf8)) as? [String: Any]
    #expect(object?["accepted"] as? Bool == true && object?["request"] as? String == "list-keys", "\(report)")
    #expect(object?["address"] as? String == "\(Self.base)/\(Self.object)?\(Self.members)")
    #expect(try run(["--all", "--single-file"], to: "single").status == 0)
    #expect(try check("single", ["--cloud", "global"]).status == 0)
  }

  @Test(
    "a request that was changed, or is not the one that was meant, is rejected",
    arguments: [
      ("request.curl", "no-insecure", "insecure", [], "configuration-altered"),
      ("request.curl", "request = \"GET\"", "request = \"DELETE\"", [], "configuration-altered"),
      ("request.curl", "graph.microsoft.com", "graph.example", [], "host-unknown"),
      ("request.curl", "$select=id", "$select=owners", [], "address-malformed"),
      ("summary.txt", "needs  ", "wants  ", ["--object-id", object], "file-differs"),
      ("", "", "", ["--object-id", "20000000-0000-4000-8000-000000000001"], "object-mismatch"),
      ("", "", "", ["--cloud", "china"], "host-mismatch"),
      ("", "", "", ["--key-id", object], "request-mismatch"),
      ("", "", "", ["--certificate", SignCommandTests.certificate], "request-mismatch"),
      ("", "", "", ["--max-lifetime", "365d"], "request-mismatch"),
    ])
  func altered(file: String, text: String, other: String, options: [String], id: String) throws {
    #expect(try run(["--application", Self.object]).status == 0)
    if !file.isEmpty {
      let changed = try self.text("out/\(file)").replacing(text, with: other)
      try folder.write(Array(changed.utf8), to: "out/\(file)")
    }
    let outcome = try check("out", options)
    #expect(outcome.status == 1 && outcome.output.contains("[\(id)]"), "\(outcome)")
  }

  @Test("explain says what the answer to such a request is, and that another page follows")
  func explained() throws {
    #expect(try run(["--all"]).status == 0)
    let page =
      #"{"@odata.context": "x", "@odata.nextLink": "\#(Self.base)?$skiptoken=x", "value": [{"keyCredentials": []}]}"#
    try folder.write(Array("HTTP/2 200\r\n\r\n\(page)".utf8), to: "out/answer.txt")
    let outcome = try BuiltCommand.run("explain", folder.path("out"))
    #expect(outcome.status == 0 && outcome.output.hasPrefix("DONE  Microsoft Graph, 200\n"), "\(outcome)")
    #expect(
      outcome.output.contains("\n  this is a list of what is registered on 1 object, and another page follows\n"),
      "\(outcome)")
    #expect(try check("out").output.contains("[sent-already]"))
    let denied = #"{"error": {"code": "Authorization_RequestDenied", "message": "no"}}"#
    try folder.write(Array("HTTP/2 403\r\n\r\n\(denied)".utf8), to: "out/answer.txt")
    let refused = try BuiltCommand.run("explain", folder.path("out"))
    #expect(refused.status == 0 && refused.output.contains("[request-denied]"), "\(refused)")
    #expect(
      refused.error
        == "keyroll: note: this request lists what is registered and has no proof: what is said of a proof is not about it\n"
    )
  }

  @Test(
    "what is asked for is said once",
    arguments: [
      [], ["--all", "--application", object], ["--application", object, "--after", "answer.txt"],
      ["--all", "--cloud", "china", "--graph-host", "graph.example"],
    ])
  func usage(options: [String]) throws {
    let outcome = try run(options)
    #expect(outcome.status == 64, "\(outcome)")
    #expect(try folder.names().isEmpty)
  }

  @Test("an id that is not a GUID is refused")
  func malformed() throws {
    let outcome = try run(["--application", "payroll/../x"])
    #expect(outcome.status == 2)
    #expect(outcome.error.contains("[malformed-parameter]"), "\(outcome)")
    #expect(try folder.names().isEmpty)
  }

  @Test(
    "curl sends what was written, with the token of standard input, and the answer is read",
    .enabled(if: Judge.python != nil))
  func listed() throws {
    #expect(try run(["--application", Self.object]).status == 0)
    // Without sending anything, curl says what it would do with the options that it read.
    let outcome = try Shell.run(
      "cd '\(folder.path("out"))' && printf 'Authorization: Bearer x' | curl -q --config request.curl --connect-timeout 1 "
        + "--resolve graph.microsoft.com:443:127.0.0.1")
    #expect(outcome.status == 7, "\(outcome)")
    try folder.write(
      Array("HTTP/2 200\r\n\r\n{\"id\": \"\(Self.object)\", \"keyCredentials\": []}".utf8), to: "out/answer.txt")
    let list = try BuiltCommand.run("credentials", folder.path("out"), "--at", "2026-12-01T12:00:00Z")
    #expect(list.status == 0, "\(list)")
    #expect(
      list.output.contains("object \(Self.object), in \(folder.path("out"))/answer.txt\n  nothing is registered\n"))
  }
}
