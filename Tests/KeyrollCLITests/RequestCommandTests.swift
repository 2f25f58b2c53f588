import Foundation
import TestSupport
import Testing

/// The commands that make requests.
@Suite(.tags(.process)) struct RequestCommandTests {
  static let key = ["--key", SignCommandTests.key, "--at", SignCommandTests.at]
  static let graph = ["--application", SignCommandTests.objectID]
  static let other = Fixtures.path("certificates/other.pem")
  private static let addOther = ["request", "add-key", "--new-certificate", other] + graph + key

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func run(_ arguments: [String], as name: String = "out") throws -> Outcome {
    try BuiltCommand.run(arguments + ["--output", folder.path(name)])
  }

  private func text(_ name: String) throws -> String {
    try #require(String(validating: try folder.bytes("out/\(name)"), as: UTF8.self))
  }

  private func base64(_ path: String) throws -> String {
    let der = try Judge.run("/bin/sh", ["-c", "openssl x509 -in '\(path)' -outform der | base64 -w0"])
    return der.output
  }

  @Test(
    "a saved answer is accepted as it is, and the key to remove is found by its certificate",
    arguments: ["powershell-5.json", "curl-i.http", "batch.json"])
  func registeredOtherwise(file: String) throws {
    let registered = Fixtures.path("key-credentials/\(file)")
    let made = try run(
      ["request", "remove-key", "--old-certificate", Self.other, "--registered", registered, "--force"] + Self.graph
        + Self.key)
    #expect(made.status == 0, "\(made)")
    #expect(try text("body.json").hasPrefix(#"{"keyId":"d0a919b4-6dbc-5e25-a794-8ca89dd382cc","proof":"#))
    #expect(try folder.bytes("out/key-credentials.json") == Fixtures.bytes("key-credentials/\(file)"))
    let checked = try BuiltCommand.run(
      "request", "check", folder.path("out"), "--at", SignCommandTests.at, "--format", "json")
    #expect(!checked.output.contains("key-credentials-file\",\n      \"status\": \"failed\""), "\(checked)")
  }

  @Test("add-key writes the documented body, the file for curl and the certificates, for the owner alone")
  func addKey() throws {
    let made = try run(Self.addOther)
    #expect(
      made
        == Outcome(status: 0, error: "keyroll: note: valid from 2027-01-15T08:00:00Z to 2027-01-15T08:10:00Z, 10 min\n")
    )
    #expect(
      try folder.names(in: "out") == [
        "body.json", "new-certificate.cer", "proof.jwt", "request.curl", "signing-certificate.cer", "summary.txt",
      ])
    #expect(try folder.mode("out") == 0o700)
    for name in try folder.names(in: "out") { #expect(try folder.mode("out/\(name)") == 0o600) }
    let proof = try text("proof.jwt").dropLast()
    #expect(
      try text("body.json")
        == #"{"keyCredential":{"type":"AsymmetricX509Cert","usage":"Verify","key":"\#(try base64(Self.other))"},"#
        + #""passwordCredential":null,"proof":"\#(proof)"}"#)
    #expect(
      try folder.bytes("out/new-certificate.cer") == [UInt8](try #require(Data(base64Encoded: base64(Self.other)))))
    #expect(
      try text("request.curl").hasPrefix(
        "url = \"https://graph.microsoft.com/v1.0/applications/\(SignCommandTests.objectID)/addKey\"\n"))
    #expect(
      try text("summary.txt").contains(
        "\nsend between     2027-01-15T08:00:00Z\nand              2027-01-15T08:10:00Z, which is 10 min\n"))
    let judged = try BuiltCommand.run(
      "verify", "--profile", "graph-proof", "--certificate", SignCommandTests.certificate, "--object-id",
      SignCommandTests.objectID, "--at", SignCommandTests.at, folder.path("out/proof.jwt"))
    #expect(judged.status == 0)
  }

  @Test(
    "the address names the object, the cloud and the version as asked for",
    arguments: [
      ([], "https://graph.microsoft.com/v1.0/applications/OBJECT/removeKey"),
      (
        ["--app-id", SignCommandTests.clientID],
        "https://graph.microsoft.com/v1.0/applications(appId='CLIENT')/removeKey"
      ),
      (["--cloud", "china", "--beta"], "https://microsoftgraph.chinacloudapi.cn/beta/applications/OBJECT/removeKey"),
      (["--graph-host", "graph.example.fr"], "https://graph.example.fr/v1.0/applications/OBJECT/removeKey"),
    ])
  func addresses(options: [String], address: String) throws {
    let made = try run(
      ["request", "remove-key", "--key-id", SignCommandTests.tenant] + Self.graph + Self.key + options)
    try #require(made.status == 0, "\(made)")
    let expected = address.replacing("OBJECT", with: SignCommandTests.objectID)
      .replacing("CLIENT", with: SignCommandTests.clientID)
    #expect(try text("request.curl").hasPrefix("url = \"\(expected)\"\n"))
    #expect(made.error.contains("[host-unknown]") == options.contains("--graph-host"))
    let proof = try text("proof.jwt").dropLast()
    #expect(try text("body.json") == #"{"keyId":"\#(SignCommandTests.tenant)","proof":"\#(proof)"}"#)
    let inspected = try BuiltCommand.run("inspect", folder.path("out/proof.jwt"))
    #expect(inspected.output.contains(SignCommandTests.objectID), "the proof names the object id in any case")
  }

  @Test("a token request is the documented form, and its assertion is for the host that it is posted to")
  func token() throws {
    let made = try run(
      ["request", "token", "--tenant", SignCommandTests.tenant, "--client-id", SignCommandTests.clientID]
        + ["--cloud", "usgov"] + Self.key)
    try #require(made.status == 0, "\(made)")
    let assertion = try text("assertion.jwt").dropLast()
    #expect(
      try text("body.form")
        == "client_id=\(SignCommandTests.clientID)&client_assertion=\(assertion)&grant_type=client_credentials"
        + "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"
        + "&scope=https%3A%2F%2Fgraph.microsoft.us%2F.default")
    #expect(
      try text("request.curl").hasPrefix(
        "url = \"https://login.microsoftonline.us/\(SignCommandTests.tenant)/oauth2/v2.0/token\"\n"))
    #expect(try !text("request.curl").contains("header = \"@-\""))
  }

  @Test("from a file that also has a private key, only the certificate is sent")
  func noPrivateKey() throws {
    let pem = try folder.write(
      Fixtures.bytes("keys/rsa-2048-other.pem") + Fixtures.bytes("certificates/other.pem"), to: "both.pem")
    for arguments in [["--new-certificate", pem], ["--new-certificate", Fixtures.path("pfx/other-certificate.p12")]] {
      let name = UUID().uuidString
      let made = try BuiltCommand.run(
        ["request", "add-key"] + arguments + Self.graph + Self.key + ["--new-password-fd", "5"]
          + ["--output", folder.path(name)], descriptors: [5: Array("correct horse\n".utf8)])
      guard made.status == 0 else {
        Issue.record("\(made)")
        continue
      }
      let body = try #require(String(validating: try folder.bytes("\(name)/body.json"), as: UTF8.self))
      #expect(body.contains("\"type\":\"AsymmetricX509Cert\"") && body.contains("\"passwordCredential\":null"))
      let der = try Judge.run(
        "/usr/bin/openssl", ["x509", "-inform", "der", "-in", folder.path("\(name)/new-certificate.cer"), "-noout"])
      #expect(der.status == 0)
      #expect(body.contains(try base64(folder.path("\(name)/new-certificate.cer"))))
    }
  }

  @Test(
    "a request that makes no sense is refused before the key is opened, and nothing is written",
    arguments: [
      (["--new-certificate", Fixtures.path("certificates/expired.pem")], "certificate-expired"),
      (["--new-certificate", Fixtures.path("certificates/rsa-1024.pem")], "rsa-key-too-small"),
      (["--new-certificate", Fixtures.path("certificates/ec-p256.pem")], "key-not-rsa"),
      (["--new-certificate", other, "--max-lifetime", "730d"], "certificate-lifetime"),
      (["--new-certificate", Fixtures.path("certificates/two-leaves.pem")], "several-certificates"),
      (["--new-certificate", Fixtures.path("pfx/openssl-default.p12"), "--new-password-fd", "5"], "wrong-password"),
      (["--new-certificate", Fixtures.path("pfx/openssl-empty.p12"), "--with-password"], "password-not-needed"),
      (["--new-certificate", other, "--with-password"], "unrecognised-key-file"),
      (["--new-certificate", other, "--graph-host", "https://graph.microsoft.com"], "malformed-parameter"),
      (["--new-certificate", other, "--app-id", "me"], "malformed-parameter"),
    ])
  func refusedBeforeTheKey(options: [String], id: String) throws {
    let made = try BuiltCommand.run(
      ["request", "add-key", "--key", "pem:/nonexistent/key.pem", "--at", SignCommandTests.at] + Self.graph + options
        + ["--output", folder.path("out")], descriptors: [5: Array("wrong\n".utf8)])
    #expect(made.status == 2 && made.output.isEmpty)
    #expect(made.error.contains("[\(id)]\n"), "\(made)")
    #expect(try folder.names().isEmpty)
  }

  @Test("the signing certificate is not added again, and a display name has at most 90 characters")
  func refusedAfterSigning() throws {
    let again = try run(
      ["request", "add-key", "--new-certificate", SignCommandTests.certificate] + Self.graph + Self.key)
    #expect(again.status == 2 && again.error.contains("[certificate-registered]"), "\(again)")
    let long = try run(Self.addOther + ["--display-name", String(repeating: "ü", count: 91)])
    #expect(long.status == 2 && long.error.contains("[display-name-too-long]"), "\(long)")
    #expect(try folder.names().isEmpty)
    #expect(try run(Self.addOther + ["--display-name", String(repeating: "ü", count: 90)]).status == 0)
  }

  @Test("nothing is replaced: no folder, file or link")
  func noOverwrite() throws {
    try folder.write([1], to: "file")
    try folder.link("link", to: "/nonexistent")
    try FileManager.default.createDirectory(atPath: folder.path("empty"), withIntermediateDirectories: false)
    for name in ["file", "link", "empty", "empty/"] {
      for options in [[], ["--single-file"]] {
        let made = try run(Self.addOther + options, as: name)
        #expect(made.status == 2 || made.status == 64, "\(made)")
        #expect(["[output-exists]", "[output-unwritable]", "[usage]"].contains { made.error.contains($0) })
      }
    }
    #expect(try folder.names() == ["empty", "file", "link"])
    #expect(try folder.names(in: "empty").isEmpty)
  }

  @Test("an existing proof is verified before it goes into a request")
  func readyProof() throws {
    let signed = try BuiltCommand.run(["sign", "proof", "--object-id", SignCommandTests.objectID] + Self.key)
    let proof = try folder.write(Array(signed.output.utf8), to: "proof.jwt")
    let ready = ["request", "add-key", "--new-certificate", Self.other, "--at", SignCommandTests.at, "--proof", proof]
    let made = try run(ready + Self.graph + ["--certificate", SignCommandTests.certificate])
    #expect(made.status == 0, "\(made)")
    #expect(try text("proof.jwt") == signed.output)
    for (options, status, id) in [
      (Self.graph + ["--certificate", Fixtures.path("certificates/renewed.pem")], 2, "token-rejected"),
      (
        ["--application", SignCommandTests.clientID, "--certificate", SignCommandTests.certificate], 2, "token-rejected"
      ),
      (Self.graph, 64, "usage"),
      (Self.graph + ["--certificate", SignCommandTests.certificate, "--not-before", "+1h"], 64, "usage"),
      (Self.graph + ["--certificate", SignCommandTests.certificate, "--key", "a.pem"], 64, "usage"),
    ] {
      let refused = try run(ready + options, as: "refused")
      #expect(refused.status == status && refused.error.contains("[\(id)]\n"), "\(refused)")
    }
    #expect(try folder.names() == ["out", "proof.jwt"])
  }

  @Test(
    "a command line that names no object, two, or one by the wrong id is refused",
    arguments: [
      [], ["--application", SignCommandTests.objectID, "--service-principal", SignCommandTests.objectID],
      ["--application", SignCommandTests.clientID, "--app-id", SignCommandTests.clientID.uppercased()],
      ["--application", SignCommandTests.objectID, "--cloud", "china", "--graph-host", "graph.example.fr"],
    ])
  func wrongObject(options: [String]) throws {
    let made = try run(["request", "add-key", "--new-certificate", Self.other] + Self.key + options)
    #expect(made.status == 64 && made.error.contains("[usage]\n"), "\(made)")
  }
}
