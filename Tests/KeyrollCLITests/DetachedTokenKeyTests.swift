import TestSupport
import Testing

/// The key is in an HSM, and its own tool signs, or keyroll does beside the HSM.
@Suite(
  "detached signing with keys on tokens", .tags(.hsm, .process),
  .enabled(if: ThrowawayToken.isAvailable(.softHSM), Comment(rawValue: ThrowawayToken.absence(of: .softHSM))))
struct DetachedTokenKeyTests {
  private let tokens: ThrowawayToken
  private let folder: TemporaryFolder
  private let request: String

  init() throws {
    tokens = try SharedToken.softHSM()
    folder = try TemporaryFolder()
    request = folder.path("request.json")
  }

  private func prepare(_ algorithm: String, as form: String) throws -> String {
    let prepared = try BuiltCommand.run(
      ["prepare", "assertion", "--tenant", SignCommandTests.tenant, "--client-id", SignCommandTests.clientID]
        + ["--certificate", SignCommandTests.certificate, "--at", SignCommandTests.at, "--output", request]
        + ["--algorithm", algorithm, "--force"])
    try #require(prepared.status == 0, "\(prepared)")
    let path = folder.path(form)
    let written = try BuiltCommand.run(
      "prepare", "form", request, "--as", form, "--output", path, "--force", "--at", SignCommandTests.at)
    try #require(written.status == 0 && written.output.isEmpty, "\(written)")
    return path
  }

  private func assemble(_ signature: String) throws -> Outcome {
    try BuiltCommand.run("assemble", "--request", request, "--signature", signature, "--at", SignCommandTests.at)
  }

  private func requireGood(_ outcome: Outcome, _ algorithm: String) throws {
    #expect(outcome.status == 0, "\(outcome)")
    #expect(
      try OpenSSLJudge.verdict(
        on: String(outcome.output.dropLast()), algorithm: algorithm, certificate: SignCommandTests.certificate)
        == "Verified OK\n")
  }

  @Test(
    "pkcs11-tool signs each form by the mechanism that it is for",
    arguments: [
      ("RS256", "digest-info", ["RSA-PKCS"]), ("RS512", "digest-info", ["RSA-PKCS"]),
      ("RS256", "input", ["SHA256-RSA-PKCS"]), ("RS384", "input", ["SHA384-RSA-PKCS"]),
      ("PS256", "digest", ["RSA-PKCS-PSS", "--hash-algorithm", "SHA256", "--mgf", "MGF1-SHA256", "--salt-len", "32"]),
      ("PS256", "input", ["SHA256-RSA-PKCS-PSS", "--mgf", "MGF1-SHA256", "--salt-len", "32"]),
    ])
  func pkcs11Tool(algorithm: String, form: String, mechanism: [String]) throws {
    let input = try prepare(algorithm, as: form)
    let signature = folder.path("signature")
    let outcome = try tokens.run(
      "/usr/bin/pkcs11-tool",
      ["--module", tokens.module, "--token-label", "keyroll", "--login", "--pin", ThrowawayToken.pin, "--sign"]
        + ["--id", "01", "--mechanism"] + mechanism + ["--input-file", input, "--output-file", signature])
    try #require(outcome.status == 0, "\(outcome)")
    try requireGood(try assemble(signature), algorithm)
  }

  @Test("sign-request signs on the token, with the certificate of the request")
  func signRequest() throws {
    _ = try prepare("PS256", as: "digest")
    let uri = "pkcs11:token=keyroll;object=rsa-2048?module-path=\(tokens.module)"
    let signed = try BuiltCommand.run(
      ["sign-request", request, "--key", uri, "--pin-file", tokens.pinFile, "--at", SignCommandTests.at]
        + ["--output", folder.path("signature")], environment: ["SOFTHSM2_CONF": tokens.path("softhsm2.conf")])
    try #require(signed.status == 0, "\(signed)")
    try requireGood(try assemble(folder.path("signature")), "PS256")
  }

  @Test(
    "if the token has certificates, sign-request signs only for one of them",
    arguments: ["rsa-2048", "certificate-elsewhere"])
  func otherCertificate(key: String) throws {
    let prepared = try BuiltCommand.run(
      "prepare", "proof", "--object-id", SignCommandTests.objectID, "--certificate",
      Fixtures.path("certificates/renewed.pem"), "--at", SignCommandTests.at, "--output", request)
    try #require(prepared.status == 0, "\(prepared)")
    let renewed = "?certificate=\(Fixtures.path("certificates/renewed.pem"))&module-path=\(tokens.module)"
    for (rest, isSigned) in [("?module-path=\(tokens.module)", false), (renewed, true)] {
      let outcome = try BuiltCommand.run(
        ["sign-request", request, "--key", "pkcs11:token=keyroll;object=\(key)\(rest)", "--at", SignCommandTests.at]
          + ["--pin-env", "PIN"],
        environment: ["SOFTHSM2_CONF": tokens.path("softhsm2.conf"), "PIN": ThrowawayToken.pin])
      #expect(outcome.status == (isSigned ? 0 : 2), "\(outcome)")
      #expect(outcome.error.contains("[certificate-not-of-key]\n") != isSigned, "\(outcome)")
      #expect(outcome.output.isEmpty != isSigned)
    }
  }

  @Test("if several certificates on the token are over the same key, the request chooses one of them")
  func severalCertificates() throws {
    let tokens = try tokens.copy()
    let der = folder.path("renewed.der")
    let made = try Judge.run(
      "/usr/bin/openssl", ["x509", "-in", Fixtures.path("certificates/renewed.pem"), "-outform", "DER", "-out", der])
    try #require(made.status == 0, "\(made)")
    let written = try tokens.run(
      "/usr/bin/pkcs11-tool",
      ["--module", tokens.module, "--token-label", "keyroll", "--login", "--pin", ThrowawayToken.pin]
        + ["--write-object", der, "--type", "cert", "--id", "01", "--label", "renewed"])
    try #require(written.status == 0, "\(written)")
    for (certificate, isSigned) in [("leaf", true), ("renewed", true), ("self-signed", false)] {
      let prepared = try BuiltCommand.run(
        "prepare", "proof", "--object-id", SignCommandTests.objectID, "--certificate",
        Fixtures.path("certificates/\(certificate).pem"), "--at", SignCommandTests.at, "--output", request, "--force")
      try #require(prepared.status == 0, "\(prepared)")
      let outcome = try BuiltCommand.run(
        ["sign-request", request, "--key", "pkcs11:token=keyroll;object=rsa-2048?module-path=\(tokens.module)"]
          + ["--at", SignCommandTests.at, "--pin-env", "PIN"],
        environment: ["SOFTHSM2_CONF": tokens.path("softhsm2.conf"), "PIN": ThrowawayToken.pin])
      #expect(outcome.status == (isSigned ? 0 : 2), "\(outcome)")
      #expect(outcome.error.contains("[certificate-not-of-key]\n") != isSigned, "\(outcome)")
    }
  }
}
