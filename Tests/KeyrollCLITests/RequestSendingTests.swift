import Foundation
import TestSupport
import Testing

/// Requests as they are carried to the connected machine, sent by curl to a server that is not ours.
@Suite("Requests that curl sends", .tags(.process), .enabled(if: Judge.python != nil, Comment(rawValue: Judge.absence)))
struct RequestSendingTests {
  private static let key = "pem:\(Fixtures.path("keys/rsa-2048.pem"));cert=\(certificate)"
  private static let certificate = Fixtures.path("certificates/leaf.pem")
  private static let keyID = "9a0b1c2d-3e4f-4a5b-8c6d-7e8f9a0b1c2d"
  private static let graph = ["--application", LoopbackService.applicationID]

  private let folder: TemporaryFolder
  private let service: LoopbackService

  init() throws {
    folder = try TemporaryFolder()
    service = try LoopbackService(registered: [Self.keyID: Self.certificate])
  }

  /// Makes a request and returns its path.
  private func make(_ arguments: [String], key: [String] = ["--key", key], as name: String = UUID().uuidString) throws
    -> String
  {
    let path = folder.path(name)
    let made = try BuiltCommand.run(["request"] + arguments + key + ["--output", path])
    try #require(made.status == 0, "\(made)")
    return path
  }

  private func answer(in path: String) throws -> String {
    try String(contentsOfFile: "\(path)/answer.txt", encoding: .utf8)
  }

  /// Gets an access token by a token request, as `docs/requests-and-answers.md` does, and returns the header for it.
  private func header() throws -> String {
    let path = try make(["token", "--tenant", LoopbackService.tenant, "--client-id", LoopbackService.clientID])
    let sent = try service.send(in: path)
    try #require(
      sent == Outcome(status: 0, output: "HTTP status 200, answer in answer.txt\n"), "\(sent)\n\(service.log)")
    let header = try Shell.run(
      #"sed -n 's/.*"access_token" *: *"\([^"]*\)".*/Authorization: Bearer \1/p' '\#(path)/answer.txt'"#)
    #expect(header.output.hasPrefix("Authorization: Bearer ") && header.output.count > 60)
    return header.output
  }

  @Test("a token request is answered with an access token, with which a certificate is added and the old one removed")
  func roll() throws {
    let header = try header()
    let added = try make(["add-key", "--new-certificate", Fixtures.path("certificates/other.pem")] + Self.graph)
    let sent = try service.send(in: added, header: header)
    #expect(sent == Outcome(status: 0, output: "HTTP status 200, answer in answer.txt\n"), "\(service.log)")
    let answer = try answer(in: added)
    #expect(answer.hasPrefix("HTTP/1.1 200") && answer.contains("\"customKeyIdentifier\": \""))

    let newKey = "pem:\(Fixtures.path("keys/rsa-2048-other.pem"));cert=\(Fixtures.path("certificates/other.pem"))"
    let removed = try make(["remove-key", "--key-id", Self.keyID] + Self.graph, key: ["--key", newKey])
    #expect(
      try service.send(in: removed, header: header)
        == Outcome(status: 0, output: "HTTP status 204, answer in answer.txt\n"), "\(service.log)")
    // The key is gone, so its own proof no longer counts.
    let late = try make(["remove-key", "--key-id", Self.keyID] + Self.graph)
    let refused = try service.send(in: late, header: header)
    #expect(refused.status == 22 && refused.output.hasPrefix("HTTP status 401"))
    #expect(service.log.contains("x5t is of no registered certificate"))
  }

  @Test(
    "the printed lines send it, and only the user who ran them can read the answer",
    arguments: [[], ["--single-file"]], ["token", "remove-key", "remove-key < HEADER-FILE"])
  func printedLines(options: [String], kind: String) throws {
    let header = kind == "token" ? "" : try header()
    let path = try make(
      (kind == "token"
        ? ["token", "--tenant", LoopbackService.tenant, "--client-id", LoopbackService.clientID]
        : ["remove-key", "--key-id", LoopbackService.applicationID] + Self.graph) + options, as: "made")
    let file = options.isEmpty ? "request.curl" : "made"
    let text = try String(contentsOfFile: options.isEmpty ? "\(path)/summary.txt" : path, encoding: .utf8)
    // Comments in a file begin with `#`.
    let lines = text.split(separator: "\n").map { String($0.drop { "# ".contains($0) }) }
    let line = try #require(
      lines.first { $0.contains("curl --config ") && $0.contains("HEADER-FILE") == kind.hasSuffix("FILE") })
    try folder.write(Array(header.utf8), to: "header.txt")
    let sent = try service.send(
      by: line.replacing("THIS-FILE", with: file).replacing("HEADER-FILE", with: folder.path("header.txt")),
      in: options.isEmpty ? path : folder.path(""),
      ["ACCESS_TOKEN": String(header.dropFirst("Authorization: Bearer ".count).prefix { $0 != "\n" })])
    // The service answers that it does not know the key to remove. It tells that to nobody with a wrong access token.
    #expect(
      sent.output == "HTTP status \(kind == "token" ? 200 : 400), answer in answer.txt\n", "\(sent)\n\(service.log)")
    #expect(try folder.mode(options.isEmpty ? "made/answer.txt" : "answer.txt") == 0o600)
  }

  @Test(
    "a PFX is sent with its password, whatever characters the password and the display name have",
    arguments: [false, true])
  func withPassword(isSingleFile: Bool) throws {
    let password = #"a "b" \ c%41&=+ü 🔑 {x} [1-3] $HOME `id` @"#
    try folder.write(Array(password.utf8), to: "password")
    let exported = try Judge.run(
      "/usr/bin/openssl",
      ["pkcs12", "-export", "-inkey", Fixtures.path("keys/rsa-2048-other.pem"), "-in"]
        + [Fixtures.path("certificates/other.pem"), "-passout", "file:\(folder.path("password"))"]
        + ["-out", folder.path("new.p12")])
    try #require(exported.status == 0, "\(exported)")
    let name = #"a "new" \ key, schlüssel %41 $HOME {}[] @"#
    let path = try make(
      ["add-key", "--service-principal", LoopbackService.servicePrincipalID, "--app-id", LoopbackService.clientID]
        + ["--beta", "--new-certificate", folder.path("new.p12"), "--with-password"]
        + ["--new-password-file", folder.path("password"), "--display-name", name]
        + (isSingleFile ? ["--single-file"] : []), as: "new")
    #expect(try folder.mode("new") == (isSingleFile ? 0o600 : 0o700))
    let sent =
      isSingleFile
      ? try service.send("new", in: folder.path(""), header: try header())
      : try service.send(in: path, header: try header())
    #expect(sent == Outcome(status: 0, output: "HTTP status 200, answer in answer.txt\n"), "\(service.log)")
    let answer = try answer(in: isSingleFile ? folder.path("") : path)
    let body = try #require(answer.components(separatedBy: "\r\n\r\n").last)
    let credential = try #require(
      try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any])
    #expect(credential["displayName"] as? String == name)
    #expect(credential["type"] as? String == "X509CertAndPassword")
  }

  @Test("a proof by another key and an altered one get a 401, and explain names the cause")
  func brokenProof() throws {
    let header = try header()
    let new = ["add-key", "--new-certificate", Fixtures.path("certificates/leaf.pem")] + Self.graph
    let otherKey = "pem:\(Fixtures.path("keys/rsa-2048-other.pem"));cert=\(Fixtures.path("certificates/other.pem"))"
    let byAnother = try make(new, key: ["--key", otherKey])
    let altered = try make(["remove-key", "--key-id", Self.keyID] + Self.graph)
    let body = try String(contentsOfFile: "\(altered)/body.json", encoding: .utf8)
    let spoiled = body.dropLast(12) + (body.dropLast(11).last == "A" ? "B" : "A") + body.suffix(11)
    try spoiled.write(toFile: "\(altered)/body.json", atomically: true, encoding: .utf8)
    let proof = try String(contentsOfFile: "\(altered)/proof.jwt", encoding: .utf8).dropLast(11)
    try "\(proof)\(spoiled.suffix(12).prefix(10))\n".write(
      toFile: "\(altered)/proof.jwt", atomically: true, encoding: .utf8)
    for (path, finding, cause) in [
      (byAnother, "x5t is of no registered certificate", "x5t is of another certificate"),
      (altered, "Signature verification failed", "[bad-signature]"),
    ] {
      let sent = try service.send(in: path, header: header)
      #expect(sent.status == 22 && sent.output == "HTTP status 401, answer in answer.txt\n", "\(sent)")
      #expect(try answer(in: path).contains("\"code\": \"Authentication_MissingOrMalformed\""))
      #expect(service.log.contains(finding))
      // With the files that came back, and the registered certificate.
      let explained = try BuiltCommand.run(
        "explain", "\(path)/answer.txt", "--token", "\(path)/proof.jwt", "--certificate", Self.certificate)
      #expect(explained.status == 0 && explained.output.contains("[proof-refused]"), "\(explained)")
      #expect(explained.output.contains(cause), "\(explained)")
    }
    // The check has found the same fault as the service, before.
    #expect(try BuiltCommand.run("request", "check", altered).status == 1)
  }

  @Test("without an access token Graph refuses, and in another folder curl sends nothing at all")
  func wrongStart() throws {
    let path = try make(["remove-key", "--key-id", Self.keyID] + Self.graph)
    let bare = try service.send(in: path)
    #expect(bare.status == 22)
    #expect(try answer(in: path).contains("InvalidAuthenticationToken"))
    let before = service.log
    let elsewhere = try service.send("'\(path)/request.curl'", in: folder.path(""))
    #expect(elsewhere.status == 26, "\(elsewhere)")
    #expect(service.log == before)
  }

  @Test("MSAL Python gets an access token with the assertion", arguments: [nil, "RS256"])
  func msal(algorithm: String?) throws {
    let path = try make(
      ["token", "--tenant", LoopbackService.tenant, "--client-id", LoopbackService.clientID]
        + (algorithm.map { ["--algorithm", $0] } ?? []))
    let assertion = try [UInt8](Data(contentsOf: URL(fileURLWithPath: "\(path)/assertion.jwt")))
    let answered = try Judge.run(
      script: "judge_msal_token",
      ["\(service.port)", service.trustedCertificate, LoopbackService.loginHost, LoopbackService.tenant]
        + [LoopbackService.clientID, "https://\(LoopbackService.graphHost)/.default"], input: assertion)
    #expect(answered.status == 0 && answered.output.contains("\"access_token\": \""), "\(answered)\n\(service.log)")
  }
}
