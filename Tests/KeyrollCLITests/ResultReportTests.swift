import Foundation
import TestSupport
import Testing

/// What programs are told of a result by `--format json`.
@Suite(.tags(.process)) struct ResultReportTests {
  private static let proof = [
    "sign", "proof", "--key", SignCommandTests.key, "--object-id", SignCommandTests.objectID, "--at",
    SignCommandTests.at, "--format", "json", "--quiet",
  ]
  private static let preparing = [
    "prepare", "proof", "--certificate", SignCommandTests.certificate, "--object-id", SignCommandTests.objectID, "--at",
    SignCommandTests.at, "--format", "json", "--quiet",
  ]

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func token() throws -> String {
    let made = try BuiltCommand.run(Self.proof.filter { !["--format", "json"].contains($0) })
    return made.output.replacing("\n", with: "")
  }

  @Test("a token is in the report, or in the file that the report names")
  func signed() throws {
    #expect(
      try BuiltCommand.run(Self.proof)
        == Outcome(
          status: 0,
          output: """
            {
              "version": 1,
              "token": "\(try token())",
              "profile": "graph-proof",
              "algorithm": "RS256",
              "validFrom": "2027-01-15T08:00:00Z",
              "validUntil": "2027-01-15T08:10:00Z"
            }

            """))
    let path = folder.path("proof.jwt")
    #expect(
      try BuiltCommand.run(Self.proof + ["--output", path])
        == Outcome(
          status: 0,
          output: """
            {
              "version": 1,
              "file": "\(path)",
              "profile": "graph-proof",
              "algorithm": "RS256",
              "validFrom": "2027-01-15T08:00:00Z",
              "validUntil": "2027-01-15T08:10:00Z"
            }

            """))
    #expect(try folder.bytes("proof.jwt") == Array("\(try token())\n".utf8))
  }

  @Test("tokens for windows that follow each other are listed with their files")
  func windows() throws {
    let made = try BuiltCommand.run(Self.proof + ["--windows", "2", "--output", folder.path("proof")])
    #expect(
      made.output == """
        {
          "version": 1,
          "tokens": [
            {
              "file": "\(folder.path("proof-20270115T080000Z.jwt"))",
              "profile": "graph-proof",
              "algorithm": "RS256",
              "validFrom": "2027-01-15T08:00:00Z",
              "validUntil": "2027-01-15T08:10:00Z"
            },
            {
              "file": "\(folder.path("proof-20270115T081000Z.jwt"))",
              "profile": "graph-proof",
              "algorithm": "RS256",
              "validFrom": "2027-01-15T08:10:00Z",
              "validUntil": "2027-01-15T08:20:00Z"
            }
          ]
        }

        """)
  }

  @Test("what would go to standard output beside the report is refused")
  func collisions() throws {
    let drawn = try BuiltCommand.run(Self.proof + ["--qr"])
    #expect(drawn.status == 64 && drawn.output.isEmpty)
    #expect(drawn.error.contains("--qr and --format json both write to standard output"), "\(drawn)")
    let form = try BuiltCommand.run(Self.preparing + ["--as", "digest-hex", "--output", folder.path("request.json")])
    #expect(form.status == 64 && form.output.isEmpty)
    #expect(form.error.contains("--as and --format json both write to standard output"), "\(form)")
    #expect(try folder.names().isEmpty)
  }

  @Test("a signing request is in its report as an object, and what is assembled is reported as what is signed")
  func carried() throws {
    let told = try BuiltCommand.run(Self.preparing)
    let report = try #require(try JSONSerialization.jsonObject(with: Data(told.output.utf8)) as? [String: Any])
    #expect(
      Set(report.keys) == ["version", "request", "profile", "algorithm", "validFrom", "validUntil"], "\(told)")
    #expect((report["request"] as? [String: Any])?["keyroll-signing-request"] as? Int == 1, "\(told)")
    let request = folder.path("request.json")
    let written = try BuiltCommand.run(Self.preparing + ["--output", request])
    #expect(
      written.output == """
        {
          "version": 1,
          "file": "\(request)",
          "profile": "graph-proof",
          "algorithm": "RS256",
          "validFrom": "2027-01-15T08:00:00Z",
          "validUntil": "2027-01-15T08:10:00Z"
        }

        """)
    let digest = try BuiltCommand.run(
      "prepare", "form", "--as", "digest", "--format", "json", "--at", SignCommandTests.at, request)
    let hexadecimal = try BuiltCommand.run(
      "prepare", "form", "--as", "digest-hex", "--format", "json", "--at", SignCommandTests.at, request)
    let bytes = try #require(
      (try JSONSerialization.jsonObject(with: Data(digest.output.utf8)) as? [String: Any])?["base64"] as? String)
    let text = try #require(Data(base64Encoded: bytes)).map { String(format: "%02x", $0) }.joined()
    #expect(
      hexadecimal.output == """
        {
          "version": 1,
          "text": "\(text)",
          "form": "digest-hex"
        }

        """)
    let signature = try BuiltCommand.run(
      "sign-request", "--yes", "--key", SignCommandTests.key, "--at", SignCommandTests.at, request)
    let assembled = try BuiltCommand.run(
      ["assemble", "--request", request, "--signature", "-", "--at", SignCommandTests.at, "--format", "json"],
      input: Array(signature.output.utf8))
    #expect(assembled.output == (try BuiltCommand.run(Self.proof).output))
  }

  @Test("what is signed elsewhere is reported too: the request with the verdict, and its signature or the token")
  func signedElsewhere() throws {
    let request = folder.path("request.json")
    #expect(try BuiltCommand.run(Self.preparing + ["--output", request]).status == 0)
    func sign(_ options: [String]) throws -> Outcome {
      try BuiltCommand.run(["sign-request", "--format", "json", "--at", SignCommandTests.at] + options + [request])
    }
    func object(_ text: some StringProtocol) throws -> [String: Any] {
      try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }
    let shown = try sign(["--show"])
    let report = try object(shown.output)
    #expect(shown.status == 0 && report["accepted"] as? Bool == true, "\(shown)")
    #expect((report["request"] as? [String: Any])?["keyroll-signing-request"] as? Int == 1)
    let other = try sign(["--show", "--object-id", SignCommandTests.tenant])
    let judged = try object(other.output)
    #expect(other.status == 2 && judged["accepted"] as? Bool == false, "\(other)")
    let error = try object(try #require(other.error.split(separator: "\n").last))["error"] as? [String: Any]
    #expect(error?["id"] as? String == "parameter-mismatch")
    let key = ["--yes", "--key", SignCommandTests.key]
    let signed = try sign(key)
    let fields = (try object(try #require(signed.error.split(separator: "\n").first))["note"] as? [String: Any])?[
      "fields"]
    #expect((fields as? [[String: String]])?.first == ["name": "profile", "value": "graph-proof"], "\(signed)")
    let signature = try token().split(separator: ".").last.map(String.init)
    #expect(try object(signed.output)["signature"] as? String == signature, "\(signed)")
    #expect(try sign(key + ["--token", "--quiet"]).output == (try BuiltCommand.run(Self.proof).output))
    let codes = try folder.write(Array("one code\n".utf8), to: "codes.txt")
    #expect(
      try BuiltCommand.run("join-codes", "--format", "json", codes).output
        == "{\n  \"version\": 1,\n  \"text\": \"one code\"\n}\n")
  }

  @Test("a request for another machine is reported with its files and its window")
  func request() throws {
    let path = folder.path("add-key")
    let made = try BuiltCommand.run(
      "request", "add-key", "--application", SignCommandTests.objectID, "--new-certificate",
      Fixtures.path("certificates/other.pem"), "--key", SignCommandTests.key, "--at", SignCommandTests.at, "--output",
      path,
      "--format", "json", "--quiet")
    #expect(
      made
        == Outcome(
          status: 0,
          output: """
            {
              "version": 1,
              "request": "add-key",
              "folder": "\(path)",
              "address": "https://graph.microsoft.com/v1.0/applications/\(SignCommandTests.objectID)/addKey",
              "files": [
                "request.curl",
                "summary.txt",
                "body.json",
                "proof.jwt",
                "new-certificate.cer",
                "signing-certificate.cer"
              ],
              "validFrom": "2027-01-15T08:00:00Z",
              "validUntil": "2027-01-15T08:10:00Z"
            }

            """))
  }

  @Test("the list of profiles is the same for programs as for people")
  func profiles() throws {
    let told = try BuiltCommand.run("profiles", "--format", "json")
    let report = try #require(try JSONSerialization.jsonObject(with: Data(told.output.utf8)) as? [String: Any])
    let profiles = try #require(report["profiles"] as? [[String: Any]])
    let lines = try BuiltCommand.run("profiles").output.split(separator: "\n").map(String.init)
    let names = profiles.compactMap { $0["name"] as? String }
    #expect(names == lines.filter { !$0.hasPrefix(" ") }.compactMap { $0.split(separator: " ").first.map(String.init) })
    let parameters = profiles.flatMap { $0["parameters"] as? [[String: Any]] ?? [] }.compactMap {
      $0["name"] as? String
    }
    let listed = lines.filter { $0.hasPrefix(" ") }.compactMap {
      $0.split(separator: " ").dropFirst().first?.split(separator: "=").first.map(String.init)
    }
    #expect(parameters == listed && !parameters.isEmpty)
    #expect(report["version"] as? Int == 1)
    #expect(
      try BuiltCommand.run("profiles", "okta", "--format", "json") == (try BuiltCommand.run("profiles", "okta")))
  }
}
