import Foundation
import TestSupport
import Testing

/// `keyroll request check`: a request before it is sent, unchanged and after somebody has changed
/// it.
@Suite(.tags(.process)) struct RequestCheckTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func make(_ arguments: [String], _ options: [String] = []) throws -> String {
    let path = folder.path("request")
    let made = try BuiltCommand.run(
      ["request"] + arguments + RequestCommandTests.key + ["--output", path] + options)
    try #require(made.status == 0, "\(made)")
    return path
  }

  private func addKey(_ options: [String] = []) throws -> String {
    try make(["add-key", "--new-certificate", RequestCommandTests.other] + RequestCommandTests.graph, options)
  }

  private func check(_ path: String, _ options: [String] = ["--at", "2027-01-15T08:04:00Z"]) throws -> Outcome {
    try BuiltCommand.run(["request", "check", path] + options)
  }

  private func edit(_ name: String, _ change: (String) -> String) throws {
    let path = folder.path("request/\(name)")
    try change(String(contentsOfFile: path, encoding: .utf8)).write(toFile: path, atomically: true, encoding: .utf8)
  }

  @Test("an unchanged request is accepted, with the time that is left, also as JSON")
  func accepted() throws {
    let path = try addKey()
    let text = try check(path)
    #expect(text.status == 0 && text.error.isEmpty, "\(text)")
    #expect(text.output.hasPrefix("ACCEPTED  request add-key, judged for 2027-01-15T08:04:00Z, 4 checks warned\n"))
    #expect(text.output.contains("  passed   window                     until 2027-01-15T08:10:00Z, 6 min left\n"))
    let json = try check(path, ["--at", "2027-01-15T08:04:00Z", "--format", "json"])
    let report = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    #expect(report["accepted"] as? Bool == true && report["version"] as? Int == 1)
    #expect(report["request"] as? String == "add-key" && report["verdict"] as? String == "accepted")
    #expect((report["token"] as? [String: Any])?["profile"] as? String == "graph-proof")
  }

  @Test("a request that can only be sent later ends with a status of its own, and the report says when")
  func later() throws {
    let path = try addKey(["--not-before", "+2h"])
    let outcome = try check(path)
    #expect(outcome.status == 3, "\(outcome)")
    #expect(
      outcome.output.hasPrefix(
        "ACCEPTED  request add-key, judged for 2027-01-15T08:04:00Z, not open yet, 5 checks warned\n"))
    #expect(
      outcome.output.contains(
        "can be sent from 2027-01-15T10:00:00Z, in 1 h 56 min, to 2027-01-15T10:10:00Z [not-yet-valid]"))
    let json = try check(path, ["--at", "2027-01-15T08:04:00Z", "--format", "json"])
    #expect(
      json.status == 3 && json.output.contains("\"accepted\": true,\n  \"verdict\": \"not-yet-valid\","), "\(json)")
    #expect(try check(path, ["--at", "2027-01-15T10:00:00Z"]).status == 0)
    // A request that is rejected is rejected at any time.
    let rejected = try check(
      path, ["--at", "2027-01-15T08:04:00Z", "--object-id", SignCommandTests.clientID, "--format", "json"])
    #expect(rejected.status == 1 && rejected.output.contains("\"verdict\": \"rejected\""), "\(rejected)")
  }

  @Test("a request whose time is over is rejected")
  func over() throws {
    let outcome = try check(try addKey(), ["--at", "2027-01-15T08:10:00Z"])
    #expect(outcome.status == 1)
    #expect(outcome.output.contains("[token-rejected]") && outcome.output.contains("[expired]"), "\(outcome)")
  }

  @Test(
    "a change on the way is found",
    arguments: [
      ("request.curl", "proto = \"=https\"", "insecure", "configuration-altered"),
      ("request.curl", "graph.microsoft.com", "graph.example.com", "file-differs"),
      ("request.curl", "/v1.0/", "/v2.0/", "address-malformed"),
      ("request.curl", "header = \"@-\"", "header = \"@-\"\ntrace = \"trace.txt\"", "configuration-altered"),
      ("summary.txt", "08:10:00Z", "09:10:00Z", "file-differs"),
      ("summary.txt", "CN=other", "CN=wanted", "file-differs"),
      ("proof.jwt", "ey", "eY", "file-differs"),
      ("body.json", "AsymmetricX509Cert", "X509CertAndPassword", "body-malformed"),
      ("body.json", "\"proof\"", "\"proof\" ", "body-malformed"),
      ("body.json", "\"passwordCredential\":null", "\"passwordCredential\":{}", "body-malformed"),
      ("body.json", "{\"keyCredential\"", "{\"a\":1,\"keyCredential\"", "body-malformed"),
      ("body.json", "\"key\":\"MII", "\"key\":\"-II", "key-not-base64"),
      ("body.json", "\"key\":\"MII", "\"key\":\"MIJ", "key-not-certificate"),
      ("body.json", "\"},\"passwordCredential\"", "\",\"displayName\":\"x\"},\"passwordCredential\"", "file-differs"),
    ])
  func tampering(file: String, old: String, new: String, id: String) throws {
    let path = try addKey()
    try edit(file) { text in
      #expect(text.contains(old))
      return text.replacing(old, with: new, maxReplacements: 1)
    }
    let outcome = try check(path)
    #expect(outcome.status == 1, "\(outcome)")
    #expect(outcome.output.hasPrefix("REJECTED  ") && outcome.output.contains("[\(id)]"), "\(outcome)")
  }

  @Test("a private key, an old certificate or another object in the wrong place is found")
  func exchanged() throws {
    let path = try addKey()
    let body = try String(contentsOfFile: "\(path)/body.json", encoding: .utf8)
    let key = try #require(body.components(separatedBy: "\"key\":\"").last?.components(separatedBy: "\"").first)
    for (bytes, id) in [
      (try Fixtures.bytes("pem/pkcs8.der"), "private-key-in-body"),
      (try Fixtures.bytes("pfx/openssl-empty.p12"), "private-key-in-body"),
      (try Fixtures.bytes("certificates/leaf.der"), "certificate-registered"),
    ] {
      try body.replacing(key, with: Data(bytes).base64EncodedString())
        .write(toFile: "\(path)/body.json", atomically: true, encoding: .utf8)
      let outcome = try check(path)
      #expect(outcome.status == 1 && outcome.output.contains("[\(id)]"), "\(outcome)")
    }
    try body.write(toFile: "\(path)/body.json", atomically: true, encoding: .utf8)
    try edit("request.curl") { $0.replacing(SignCommandTests.objectID, with: SignCommandTests.clientID) }
    let outcome = try check(path)
    #expect(outcome.status == 1 && outcome.output.contains("[claim-mismatch]"), "\(outcome)")
    #expect(try check(path, ["--object-id", SignCommandTests.objectID]).output.contains("[object-mismatch]"))
  }

  @Test("missing files are named, and the user's own certificate decides")
  func files() throws {
    let path = try addKey()
    let distrusted = try check(path, ["--at", "2027-01-15T08:04:00Z", "--certificate", RequestCommandTests.other])
    #expect(distrusted.status == 1 && distrusted.output.contains("[thumbprint-of-another]"), "\(distrusted)")
    for name in ["summary.txt", "proof.jwt", "new-certificate.cer", "signing-certificate.cer", "body.json"] {
      try FileManager.default.removeItem(atPath: folder.path("request/\(name)"))
      let outcome = try check(path)
      #expect(outcome.status == 1, "\(outcome)")
      #expect(outcome.output.contains("[file-missing]") || name == "signing-certificate.cer", "\(outcome)")
    }
    #expect(try check(folder.path("nothing")).status == 2)
  }

  @Test("a single file is checked with the certificate that the user trusts")
  func singleFile() throws {
    let path = try addKey(["--single-file", "--display-name", #"a "b" \n c"#])
    let trusted = ["--at", "2027-01-15T08:04:00Z", "--certificate", SignCommandTests.certificate]
    #expect(try check(path, trusted).status == 0)
    #expect(try check(path).output.contains("no key was given to verify with [token-rejected]"))
    try edit("") { $0.replacing("url =", with: "proxy = \"http://example.com\"\nurl =") }
    #expect(try check(path, trusted).output.contains("[configuration-altered]"))
  }

  @Test("a token request is judged by the client in its form and the host it is posted to")
  func token() throws {
    let path = try make(
      [
        "token", "--tenant", SignCommandTests.tenant, "--client-id", SignCommandTests.clientID, "--audience-form",
        "issuer",
      ])
    #expect(try check(path).status == 0)
    try edit("request.curl") { $0.replacing("login.microsoftonline.com", with: "login.microsoftonline.us") }
    let elsewhere = try check(path)
    #expect(elsewhere.status == 1 && elsewhere.output.contains("AADSTS700023"), "\(elsewhere)")
    try edit("request.curl") { $0.replacing("login.microsoftonline.us", with: "login.microsoftonline.com") }
    try edit("body.form") {
      $0.replacing("client_id=\(SignCommandTests.clientID)", with: "client_id=\(SignCommandTests.objectID)")
    }
    let other = try check(path)
    #expect(other.status == 1 && other.output.contains("AADSTS700021"), "\(other)")
  }

  @Test("with the saved keyCredentials, removing the key that signs or the last valid one is refused unless forced")
  func removal() throws {
    func entry(_ id: String, _ file: String) throws -> String {
      let key = Data(try Fixtures.bytes(file)).base64EncodedString()
      return #"{"keyId":"\#(id)","type":"AsymmetricX509Cert","usage":"Verify","startDateTime":"2020-01-01T00:00:00Z","#
        + #""endDateTime":"2049-12-31T23:59:59Z","key":"\#(key)"}"#
    }
    let der = try Judge.run(
      "/bin/sh",
      ["-c", "openssl x509 -in '\(RequestCommandTests.other)' -outform der -out '\(folder.path("other.der"))'"])
    try #require(der.status == 0)
    let (own, other) = (SignCommandTests.clientID, SignCommandTests.tenant)
    let otherKey = Data(try folder.bytes("other.der")).base64EncodedString()
    let ownEntry = try entry(own, "certificates/leaf.der")
    let otherEntry = ownEntry.replacing(own, with: other)
      .replacing(Data(try Fixtures.bytes("certificates/leaf.der")).base64EncodedString(), with: otherKey)
    let both = try folder.write(Array("{\"keyCredentials\":[\(ownEntry),\(otherEntry)]}".utf8), to: "both.json")
    let one = try folder.write(Array("{\"keyCredentials\":[\(ownEntry)]}".utf8), to: "one.json")
    let remove =
      ["request", "remove-key", "--output", folder.path("request")] + RequestCommandTests.graph
      + RequestCommandTests.key
    for (options, id) in [
      (["--registered", both, "--key-id", own.uppercased()], "credential-signs"),
      (["--registered", one, "--key-id", own], "credential-last"),
      (["--registered", one, "--key-id", other], "credential-unknown"),
      (["--registered", one, "--old-certificate", RequestCommandTests.other], "credential-unknown"),
    ] {
      let refused = try BuiltCommand.run(remove + options)
      #expect(refused.status == 2 && refused.error.contains("[\(id)]"), "\(refused)")
    }
    let made = try BuiltCommand.run(remove + ["--registered", both, "--old-certificate", RequestCommandTests.other])
    #expect(made.status == 0, "\(made)")
    #expect(try folder.bytes("request/key-credentials.json") == folder.bytes("both.json"))
    #expect(
      try String(contentsOfFile: folder.path("request/body.json"), encoding: .utf8).hasPrefix("{\"keyId\":\"\(other)\"")
    )
    let checked = try check(folder.path("request"))
    #expect(
      checked.status == 0 && checked.output.contains("keyId \(own) stays until 2049-12-31T23:59:59Z"), "\(checked)")
    try FileManager.default.removeItem(atPath: folder.path("request"))
    let forced = try BuiltCommand.run(remove + ["--registered", both, "--key-id", own, "--force"])
    #expect(forced.status == 0 && forced.error.contains("[credential-signs]"), "\(forced)")
  }
}
