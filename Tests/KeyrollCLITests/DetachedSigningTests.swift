import Foundation
import TestSupport
import Testing

/// Prepared here, signed by a foreign program, assembled here.
@Suite("detached signing", .tags(.process))
struct DetachedSigningTests {
  static let certificate = Fixtures.path("certificates/leaf.pem")
  static let key = Fixtures.path("keys/rsa-2048.pem")
  static let at = SignCommandTests.at
  static let algorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]

  private let folder: TemporaryFolder
  private let request: String

  init() throws {
    folder = try TemporaryFolder()
    request = folder.path("request.json")
  }

  @discardableResult
  private func prepare(_ options: [String] = [], at time: String = at) throws -> Outcome {
    let outcome = try BuiltCommand.run(
      ["prepare", "assertion", "--tenant", SignCommandTests.tenant, "--client-id", SignCommandTests.clientID]
        + ["--certificate", Self.certificate, "--at", time, "--output", request] + options)
    try #require(outcome.status == 0, "\(outcome)")
    return outcome
  }

  /// The input of the signer, in a file.
  private func form(_ name: String) throws -> String {
    let path = folder.path(name)
    let outcome = try BuiltCommand.run("prepare", "form", request, "--as", name, "--output", path, "--at", Self.at)
    try #require(outcome.status == 0 && outcome.output.isEmpty, "\(outcome)")
    #expect(try folder.mode(name) == 0o600)
    return path
  }

  private func openssl(_ arguments: [String]) throws -> String {
    let path = folder.path("signature")
    let outcome = try Judge.run("/usr/bin/openssl", [arguments[0], "-out", path] + arguments.dropFirst())
    try #require(outcome.status == 0, "\(outcome)")
    return path
  }

  private func assemble(_ signature: String, _ options: [String] = [], input: [UInt8] = [], at time: String = at) throws
    -> Outcome
  {
    try BuiltCommand.run(
      ["assemble", "--request", request, "--signature", signature, "--at", time] + options, input: input)
  }

  private func requireGood(_ outcome: Outcome, _ algorithm: String) throws {
    #expect(outcome.status == 0, "\(outcome)")
    let verdict = try OpenSSLJudge.verdict(
      on: String(outcome.output.dropLast()), algorithm: algorithm, certificate: Self.certificate)
    #expect(verdict == "Verified OK\n")
  }

  @Test("openssl signs the input, the digest and the DigestInfo of every algorithm", arguments: algorithms)
  func openssl(algorithm: String) throws {
    try prepare(["--algorithm", algorithm])
    let hash = "sha\(algorithm.dropFirst(2))"
    let isPSS = algorithm.hasPrefix("P")
    let padding = ["rsa_padding_mode:pss", "rsa_pss_saltlen:digest"]
    let input = try openssl(
      ["dgst", "-\(hash)", "-sign", Self.key] + (isPSS ? padding.flatMap { ["-sigopt", $0] } : []) + [try form("input")]
    )
    try requireGood(try assemble(input), algorithm)
    let options = ["digest:\(hash)"] + (isPSS ? padding : [])
    let digest = try openssl(
      ["pkeyutl", "-sign", "-inkey", Self.key, "-in", try form("digest")] + options.flatMap { ["-pkeyopt", $0] })
    try requireGood(try assemble(digest), algorithm)
    if isPSS {
      let outcome = try BuiltCommand.run("prepare", "form", request, "--as", "digest-info", "--at", Self.at)
      #expect(outcome.status == 2 && outcome.error.contains("[form-unavailable]\n"), "\(outcome)")
    } else {
      // This replaces pkeyutl, which takes at most 64 bytes.
      let padded = try openssl(["rsautl", "-sign", "-inkey", Self.key, "-in", try form("digest-info")])
      try requireGood(try assemble(padded), algorithm)
    }
  }

  @Test(
    "pyca cryptography signs the request to a vault, and the answer is accepted as it is",
    .enabled(if: Judge.python != nil, Comment(rawValue: Judge.absence)), arguments: algorithms)
  func vault(algorithm: String) throws {
    let body = try prepare(["--algorithm", algorithm, "--as", "key-vault"]).output
    let answer = try Judge.run(script: "judge_vault", [Self.key], input: Array(body.utf8))
    try #require(answer.status == 0, "\(answer)")
    try requireGood(try assemble("-", input: Array(answer.output.utf8)), algorithm)
  }

  @Test("sign-request signs with any key, and the signature is the one in the token")
  func signRequest() throws {
    try prepare()
    let arguments = ["sign-request", request, "--key", Self.key, "--at", Self.at]
    let signature = try BuiltCommand.run(arguments)
    try #require(signature.status == 0, "\(signature)")
    #expect(
      signature.error.hasPrefix(
        "keyroll: note: the request asks for this signature\n  profile            entra-assertion\n"))
    #expect(signature.error.hasSuffix("10 min: 10 min of it are left\n"))
    let token = try assemble("-", input: Array(signature.output.utf8))
    try requireGood(token, "PS256")
    #expect(token.output.hasSuffix("." + signature.output))
    let whole = try BuiltCommand.run(arguments + ["--token", "--output", folder.path("token.jwt")])
    try #require(whole.status == 0 && whole.output.isEmpty, "\(whole)")
    try requireGood(Outcome(status: 0, output: String(decoding: try folder.bytes("token.jwt"), as: UTF8.self)), "PS256")
    #expect(try folder.mode("token.jwt") == 0o600)
  }

  /// The signing input and the last signature of openssl, put together by hand and judged.
  private func verify() throws -> Outcome {
    let text = Data(try folder.bytes("signature")).base64EncodedString().filter { $0 != "=" }
    let segment = text.map { $0 == "+" ? "-" : $0 == "/" ? "_" : String($0) }.joined()
    return try BuiltCommand.run(
      ["verify", "--profile", "entra-assertion", "--algorithm", "RS256", "--certificate", Self.certificate]
        + ["--tenant", SignCommandTests.tenant, "--client-id", SignCommandTests.clientID, "--at", Self.at, "-"],
      input: try folder.bytes("input") + Array(".\(segment)".utf8))
  }

  @Test("assemble and verify name each mistake of a signer in the same words, and nothing is written")
  func diagnosis() throws {
    try prepare(["--algorithm", "RS256"])
    let (input, digest) = (try form("input"), try form("digest"))
    for (arguments, id) in [
      (["dgst", "-sha512", "-sign", Self.key, input], "signature-wrong-hash"),
      (["dgst", "-sha256", "-sign", Self.key, digest], "signature-digest-hashed-again"),
      (["dgst", "-sha256", "-sign", Self.key, "-sigopt", "rsa_padding_mode:pss", input], "signature-pss-for-pkcs1"),
      (["pkeyutl", "-sign", "-inkey", Self.key, "-in", digest], "signature-without-digest-info"),
      (["rsautl", "-sign", "-inkey", Self.key, "-in", try form("digest-hex")], "signature-of-hex-text"),
      (["dgst", "-sha256", "-sign", Fixtures.path("keys/rsa-4096.pem"), input], "signature-wrong-length"),
    ] {
      let outcome = try assemble(try openssl(arguments), ["--output", folder.path("token.jwt")])
      #expect(outcome.status == 2 && outcome.output.isEmpty)
      #expect(outcome.error.contains("[\(id)]\nkeyroll: hint: "), "\(outcome)")
      let judged = try verify()
      #expect(judged.status == 1 && judged.error.isEmpty)
      let lines = outcome.error.split(separator: "\n").map { $0.drop { $0 != " " }.drop { $0 == " " } }
      for line in lines {
        #expect(judged.output.contains(line.hasPrefix("error: ") ? line.dropFirst("error: ".count) : line), "\(judged)")
      }
    }
    #expect(try !folder.names().contains("token.jwt"))
    let other = try openssl(["dgst", "-sha256", "-sign", Fixtures.path("keys/rsa-2048-other.pem"), input])
    let named = try assemble(other, ["--certificate", Fixtures.path("certificates/other.pem")])
    #expect(
      named.error.hasPrefix("keyroll: error: the signature was made by the key of another certificate: \"CN=other"),
      "\(named)")
  }

  @Test("a request whose window is over is neither signed, shown to a signer, nor assembled")
  func late() throws {
    try prepare()
    let signature = try BuiltCommand.run("sign-request", request, "--key", Self.key, "--at", Self.at).output
    let late = "2027-01-15T08:10:00Z"
    // If the key were opened first, the error would be about the key, which does not exist.
    let refusals = [
      try BuiltCommand.run("sign-request", request, "--key", "pem:/nonexistent/key.pem", "--at", late),
      try BuiltCommand.run("prepare", "form", request, "--as", "digest-hex", "--at", late),
      try assemble("-", input: Array(signature.utf8), at: late),
    ]
    for outcome in refusals {
      #expect(outcome.status == 2 && outcome.output.isEmpty)
      #expect(outcome.error.contains("exp is 2027-01-15T08:10:00Z, 0 s ago [expired]\n"), "\(outcome)")
    }
    let inTime = try assemble("-", input: Array(signature.utf8), at: "2027-01-15T08:07:30Z")
    #expect(inTime.error.hasSuffix(", 10 min: 2 min 30 s of it are left\n"), "\(inTime)")
    let early = try assemble("-", input: Array(signature.utf8), at: "2027-01-15T07:00:00Z")
    #expect(early.error.hasSuffix(", 10 min: it starts in 1 h\n"), "\(early)")
  }

  @Test("the key of another certificate is not used")
  func otherKey() throws {
    try prepare()
    let outcome = try BuiltCommand.run(
      "sign-request", request, "--key", Fixtures.path("keys/rsa-2048-other.pem"), "--at", Self.at)
    #expect(outcome.status == 2 && outcome.output.isEmpty)
    #expect(
      outcome.error.contains(
        "keyroll: error: no certificate in \(request) belongs to the private key at \(Fixtures.path("keys/rsa-2048-other.pem")) [certificate-mismatch]\n"
      ), "\(outcome)")
  }

  @Test("a request that was changed is refused by every command")
  func changed() throws {
    try prepare()
    let text = String(decoding: try folder.bytes("request.json"), as: UTF8.self)
    try folder.write(Array(text.replacing("\"exp\": 1800000600", with: "\"exp\": 1800000500").utf8), to: "request.json")
    for arguments in [
      ["sign-request", request, "--key", "pem:/nonexistent/key.pem"], ["prepare", "form", request, "--as", "digest"],
      ["assemble", "--request", request, "--signature", "-"],
    ] {
      let outcome = try BuiltCommand.run(arguments + ["--at", Self.at])
      #expect(
        outcome
          == Outcome(
            status: 2,
            error: """
              keyroll: error: the signing request was changed after it was prepared: its signing input is not the encoding of its header and claims [signing-input-mismatch]
              keyroll: hint: prepare it again, and carry it unchanged

              """))
    }
  }

  @Test("the display of a request cannot control the terminal")
  func escaped() throws {
    let outcome = try BuiltCommand.run(
      ["prepare", "claims", "--profile", "github-app", "--parameter", "client-id=a\u{1B}[2J\nb", "--at", Self.at]
        + ["--certificate", Fixtures.path("certificates/hostile-subject.pem"), "--output", request])
    try #require(outcome.status == 0, "\(outcome)")
    let shown = try BuiltCommand.run("sign-request", request, "--key", "pem:/nonexistent/key.pem", "--at", Self.at)
    #expect(shown.error.contains(#"claim "iss"       "a\u001b[2J\u000ab""#), "\(shown)")
    for text in [shown.error, String(decoding: try folder.bytes("request.json"), as: UTF8.self)] {
      #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" || $0.value >= 0x7F })
    }
  }

  @Test("a request in the first released form is still accepted, with the summary that it had")
  func firstForm() throws {
    // Prepared by version 0.1.0: its summary has names and values without quotation marks.
    let request = Fixtures.path("signing-requests/proof.json")
    let shown = try BuiltCommand.run("sign-request", request, "--show", "--at", Self.at)
    #expect(shown.status == 0, "\(shown)")
    let prepared = try BuiltCommand.run(
      "prepare", "proof", "--object-id", SignCommandTests.objectID, "--certificate",
      Fixtures.path("certificates/leaf.pem"), "--at", Self.at)
    #expect(try Array(prepared.output.utf8) == Fixtures.bytes("signing-requests/proof.json"))
  }
}
