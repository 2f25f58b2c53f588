import Foundation
import TestSupport
import Testing

/// Keys that commands make on a token.
@Suite(
  "keys made on tokens",
  .enabled(if: ThrowawayToken.isAvailable(.softHSM), Comment(rawValue: ThrowawayToken.absence(of: .softHSM))))
struct CreateOnTokenTests {
  private let folder: TemporaryFolder
  private let token: ThrowawayToken
  private let fault: FaultModule

  init() throws {
    folder = try TemporaryFolder()
    token = try SharedToken.softHSM().copy()
    fault = try FaultModule(overTokens: token)
  }

  private var key: String { "pkcs11:token=keyroll;object=next?module-path=\(fault.path)" }
  private var certificate: String { folder.path("next.cer") }

  private func create(_ options: String...) throws -> Outcome {
    try BuiltCommand.run(
      ["create", "key", key, "--subject", "Next", "--output", certificate, "--pin-file", token.pinFile]
        + ["--at", SignCommandTests.at] + (options.contains("--bits") ? [] : ["--bits", "2048"]) + options)
  }

  /// The kinds of objects with the label of the new key, as OpenSC sees them past our module.
  private func kinds() throws -> [String] {
    let outcome = try token.run(
      "/usr/bin/pkcs11-tool",
      ["--module", token.module, "--token-label", "keyroll", "--login", "--pin", ThrowawayToken.pin, "--list-objects"])
    var (kinds, kind): ([String], String?) = ([], nil)
    for line in outcome.output.split(separator: "\n") {
      if let end = line.range(of: " Object;") { kind = String(line[..<end.lowerBound]) }
      if line.hasSuffix(" next"), line.contains("label:"), let kind { kinds.append(kind) }
    }
    return kinds.sorted()
  }

  @Test("a key is made, added by a request, and the request checked; its label is then taken")
  func walk() throws {
    let environment = ["SOFTHSM2_CONF": token.path("softhsm2.conf")]
    func run(_ arguments: String...) throws -> Outcome { try BuiltCommand.run(arguments, environment: environment) }
    let key = "pkcs11:token=keyroll;object=next?module-path=\(token.module)"
    let made = try run(
      "create", "key", key, "--subject", "Next", "--bits", "2048", "--output", certificate, "--store", "--pin-file",
      token.pinFile, "--at", SignCommandTests.at)
    #expect(made.status == 0 && made.output.contains("\nstored   pkcs11:"), "\(made)")
    let again = try run(
      "create", "key", key, "--subject", "Next", "--output", folder.path("again.cer"), "--pin-file", token.pinFile)
    #expect(again.status == 2 && again.output.isEmpty, "\(again)")
    #expect(again.error.contains("[key-taken]\n") && again.error.contains("keyroll create certificate --key '"))
    let request = try BuiltCommand.run(
      ["request", "add-key", "--new-certificate", key] + RequestCommandTests.graph + RequestCommandTests.key
        + ["--output", folder.path("request")], environment: environment)
    #expect(request.status == 0, "\(request)")
    let checked = try run(
      "request", "check", "--at", SignCommandTests.at, "--new-certificate", certificate, folder.path("request"))
    #expect(checked.status == 0, "\(checked)")
  }

  @Test(
    "a token that cannot hold the key is refused before anything is made, with the reason",
    arguments: [
      (
        ["set-flags 0x2"], "2048", "token-write-protected",
        "is write-protected (CKF_WRITE_PROTECTED): nothing can be made on it"
      ),
      (
        ["key-sizes 1024 2048"], "3072", "key-size-out-of-range",
        "makes RSA keys of 1024 to 2048 bits, and none of 3072"
      ),
      (
        ["key-sizes 3072 8192"], "2048", "key-size-out-of-range",
        "makes RSA keys of 3072 to 8192 bits, and none of 2048"
      ),
      (["hide-mechanism 0x0"], "2048", "key-generation-unavailable", "does not make keys by CKM_RSA_PKCS_KEY_PAIR_GEN"),
      (
        ["fail C_GenerateKeyPair 1 CKR_DEVICE_MEMORY"], "2048", "token-full",
        "has no room: C_GenerateKeyPair: CKR_DEVICE_MEMORY"
      ),
      (
        ["fail C_OpenSession 2 CKR_TOKEN_WRITE_PROTECTED"], "2048", "token-write-protected",
        "is write-protected: C_OpenSession"
      ),
    ])
  func refused(plan: [String], bits: String, id: String, message: String) throws {
    try fault.plan(plan)
    let outcome = try create("--bits", bits)
    #expect(outcome.status == 2 && outcome.output.isEmpty, "\(outcome)")
    #expect(outcome.error.contains(message) && outcome.error.contains("[\(id)]\nkeyroll: hint: "), "\(outcome)")
    #expect(try folder.names().isEmpty && kinds().isEmpty)
    // What needs no login is seen before the PIN is given.
    if !plan[0].hasPrefix("fail") { #expect(try fault.pinTryCount() == 0) }
  }

  @Test("a certificate that the token does not take leaves the key and its file, and ends with a status of its own")
  func notStored() throws {
    try fault.plan(["fail C_CreateObject * CKR_DEVICE_MEMORY"])
    let outcome = try create("--store")
    #expect(outcome.status == 1, "\(outcome)")
    #expect(outcome.output.hasPrefix("made     pkcs11:") && !outcome.output.contains("stored"), "\(outcome)")
    #expect(
      outcome.error.contains("keyroll: error: the certificate is not on the token: ")
        && outcome.error.contains(" [certificate-not-stored]\n"), "\(outcome)")
    #expect(
      outcome.error.hasSuffix("keyroll: hint: sign with ?certificate=\(certificate) in the reference of the key\n"),
      "\(outcome)")
    #expect(try kinds() == ["Private Key", "Public Key"])
    try fault.plan([])
    let signed = try BuiltCommand.run(
      ["sign", "proof", "--object-id", SignCommandTests.objectID, "--at", SignCommandTests.at]
        + ["--key", "\(key)&certificate=\(certificate)", "--pin-file", token.pinFile])
    #expect(signed.status == 0, "\(signed)")
    let store = ["certificate", "store", "--key", key, certificate, "--pin-file", token.pinFile]
    let stored = try BuiltCommand.run(store)
    #expect(stored.status == 0 && stored.output.hasPrefix("stored  pkcs11:"), "\(stored)")
    let again = try BuiltCommand.run(store + ["--format", "json"])
    let reference = stored.output.dropFirst("stored  ".count).dropLast()
    #expect(
      again.output
        == "{\n  \"version\": 1,\n  \"stored\": \"\(reference)\",\n  \"isNew\": false\n}\n", "\(again)")
    #expect(try kinds() == ["Certificate", "Private Key", "Public Key"])
  }

  @Test("whoever waits for a key is told so, and the wait is not cut short")
  func waiting() throws {
    try fault.plan(["hang C_GenerateKeyPair 1"])
    let session = try TerminalSession(
      BuiltCommand.path,
      ["create", "key", key, "--subject", "Next", "--output", certificate, "--pin-file", token.pinFile]
        + ["--device-timeout", "1s"])
    try session.wait(
      for: "keyroll: note: waiting for C_GenerateKeyPair of the module fault.so: the token is still making the key"
    )
    #expect(!session.text.contains("[device-timeout]"))
    kill(session.processIdentifier, SIGKILL)
    #expect(try session.finish().status == 128 + SIGKILL)
    #expect(try folder.names().isEmpty)
  }

  /// Where the process is ended: every call from the login on that changes the token or uses what was made, before and after it.
  private static let ends = [
    "kill C_Login 1", "kill-after C_Login 1", "kill C_OpenSession 2", "kill C_GenerateKeyPair 1",
    "kill-after C_GenerateKeyPair 1", "kill C_SignInit 1", "kill C_Sign 1", "kill-after C_Sign 1",
    "kill C_CreateObject 1",
    "kill-after C_CreateObject 1", "kill C_Finalize 1",
  ]

  @Test(
    "wherever the command is ended, the next run works, or says how to go on and how to begin again", arguments: ends)
  func killed(line: String) throws {
    try fault.plan([line])
    let first = try create("--store")
    #expect(first.status == 128 + SIGKILL, "\(line): \(first)")
    try fault.plan([])
    let there = try kinds()
    try? FileManager.default.removeItem(atPath: certificate)
    let next = try create("--store")
    if there.isEmpty {
      #expect(next.status == 0, "\(line): \(next)")
      return
    }
    #expect(next.status == 2 && next.output.isEmpty && next.error.contains("[key-taken]\n"), "\(line): \(next)")
    #expect(try folder.names().isEmpty, "\(line)")
    let hint = try #require(next.error.components(separatedBy: "keyroll: hint: ").last)
    // The way on: a certificate for the key that is there.
    if there.contains("Private Key") {
      let begin = try #require(hint.range(of: "keyroll create certificate --key '"))
      let reference = try #require(hint[begin.upperBound...].components(separatedBy: "'").first)
      let certified = try BuiltCommand.run(
        ["create", "certificate", "--key", reference, "--subject", "Next", "--output", certificate]
          + ["--pin-file", token.pinFile])
      #expect(certified.status == 0, "\(line): \(certified)")
      try FileManager.default.removeItem(atPath: certificate)
    }
    // And the way back.
    let removals = try #require(
      hint.components(separatedBy: "to remove what is there: ").last?.components(separatedBy: "; else ").first)
    for removal in removals.components(separatedBy: "; ") {
      let removed = try token.run("/bin/sh", ["-c", "\(removal) --pin \(ThrowawayToken.pin)"])
      #expect(removed.status == 0, "\(line): \(removal): \(removed)")
    }
    #expect(try kinds().isEmpty, "\(line)")
    let last = try create("--store")
    #expect(last.status == 0, "\(line): \(last)")
  }
}
