import Foundation
import Keyroll
import TestSupport
import Testing

/// Requests for several windows, and packages: what `request check` and `explain` make of them.
@Suite(.tags(.process)) struct RequestWindowsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let addKey = ["add-key", "--new-certificate", RequestCommandTests.other] + RequestCommandTests.graph
  private static let removeKey = ["remove-key", "--key-id", SignCommandTests.tenant] + RequestCommandTests.graph
  private static let token = ["token", "--tenant", SignCommandTests.tenant, "--client-id", SignCommandTests.clientID]

  @discardableResult
  private func make(_ request: [String], _ options: [String] = ["--windows", "3"], to name: String) throws -> Outcome {
    let made = try BuiltCommand.run(
      ["request"] + request + RequestCommandTests.key + ["--output", folder.path(name)] + options)
    try #require(made.status == 0, "\(made)")
    return made
  }

  private func check(_ name: String, at time: String, _ options: [String] = []) throws -> Outcome {
    try BuiltCommand.run(["request", "check", folder.path(name), "--at", "2027-01-15T\(time)Z"] + options)
  }

  // MARK: Windows

  @Test(
    "each window has a request in a folder of its own, and words for whoever sends one of them",
    arguments: [("add-key", addKey), ("remove-key", removeKey), ("token", token)])
  func windows(name: String, request: [String]) throws {
    let made = try make(request, to: "w")
    let lines = [("1", "08:00", "08:10"), ("2", "08:10", "08:20"), ("3", "08:20", "08:30")].map { number, start, end in
      "\(name)-\(number) is valid from 2027-01-15T\(start):00Z to 2027-01-15T\(end):00Z, 10 min"
    }
    #expect(
      made.error.hasSuffix(
        lines.map { "keyroll: note: \($0)\n" }.joined()
          + "keyroll: warning: whether the service honours a token that starts later is not documented\n"), "\(made)")
    #expect(!made.error.contains("[not-yet-valid]"), "\(made)")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path("w")).sorted()
    #expect(names == ["README.txt", "\(name)-1", "\(name)-2", "\(name)-3"])
    #expect(try folder.mode("w") == 0o700 && folder.mode("w/\(name)-2/request.curl") == 0o600)
    let readme = String(decoding: try folder.bytes("w/README.txt"), as: UTF8.self)
    #expect(readme.contains("     \(name)-2  from 2027-01-15T08:10:00Z to 2027-01-15T08:20:00Z, 10 min\n"), "\(readme)")
    // Each is a request as any other.
    for (number, minute) in [("1", "05"), ("2", "15"), ("3", "25")] {
      let outcome = try check("w/\(name)-\(number)", at: "08:\(minute):00")
      #expect(outcome.status == 0, "\(outcome)")
    }
  }

  @Test(
    "a number of windows that makes no sense is a wrong command line",
    arguments: [
      (addKey + ["--windows", "0"], "--windows takes a number from 1 to 24, not 0"),
      (addKey + ["--windows", "2", "--single-file"], "--windows makes a folder, so --single-file is not for it"),
      (
        addKey + ["--windows", "2", "--with-password"],
        "--windows would write the PFX and its password once for each: --with-password is not for it"
      ),
    ])
  func usage(request: [String], message: String) throws {
    let outcome = try BuiltCommand.run(
      ["request"] + request + RequestCommandTests.key + ["--output", folder.path("w")])
    #expect(outcome.status == 64 && outcome.error.hasPrefix("keyroll: error: \(message) [usage]\n"), "\(outcome)")
    let ready = try BuiltCommand.run(
      ["request"] + Self.addKey + ["--windows", "2", "--proof", "x", "--certificate", "y"]
        + ["--output", folder.path("w")])
    #expect(ready.status == 64 && ready.error.contains("--proof is one token, and --windows makes several"), "\(ready)")
    #expect(try folder.names().isEmpty)
  }

  @Test("a folder that is there is left as it is")
  func existing() throws {
    try folder.write([1], to: "w")
    let outcome = try BuiltCommand.run(
      ["request"] + Self.addKey + RequestCommandTests.key + ["--windows", "2", "--output", folder.path("w")])
    #expect(outcome.status == 2 && outcome.error.contains("[output-exists]"), "\(outcome)")
    #expect(try folder.bytes("w") == [1])
  }

  // MARK: Judging

  @Test(
    "of a row of windows one must be open, or open later",
    arguments: [
      ("07:50:00", 3, "opens at 2027-01-15T08:00:00Z", ", not open yet"),
      ("08:05:00", 0, "open until 2027-01-15T08:10:00Z", ""),
      ("08:15:00", 0, "closed at 2027-01-15T08:10:00Z", ""), ("08:30:00", 1, "closed at 2027-01-15T08:10:00Z", ""),
    ] as [(String, Int32, String, String)])
  func verdict(time: String, status: Int32, line: String, note: String) throws {
    try make(Self.addKey, to: "w")
    let outcome = try check("w", at: time)
    #expect(outcome.status == status && outcome.error.isEmpty, "\(outcome)")
    let answer =
      "\(status == 1 ? "REJECTED" : "ACCEPTED")  \(folder.path("w")), judged for 2027-01-15T\(time)Z\(note)\n"
    #expect(outcome.output.hasPrefix("\(answer)\n  add-key-1  add-key, \(line)\n"), "\(outcome)")
    #expect(outcome.output.hasSuffix("\n\(answer)"))
    #expect(
      outcome.output.contains("the last window of add-key closed at 2027-01-15T08:30:00Z") == (status == 1),
      "\(outcome)")
  }

  @Test("what is expected is compared in every request that has it, and must be in one")
  func expected() throws {
    try make(Self.addKey, to: "w")
    let trusted = ["--certificate", SignCommandTests.certificate, "--cloud", "global"]
    let right = ["--new-certificate", RequestCommandTests.other, "--object-id", SignCommandTests.objectID]
    let outcome = try check("w", at: "08:05:00", trusted + right)
    #expect(outcome.status == 0 && !outcome.output.contains("warning"), "\(outcome)")
    let other = try check("w", at: "08:05:00", ["--new-certificate", SignCommandTests.certificate])
    #expect(other.status == 1 && other.output.contains("[new-certificate-mismatch]"), "\(other)")
    let removal = try check("w", at: "08:05:00", ["--key-id", SignCommandTests.tenant])
    #expect(
      removal.status == 1
        && removal.output.contains("a keyId is expected, and no request of the package has one [request-mismatch]"),
      "\(removal)")
  }

  @Test("a request of the row that was exchanged is found, whichever it is")
  func exchanged() throws {
    try make(Self.addKey, to: "w")
    try make(Self.removeKey, ["--not-before", "2027-01-15T08:20:00Z"], to: "one")
    try FileManager.default.removeItem(atPath: folder.path("w/add-key-3"))
    try FileManager.default.moveItem(atPath: folder.path("one"), toPath: folder.path("w/add-key-3"))
    let outcome = try check("w", at: "08:05:00")
    #expect(
      outcome.status == 1
        && outcome.output.contains("add-key-3 asks for something else than add-key-1 [request-mismatch]"), "\(outcome)")
    try folder.write(Array("x".utf8), to: "w/add-key-2/summary.txt")
    let altered = try check("w", at: "08:05:00")
    #expect(altered.status == 1 && altered.output.contains("  add-key-2  add-key, REJECTED\n"), "\(altered)")
    #expect(
      altered.output.contains("\nadd-key-2:\nREJECTED  request add-key") && altered.output.contains("[file-differs]"))
  }

  // MARK: Packages

  /// What a rollover sends to add a key: `steps` as it writes them, and its script.
  private func makePackage(_ name: String = "p") throws {
    try make(Self.token, ["--windows", "2"], to: name)
    try make(Self.addKey, ["--windows", "2"], to: "\(name)-add")
    for number in 1...2 {
      try FileManager.default.moveItem(
        atPath: folder.path("\(name)-add/add-key-\(number)"), toPath: folder.path("\(name)/add-key-\(number)"))
    }
    try FileManager.default.removeItem(atPath: folder.path("\(name)-add"))
    let windows = SendWindow.row(of: 2, from: NumericDate(seconds: 1_800_000_000))
    let steps = PackageSteps([
      .init(.token, "token-1", windows[0]), .init(.token, "token-2", windows[1]), .init(.list, "list-1"),
      .init(.addKey, "add-key-1", windows[0]), .init(.addKey, "add-key-2", windows[1]),
    ])
    try folder.write(Array(steps.text.utf8), to: "\(name)/steps")
    try folder.write(Array(RunScript.text.utf8), to: "\(name)/run.sh")
    try FileManager.default.createDirectory(atPath: folder.path("\(name)/list-1"), withIntermediateDirectories: false)
    try folder.write(Array(Self.list.utf8), to: "\(name)/list-1/request.curl")
  }

  private static let list = RequestListKeysTests.configuration(
    "https://graph.microsoft.com/v1.0/applications/\(SignCommandTests.objectID)?$select=id,appId,keyCredentials")

  @Test("a package is judged with its script, its steps and its lists")
  func package() throws {
    try makePackage()
    let outcome = try check("p", at: "08:12:00", ["--object-id", SignCommandTests.objectID, "--cloud", "global"])
    #expect(outcome.status == 0, "\(outcome)")
    #expect(
      outcome.output.contains(
        """

          add-key-1  add-key, closed at 2027-01-15T08:10:00Z
          add-key-2  add-key, open until 2027-01-15T08:20:00Z
          list-1     list, at any time
          token-1    token, closed at 2027-01-15T08:10:00Z
          token-2    token, open until 2027-01-15T08:20:00Z

        """), "\(outcome)")
    #expect(outcome.output.contains("\n  passed   script\n  passed   steps\n  passed   alike\n  passed   windows\n"))
    let json = try check("p", at: "08:12:00", ["--format", "json"])
    let report = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    let requests = try #require(report["requests"] as? [[String: Any]])
    #expect(report["verdict"] as? String == "accepted" && report["accepted"] as? Bool == true)
    #expect(requests.compactMap { $0["state"] as? String } == ["closed", "open", "untimed", "closed", "open"])
    #expect((requests[1]["report"] as? [String: Any])?["request"] as? String == "add-key")
  }

  @Test(
    "what was changed in a package is found",
    arguments: [
      ("run.sh", "umask 077", "umask 000", "run.sh is not the one that keyroll writes into every package"),
      ("steps", "1800000600", "1800009999", "steps: line 1 has other times than the token in token-1"),
      (
        "steps", "add-key add-key-1", "add-key token-1",
        "steps: line 4 takes token-1 for add-key, and it is a request token"
      ),
      (
        "steps", "add-key add-key-2", "add-key add-key-9",
        "steps: line 5 names the folder add-key-9, which is not there"
      ),
      (
        "steps", "token token-2 1800000600 1800001200 2027-01-15T08:10:00Z - - -\n", "",
        "steps: no line names the folder token-2"
      ),
      ("steps", "- - -", "-", "steps: line 1 is not one of a step"),
      ("list-1/request.curl", "proto", "insecure\nproto", "request.curl is not what keyroll writes for a list"),
      ("list-1/request.curl", "graph.microsoft.com", "evil.example", "the list is asked of evil.example, which is not"),
      (
        "list-1/request.curl", SignCommandTests.objectID, SignCommandTests.tenant,
        "the list is of \(SignCommandTests.tenant)"
      ),
      ("token-1/body.form", "client_id=2f", "client_id=3f", "[token-rejected]"),
    ])
  func altered(file: String, old: String, new: String, message: String) throws {
    try makePackage()
    let text = String(decoding: try folder.bytes("p/\(file)"), as: UTF8.self)
    try #require(text.contains(old))
    let changed = text.replacing(old, with: new, maxReplacements: 1)
    try changed.write(toFile: folder.path("p/\(file)"), atomically: false, encoding: .utf8)
    let outcome = try check("p", at: "08:05:00", ["--object-id", SignCommandTests.objectID])
    #expect(outcome.status == 1 && outcome.output.hasPrefix("REJECTED  "), "\(outcome)")
    #expect(outcome.output.contains(message), "\(outcome)")
  }

  @Test("a list of another object than the one that gets the key is found")
  func otherObject() throws {
    try makePackage()
    let list = Self.list.replacing(SignCommandTests.objectID, with: SignCommandTests.tenant)
    try folder.write(Array(list.utf8), to: "p/list-1/request.curl")
    let outcome = try check("p", at: "08:05:00")
    #expect(outcome.status == 1, "\(outcome)")
    #expect(
      outcome.output.contains("list-1 is for another object than add-key-1 [request-mismatch]"), "\(outcome)")
  }

  @Test("files that do not belong to a package are named, and links are not followed")
  func others() throws {
    try makePackage()
    try folder.write([], to: "p/more")
    for name in ["curl.log", "sent-add-key", "run.log"] { try folder.write([], to: "p/\(name)") }
    try folder.link("p/token-3", to: "token-1")
    let outcome = try check("p", at: "08:05:00")
    #expect(outcome.status == 0, "\(outcome)")
    #expect(
      outcome.output.contains(
        "\(folder.path("p")) holds what a package does not have: more, token-3 [file-unexpected]"),
      "\(outcome)")
  }

  @Test("a folder of packages is as good as the worst of them")
  func several() throws {
    try makePackage()
    try FileManager.default.createDirectory(atPath: folder.path("all"), withIntermediateDirectories: false)
    for name in ["a", "b"] {
      try FileManager.default.copyItem(atPath: folder.path("p"), toPath: folder.path("all/\(name)"))
    }
    let good = try check("all", at: "08:05:00")
    #expect(good.status == 0, "\(good)")
    #expect(try check("all", at: "07:05:00").status == 3)
    try folder.write(Array("x".utf8), to: "all/b/run.sh")
    let bad = try check("all", at: "08:05:00")
    #expect(bad.status == 1, "\(bad)")
    #expect(
      bad.output.contains("ACCEPTED  \(folder.path("all/a")), ")
        && bad.output.contains("REJECTED  \(folder.path("all/b")), "))
    let json = try check("all", at: "08:05:00", ["--format", "json"])
    let report = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    #expect((report["packages"] as? [[String: Any]])?.map { $0["verdict"] as? String } == ["accepted", "rejected"])
  }

  @Test("a certificate may be given in a PFX, and several certificates for the keys of a package")
  func certificates() throws {
    try make(Self.addKey, to: "w")
    try folder.write(Array("correct horse".utf8), to: "password")
    let pfx = Fixtures.path("pfx/openssl-default.p12")
    let options = ["--certificate", pfx, "--certificate", SignCommandTests.certificate]
    let outcome = try check("w", at: "08:05:00", options + ["--password-file", folder.path("password")])
    #expect(outcome.status == 0 && !outcome.output.contains("[signer-not-named]"), "\(outcome)")
    #expect(try check("w", at: "08:05:00", options).error.contains("[password-required]"))
    let idle = try check("w", at: "08:05:00", ["--password-file", folder.path("password")])
    #expect(idle.status == 64, "\(idle)")
  }

  // MARK: Explaining

  @Test("every answer in a package is explained under its name, by the token that lies beside it")
  func explain() throws {
    try makePackage()
    let refused =
      #"{"error":{"code":"Authentication_MissingOrMalformed","message":"Access Token missing or malformed."}}"#
    let head = "HTTP/2 %\ndate: Fri, 15 Jan 2027 08:05:00 GMT\n\n"
    func answer(_ status: String, _ body: String) -> [UInt8] { Array((head.replacing("%", with: status) + body).utf8) }
    try folder.write(
      answer("200", #"{"token_type":"Bearer","expires_in":3599,"access_token":"taken out"}"#),
      to: "p/token-1/answer.txt")
    try folder.write(answer("200", #"{"id":"x","keyCredentials":[{},{}]}"#), to: "p/list-1/answer.txt")
    try folder.write(answer("401", refused), to: "p/add-key-1/answer.txt")
    try folder.write(answer("401", refused), to: "p/add-key-1/answer-of-monday.http")
    try folder.write(Array("curl: (7) no\n".utf8), to: "p/curl.log")
    try folder.write(Array("a note\n".utf8), to: "p/add-key-1/note.txt")
    for argument in ["p", ""] {
      let outcome = try BuiltCommand.run("explain", folder.path(argument))
      #expect(outcome.status == 0 && outcome.error.isEmpty, "\(outcome)")
      let titles = outcome.output.components(separatedBy: "\n").filter { $0.hasSuffix(":") && $0.contains("/") }
      #expect(
        titles.map { $0.components(separatedBy: "/p/").last }
          == ["add-key-1/answer.txt:", "add-key-1/answer-of-monday.http:", "list-1/answer.txt:", "token-1/answer.txt:"])
      #expect(outcome.output.contains("this is a list of what is registered: 2 key credentials"), "\(outcome)")
      #expect(outcome.output.contains("token: graph-proof, judged for 2027-01-15T08:05:00Z\n"), "\(outcome)")
    }
    let empty = try BuiltCommand.run("explain", folder.path("p/token-2"))
    #expect(empty.status == 2 && empty.error.contains("has no answer.txt [file-unreadable]"), "\(empty)")
  }

  @Test("the certificate for explain may be in a PFX")
  func explainByPFX() throws {
    try folder.write(Array("correct horse".utf8), to: "password")
    try make(Self.addKey, [], to: "r")
    try folder.write(
      Array("HTTP/2 401\n\n{\"error\":{\"code\":\"Authentication_MissingOrMalformed\",\"message\":\"x\"}}".utf8),
      to: "r/answer.txt")
    let arguments = [
      "explain", folder.path("r"), "--at", "2027-01-15T08:05:00Z", "--certificate",
      Fixtures.path("pfx/openssl-default.p12"),
    ]
    let outcome = try BuiltCommand.run(arguments + ["--password-file", folder.path("password")])
    #expect(outcome.status == 0 && !outcome.output.contains("without a key"), "\(outcome)")
    #expect(try BuiltCommand.run(arguments).error.contains("[password-required]"))
    #expect(try BuiltCommand.run("explain", folder.path("r"), "--password-file", folder.path("password")).status == 64)
  }
}
