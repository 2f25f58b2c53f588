import Foundation
import TestSupport
import Testing

/// Certificates on a token, in every option that takes a certificate.
@Suite(
  "certificates on tokens", .tags(.hsm, .process),
  .enabled(if: ThrowawayToken.isAvailable(.softHSM), Comment(rawValue: ThrowawayToken.absence(of: .softHSM))))
struct TokenCertificateTests {
  private let tokens: ThrowawayToken
  private let folder: TemporaryFolder
  private static let key = Fixtures.path("keys/rsa-2048.pem")
  private static let thumbprint = "88891A232D3C4BC784E94A802B73C3479A7EE1A0"
  private static let proof = ["proof", "--object-id", SignCommandTests.objectID, "--at", SignCommandTests.at]

  init() throws {
    tokens = try SharedToken.softHSM()
    folder = try TemporaryFolder()
  }

  private func uri(_ selection: String) -> String { "pkcs11:token=keyroll;\(selection)?module-path=\(tokens.module)" }

  private func run(_ arguments: [String]) throws -> Outcome {
    try BuiltCommand.run(arguments, environment: ["SOFTHSM2_CONF": tokens.path("softhsm2.conf")])
  }

  @Test(
    "certificate shows what a reference matches, and for a key the certificates with its id",
    arguments: ["object=rsa-2048;type=cert", "object=rsa-2048", "id=%01", "object=rsa-2048;id=%01;type=private"])
  func shown(selection: String) throws {
    let outcome = try run(["certificate", uri(selection)])
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.output.contains(Self.thumbprint))
  }

  @Test("a reference to no certificate, and one that cannot be read, are errors")
  func absent() throws {
    for (name, id) in [
      (uri("object=none;type=cert"), "no-certificate"), ("pkcs11:token=none;object=a", "no-such-token"),
      ("pkcs11:colour=blue", "malformed-key-reference"), ("PKCS11:token=a?pin-value=1", "secret-in-reference"),
    ] {
      let outcome = try run(["certificate", name])
      #expect(outcome.status == 2 && outcome.output.isEmpty && outcome.error.contains("[\(id)]\n"), "\(outcome)")
    }
  }

  @Test("every option that takes a certificate takes a reference")
  func everywhere() throws {
    let certificate = uri("object=rsa-2048;type=cert")
    let token = folder.path("proof.jwt")
    let signed = try run(["sign"] + Self.proof + ["--key", Self.key, "--certificate", certificate, "--output", token])
    #expect(signed.status == 0, "\(signed)")
    let request = folder.path("request.json")
    for arguments in [
      ["verify", "--profile", "graph-proof", "--certificate", certificate, "--at", SignCommandTests.at, token],
      ["prepare"] + Self.proof + ["--certificate", certificate, "--output", request],
      [
        "request", "remove-key", "--application", SignCommandTests.objectID, "--key-id", SignCommandTests.objectID,
        "--proof", token, "--certificate", certificate, "--at", SignCommandTests.at, "--output", folder.path("remove"),
      ],
      [
        "request", "check", folder.path("remove"), "--certificate", certificate, "--key-id", SignCommandTests.objectID,
        "--cloud", "global", "--object-id", SignCommandTests.objectID, "--at", SignCommandTests.at,
      ],
      [
        "request", "add-key", "--application", SignCommandTests.objectID, "--new-certificate", certificate, "--key",
        Fixtures.path("keys/rsa-2048-other.pem"), "--certificate", Fixtures.path("certificates/other.pem"), "--at",
        SignCommandTests.at, "--output", folder.path("add"),
      ],
    ] {
      let outcome = try run(arguments)
      #expect(outcome.status == 0, "\(arguments) \(outcome)")
    }
    let added = try folder.bytes("add/new-certificate.cer")
    #expect(try added == Fixtures.bytes("certificates/leaf.der"))
  }

  @Test("keys that one reference matches are listed once each, and a given certificate chooses among them")
  func choosing() throws {
    let own = try tokens.copy()
    for name in ["rsa-2048", "rsa-2048-other"] {
      let der = folder.path("\(name).der")
      let converted = try Judge.run(
        "/usr/bin/openssl",
        ["rsa", "-in", Fixtures.path("keys/\(name).pem"), "-traditional", "-outform", "DER", "-out", der])
      try #require(converted.status == 0, "\(converted)")
      let written = try own.run(
        "pkcs11-tool",
        [
          "--module", own.module, "--login", "--pin", ThrowawayToken.pin, "--token-label", "keyroll", "--write-object",
          der,
          "--type", "privkey", "--id", "77", "--label", "double",
        ])
      try #require(written.status == 0, "\(written)")
    }
    func sign(_ options: [String]) throws -> Outcome {
      try BuiltCommand.run(
        ["sign"] + Self.proof + ["--key", uri("object=double"), "--pin-file", tokens.pinFile] + options,
        environment: ["SOFTHSM2_CONF": own.path("softhsm2.conf")])
    }
    let several = try sign([])
    #expect(several.error.contains("[several-keys]"), "\(several)")
    let listed = several.error.split(separator: " ").filter { $0.hasPrefix("pkcs11:token=") }.dropFirst()
    #expect(Set(listed).count == listed.count && listed.count == 1, "\(several)")
    #expect(several.error.contains("2 keys that only their certificates tell apart"))
    for name in ["leaf", "other"] {
      let outcome = try sign(["--certificate", Fixtures.path("certificates/\(name).pem")])
      #expect(outcome.status == 0, "\(outcome)")
    }
  }
}
