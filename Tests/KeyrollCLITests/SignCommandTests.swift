import Foundation
import Keyroll
import TestSupport
import Testing

@Suite(.tags(.process)) struct SignCommandTests {
  static let key = "pem:\(Fixtures.path("keys/rsa-2048.pem"));cert=\(Fixtures.path("certificates/leaf.pem"))"
  static let certificate = Fixtures.path("certificates/leaf.pem")
  static let objectID = "0b5f2f6e-7a8a-4d4e-9f53-3f6c2b1a9d01"
  static let clientID = "2f1e9c44-5a0b-4c1d-8e2f-7b6a5c4d3e02"
  static let tenant = "5d9c1b7e-3f2a-4e6b-9c8d-1a2b3c4d5e03"
  static let at = "2027-01-15T08:00:00Z"
  private static let proof = ["sign", "proof", "--key", key, "--object-id", objectID, "--at", at]

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func segments(_ output: String) throws -> [String] {
    #expect(output.hasSuffix("\n"))
    let parts = output.dropLast().split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    try #require(parts.count == 3)
    return parts
  }

  private func decoded(_ segment: String) throws -> String {
    let base64 = segment.replacing("-", with: "+").replacing("_", with: "/")
    let data = try #require(Data(base64Encoded: base64 + String(repeating: "=", count: (4 - base64.count % 4) % 4)))
    return try #require(String(bytes: data, encoding: .utf8))
  }

  @Test("a proof is exactly what Graph documents, and its window is said in UTC")
  func proof() throws {
    let outcome = try BuiltCommand.run(Self.proof)
    #expect(outcome.status == 0)
    #expect(outcome.error == "keyroll: note: valid from 2027-01-15T08:00:00Z to 2027-01-15T08:10:00Z, 10 min\n")
    let parts = try segments(outcome.output)
    let thumbprint = try thumbprintOfLeaf()
    #expect(
      try decoded(parts[0])
        == "{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"\(thumbprint.hex)\",\"x5t\":\"\(thumbprint.base64url)\"}")
    #expect(
      try decoded(parts[1])
        == "{\"aud\":\"00000002-0000-0000-c000-000000000000\",\"iss\":\"\(Self.objectID)\",\"nbf\":1800000000,\"exp\":1800000600}"
    )
  }

  private func thumbprintOfLeaf() throws -> (hex: String, base64url: String) {
    let line = try Judge.run("/usr/bin/openssl", ["x509", "-in", Self.certificate, "-noout", "-fingerprint", "-sha1"])
      .output
    let hex = try #require(line.split(separator: "=").last).trimmingCharacters(in: .newlines).replacing(":", with: "")
    let bytes = stride(from: 0, to: hex.count, by: 2).compactMap { offset in
      UInt8(hex.dropFirst(offset).prefix(2), radix: 16)
    }
    let base64 = Data(bytes).base64EncodedString()
    return (hex, base64.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: ""))
  }

  @Test(
    "openssl accepts every algorithm's signature", arguments: ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"])
  func openssl(algorithm: String) throws {
    let outcome = try BuiltCommand.run(Self.assertion + ["--algorithm", algorithm])
    try #require(outcome.status == 0, "\(outcome)")
    let verdict = try OpenSSLJudge.verdict(
      on: String(outcome.output.dropLast()), algorithm: algorithm, certificate: Self.certificate)
    #expect(verdict == "Verified OK\n")
  }

  private static let assertion = [
    "sign", "assertion", "--key", key, "--tenant", tenant, "--client-id", clientID, "--at", at,
  ]

  @Test(
    "PyJWT and joserfc accept every algorithm's signature",
    .enabled(if: Judge.python != nil, Comment(rawValue: Judge.absence)),
    arguments: ["pyjwt", "joserfc"], ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"])
  func python(library: String, algorithm: String) throws {
    let outcome = try BuiltCommand.run(Self.assertion + ["--algorithm", algorithm, "--x5c"])
    try #require(outcome.status == 0, "\(outcome)")
    let judged = try Judge.run(
      script: "judge_verify", [library, algorithm, Self.certificate], input: Array(outcome.output.dropLast().utf8))
    #expect(judged.status == 0, "\(judged)")
    #expect(judged.output.contains("\"alg\": \"\(algorithm)\""))
  }

  @Test(
    "claims that the profile refuses never reach the key, which is not even opened",
    arguments: [
      (["--valid-for", "11m"], "window-too-long"), (["--object-id", "not-a-guid"], "malformed-parameter"),
      (["--valid-for", "601s"], "window-too-long"), (["--not-before", "1970-01-01T02:00:00Z"], "date-near-1970"),
    ])
  func refusedBeforeTheKey(options: [String], id: String) throws {
    // A key that does not exist would be found out first if it were looked at.
    var arguments = ["sign", "proof", "--key", "pem:/nonexistent/key.pem", "--at", Self.at]
    if !options.contains("--object-id") { arguments += ["--object-id", Self.objectID] }
    let outcome = try BuiltCommand.run(arguments + options)
    #expect(outcome.status == 2)
    #expect(outcome.output.isEmpty)
    #expect(outcome.error.contains("[\(id)]\n"), "\(outcome)")
    #expect(outcome.error.hasPrefix("keyroll: error: "))
  }

  @Test(
    "a certificate that is not valid over the window is refused, and the message says so",
    arguments: [
      ("certificates/expired.pem", "certificate-expired"),
      ("certificates/not-yet-valid.pem", "certificate-not-yet-valid"),
    ])
  func certificateDates(file: String, id: String) throws {
    let outcome = try BuiltCommand.run(
      "sign", "proof", "--key", Fixtures.path("keys/rsa-2048.pem"), "--certificate", Fixtures.path(file), "--object-id",
      Self.objectID)
    #expect(outcome.status == 2)
    #expect(outcome.output.isEmpty)
    #expect(outcome.error.contains("[\(id)]\n"), "\(outcome)")
  }

  @Test("a proof that starts later is signed, and is valid then")
  func later() throws {
    let outcome = try BuiltCommand.run(Self.proof + ["--not-before", "+2h"])
    #expect(outcome.status == 0)
    #expect(outcome.error == "keyroll: note: valid from 2027-01-15T10:00:00Z to 2027-01-15T10:10:00Z, 10 min\n")
    func verify(_ time: String) throws -> Int32 {
      try BuiltCommand.run(
        "verify", "--profile", "graph-proof", "--certificate", Self.certificate, "--object-id", Self.objectID, "--at",
        time,
        outcome.output.trimmingCharacters(in: .newlines)
      ).status
    }
    #expect(try verify("2027-01-15T10:05:00Z") == 0)
    #expect(try verify(Self.at) == 1)
    #expect(try verify("2027-01-15T10:10:00Z") == 1)
  }

  @Test("an output file is whole, private, and never replaced without --force")
  func outputFile() throws {
    let path = folder.path("proof.jwt")
    let first = try BuiltCommand.run(Self.proof + ["--output", path])
    #expect(first.status == 0)
    #expect(first.output.isEmpty)
    #expect(try folder.mode("proof.jwt") == 0o600)
    let token = try folder.bytes("proof.jwt")
    #expect(token.last == UInt8(ascii: "\n"))
    let second = try BuiltCommand.run(Self.proof + ["--output", path])
    #expect(second.status == 2)
    #expect(
      second.error
        == "keyroll: error: \(path) already exists [output-exists]\nkeyroll: hint: choose another name, or replace it with --force\n"
    )
    #expect(try folder.bytes("proof.jwt") == token)
    #expect(try BuiltCommand.run(Self.proof + ["--valid-for", "5m", "--output", path, "--force"]).status == 0)
    #expect(try folder.bytes("proof.jwt") != token)
    #expect(try folder.names() == ["proof.jwt"])
  }

  @Test("no file that is read is replaced, whatever it is called and whatever it is for")
  func sparedInputs() throws {
    let key = try folder.write(try Fixtures.bytes("keys/rsa-2048.pem"), to: "key.pem")
    let certificate = try folder.write(try Fixtures.bytes("certificates/leaf.pem"), to: "certificate.pem")
    let password = try folder.write([0x0A], to: "password")
    let same = folder.path("./key.pem")
    for (options, output) in [
      (["--key", key, "--certificate", certificate], same), (["--key", "PEM:\(key);cert=\(certificate)"], key),
      (["--key", "pem:\(key);cert=\(certificate)"], certificate),
      (["--key", key, "--certificate", certificate], certificate),
      (["--key", key, "--certificate", certificate, "--password-file", password], password),
    ] {
      let outcome = try BuiltCommand.run(
        ["sign", "proof", "--object-id", Self.objectID, "--at", Self.at, "--output", output, "--force"] + options)
      #expect(
        outcome
          == Outcome(
            status: 2,
            error: """
              keyroll: error: \(output) is read by this command, and is not replaced [output-exists]
              keyroll: hint: choose another name

              """))
    }
    #expect(try folder.bytes("key.pem") == Fixtures.bytes("keys/rsa-2048.pem"))
  }

  @Test("a token that cannot be written ends with an error")
  func fullDisk() throws {
    let outcome = try BuiltCommand.run(Self.proof, output: "/dev/full")
    #expect(outcome.status == 2)
    #expect(outcome.error.contains("[output-unwritable]\n"), "\(outcome)")
  }

  @Test("an algorithm that nothing documents is used when asked for, with a warning")
  func unproven() throws {
    let outcome = try BuiltCommand.run(Self.proof + ["--algorithm", "PS256"])
    #expect(outcome.status == 0)
    #expect(
      outcome.error.hasPrefix(
        "keyroll: warning: alg is PS256, which no known document names for this token [algorithm-unproven]\n"))
  }

  @Test(
    "keys that the service would refuse are refused, with what it would answer",
    arguments: [
      ("keys/rsa-1024.pem", "rsa-key-too-small", "AADSTS700027"), ("keys/ec-p256.pem", "key-not-rsa", "AADSTS5002738"),
    ])
  func unfitKeys(file: String, id: String, answer: String) throws {
    let outcome = try BuiltCommand.run("sign", "proof", "--key", Fixtures.path(file), "--object-id", Self.objectID)
    #expect(outcome.status == 2)
    #expect(outcome.output.isEmpty)
    #expect(outcome.error.contains("[\(id)]\n"), "\(outcome)")
    #expect(outcome.error.contains(answer), "\(outcome)")
  }

  @Test("a built-in profile signs by its parameters, and the same profile accepts it")
  func builtInProfile() throws {
    let parameters = ["--profile", "snowflake", "--parameter", "account=ACME-EU", "--parameter", "user=LOADER"]
    let signed = try BuiltCommand.run(
      ["sign", "claims", "--key", Fixtures.path("keys/rsa-2048.pem"), "--at", Self.at] + parameters)
    try #require(signed.status == 0, "\(signed)")
    let judged = try BuiltCommand.run(
      ["verify", "--certificate", Self.certificate, "--at", Self.at] + parameters + [
        signed.output.trimmingCharacters(in: .newlines)
      ])
    #expect(judged.status == 0, "\(judged)")
    let spki = try Judge.run(
      "/usr/bin/openssl",
      ["pkey", "-in", Fixtures.path("keys/rsa-2048.pem"), "-pubout", "-outform", "DER", "-out", folder.path("spki")])
    #expect(spki.status == 0)
    let digest = try Judge.run(
      "/usr/bin/openssl", ["dgst", "-sha256", "-binary", "-out", folder.path("digest"), folder.path("spki")])
    #expect(digest.status == 0)
    let fingerprint = Data(try folder.bytes("digest")).base64EncodedString()
    #expect(try decoded(segments(signed.output)[1]).contains("\"iss\":\"ACME-EU.LOADER.SHA256:\(fingerprint)\""))
  }

  @Test(
    "standard input is read for one thing only",
    arguments: [
      ["--key", "pem:-", "--password-file", "-"], ["--key", "pfx:-;name=a", "--certificate", "-"],
      ["--key", "-", "--password-fd", "0"],
    ])
  func standardInput(options: [String]) throws {
    let outcome = try BuiltCommand.run(["sign", "proof", "--object-id", Self.objectID] + options, input: [0x0A])
    #expect(outcome.status == 64, "\(outcome)")
    #expect(outcome.error.hasPrefix("keyroll: error: standard input cannot be both the key and the "))
  }

  @Test(
    "a PFX comes on standard input, also as the base64 text that a vault returns",
    arguments: ["pfx/openssl-empty.p12", "pfx/base64-one-line.txt"])
  func pfxOnStandardInput(file: String) throws {
    let outcome = try BuiltCommand.run(
      ["sign", "proof", "--key", "pfx:-", "--object-id", Self.objectID, "--at", Self.at],
      input: try Fixtures.bytes(file))
    #expect(outcome.status == 0, "\(outcome)")
  }

  @Test(
    "an algorithm is taken in letters of either case from the command line, and in a token in its own alone",
    arguments: ["rs256", "Rs384", "RS512", "ps256", "pS384", "PS512"])
  func algorithmCase(name: String) throws {
    let made = try BuiltCommand.run(Self.assertion + ["--algorithm", name])
    let header = try decoded(try segments(made.output)[0])
    #expect(made.status == 0 && header.hasPrefix(#"{"alg":"\#(name.uppercased())","#), "\(made)")
    let lower = header.replacing(name.uppercased(), with: name.lowercased())
    let text = Base64.url.text(Array(lower.utf8).span)
    let parts = made.output.split(separator: ".")
    let outcome = try BuiltCommand.run(
      ["verify", "--profile", "entra-assertion", "--certificate", Self.certificate, "--algorithm", name, "-"],
      input: Array("\(text).\(parts[1]).\(parts[2])".utf8))
    #expect(outcome.status == 1 && outcome.output.contains("[algorithm-unknown]"), "\(outcome)")
  }

  @Test(
    "a lifetime that is refused is said by the option that gave it",
    arguments: [
      (
        "20m", 2,
        "the window is 20 min, and at most 10 min is allowed; it was given by --valid-for \"20m\" [window-too-long]",
        "give a shorter --valid-for, or leave it out for the profile's own"
      ),
      (
        "ten", 64, "--valid-for takes a duration, not \"ten\" [usage]",
        "write a whole number and a unit, such as 10m, 90s or 1h"
      ),
    ])
  func lifetime(value: String, status: Int32, message: String, hint: String) throws {
    let refused = try BuiltCommand.run(Self.proof + ["--valid-for", value])
    #expect(refused.status == status && refused.output.isEmpty, "\(refused)")
    #expect(refused.error.hasSuffix("\(message)\nkeyroll: hint: \(hint)\n"), "\(refused)")
  }

  @Test("an option that takes one value is refused when it is given twice, and the others are not")
  func repetition() throws {
    let outcome = try BuiltCommand.run(Self.proof + ["--object-id", Self.clientID])
    #expect(
      outcome
        == Outcome(
          status: 64,
          error: "keyroll: error: --object-id is given twice [usage]\nkeyroll: hint: see keyroll sign proof --help\n"))
    #expect(try BuiltCommand.run(Self.proof + ["--hint", "x5t", "--hint", "x5c"]).status == 0)
  }
}
