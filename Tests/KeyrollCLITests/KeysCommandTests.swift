import Foundation
import TestSupport
import Testing

@Suite(
  .tags(.hsm, .process),
  .enabled(if: ThrowawayToken.isAvailable(.softHSM), Comment(rawValue: ThrowawayToken.absence(of: .softHSM))))
struct KeysCommandTests {
  private let tokens: ThrowawayToken
  private let modules: ConfiguredModules

  init() throws {
    tokens = try SharedToken.softHSM()
    modules = try ConfiguredModules(["softhsm": "module: \(tokens.module)"], tokens: tokens)
  }

  private var serial: String {
    get throws {
      let text = try tokens.objects().first { $0.contains(";token=keyroll;") }
      let serial = text?.split(separator: "serial=").last?.prefix(16)
      return String(try #require(serial))
    }
  }

  @Test("a key is shown with its token, and with references to copy")
  func text() throws {
    let outcome = try modules.run([
      "keys", "pkcs11:token=keyroll;object=rsa-2048", "--login", "--pin-file", tokens.pinFile,
    ])
    let serial = try serial
    #expect(outcome.error.isEmpty)
    // The width of the columns depends on their contents.
    let lines = outcome.output.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
    #expect(lines.first == "module softhsm (\(tokens.module))", "\(outcome)")
    #expect(lines.contains("token pkcs11:token=keyroll;serial=\(serial)"))
    #expect(lines.contains("PIN ready, logged in"))
    for (kind, type) in [("private key", "private"), ("public key", "public"), ("certificate", "cert")] {
      #expect(lines.contains("\(kind) pkcs11:token=keyroll;serial=\(serial);object=rsa-2048;id=%01;type=\(type)"))
    }
    #expect(lines.contains { $0.hasPrefix("is \"CN=leaf,O=keyroll fixtures\" (SHA-1 8889") })
    #expect(lines.contains { $0.hasPrefix("signs with") && $0.contains("CKM_RSA_PKCS_PSS") })
  }

  @Test("without a login private keys stay hidden, and the report says so")
  func withoutLogin() throws {
    let outcome = try modules.run(["keys", "pkcs11:token=keyroll"])
    #expect(!outcome.output.contains("object=rsa-2048;id=%01;type=private"))
    #expect(outcome.output.contains("  more may be seen with --login\n"))
    let other = try modules.run(["keys", "pkcs11:token=other"])
    #expect(other.output.contains("  private keys are seen with --login\n"))
  }

  @Test("JSON has the same, for programs")
  func json() throws {
    let outcome = try modules.run(["keys", "--format", "json"])
    let root = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    #expect(root["version"] as? Int == 1)
    let module = try #require((root["modules"] as? [[String: Any]])?.first)
    let listed = try #require(module["tokens"] as? [[String: Any]])
    #expect(Set(listed.compactMap { $0["label"] as? String }) == ["keyroll", "other", "no-pin"])
    #expect(listed.first { $0["label"] as? String == "no-pin" }?["pin"] as? String == "not initialized")
    let found = listed.first { $0["label"] as? String == "keyroll" }
    let keyroll = try #require(found)
    #expect(keyroll["pin"] as? String == "ready")
    #expect((keyroll["flags"] as? [String])?.contains("CKF_LOGIN_REQUIRED") ?? false)
    #expect((keyroll["signingMechanisms"] as? [String])?.contains("CKM_RSA_PKCS") ?? false)
    let summaries = (keyroll["objects"] as? [[String: Any]])?.compactMap { $0["summary"] as? String }
    #expect(summaries?.contains("CN=leaf,O=keyroll fixtures") ?? false)
  }

  @Test("every reference in the list finds what it names")
  func references() throws {
    let all = try modules.run(["keys", "pkcs11:token=keyroll", "--login", "--pin-file", tokens.pinFile]).output
    let references = all.split(whereSeparator: \.isWhitespace).filter {
      $0.hasPrefix("pkcs11:") && $0.contains("type=private")
    }
    #expect(references.count == 16)
    for reference in references {
      let one = try modules.run(["keys", String(reference), "--login", "--pin-file", tokens.pinFile]).output
      #expect(one.split(whereSeparator: \.isWhitespace).filter { $0 == reference }.count == 1, "\(one)")
    }
  }

  @Test("there is a warning about modules that log PINs", arguments: ["log-calls", "global log-calls", "pkcs11-spy"])
  func callLogs(log: String) throws {
    let spy = "/usr/lib/\(try triplet())/pkcs11/pkcs11-spy.so"
    try #require(FileManager.default.fileExists(atPath: spy))
    let lines = [
      "log-calls": "module: \(tokens.module)\nlog-calls: yes", "global log-calls": "module: \(tokens.module)",
      "pkcs11-spy": "module: \(spy)",
    ]
    let global = log == "global log-calls" ? "log-calls: yes\n" : ""
    let logged = try ConfiguredModules(["hsm": lines[log] ?? ""], tokens: tokens, global: global)
    let writer = log == "pkcs11-spy" ? log : "log-calls"
    let warning =
      "keyroll: warning: calls to the module hsm are logged by \(writer), PINs included, in clear text\n"
    #expect(try logged.run(["keys"]).error.contains(warning))
    // Before the PIN is asked for, and on runs that fail.
    let refused = try logged.run(["keys", "pkcs11:token=keyroll", "--login"])
    let parts = refused.error.components(separatedBy: warning)
    #expect(parts.count == 2 && parts.last?.contains("[pin-required]") ?? false, "\(refused)")
  }

  private func triplet() throws -> String {
    let names = try FileManager.default.contentsOfDirectory(atPath: "/usr/lib")
    return try #require(names.first { $0.hasSuffix("-linux-gnu") })
  }

  @Test("a URI that matches nothing is an error, as for sign")
  func nothingThere() throws {
    let outcome = try modules.run(["keys", "pkcs11:token=none"])
    #expect(outcome.status == 2 && outcome.output.isEmpty, "\(outcome)")
    #expect(outcome.error.contains("no token matches pkcs11:token=none: there are pkcs11:token="), "\(outcome)")
    #expect(outcome.error.contains("[no-such-token]\n"), "\(outcome)")
  }

  @Test("tokens with keys come first, and p11-kit's trust module is left out unless --all asks for it")
  func trustPolicy() throws {
    let trust = "/usr/lib/\(try triplet())/pkcs11/p11-kit-trust.so"
    try #require(FileManager.default.fileExists(atPath: trust))
    let modules = try ConfiguredModules(
      ["a-trust": "module: \(trust)\ntrust-policy: yes", "hsm": "module: \(tokens.module)"], tokens: tokens)
    #expect(try !modules.run(["keys"]).output.contains("a-trust"))
    let all = try modules.run(["keys", "--all"]).output
    #expect(all.hasPrefix("module     hsm ") && all.contains("a-trust ("), "\(all.prefix(200))")
  }

  @Test("a missing socket and a dead one are told apart", arguments: [false, true])
  func remoteSocket(isThere: Bool) throws {
    let folder = try TemporaryFolder()
    if isThere { _ = try Judge.run("/usr/bin/python3", ["-c", Self.bind, folder.path("socket")]) }
    let modules = try ConfiguredModules(["hsm": "remote: unix:path=\(folder.path("socket"))"], tokens: tokens)
    let reason =
      isThere
      ? "no server listens at the socket \(folder.path("socket")); it has ended"
      : "there is no socket \(folder.path("socket"))"
    for arguments in [["keys"], ["keys", "pkcs11:token=keyroll"]] {
      let outcome = try modules.run(arguments)
      #expect(outcome.error.contains("the module hsm shows no token: \(reason)"), "\(outcome)")
    }
  }

  private static let bind = "import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])"

  @Test("a module that cannot be started is named once, with the way to leave it out")
  func moduleThatFails() throws {
    let fault = try FaultModule(over: tokens.module, plan: ["fail C_Initialize * CKR_GENERAL_ERROR"])
    let modules = try ConfiguredModules(
      ["bad": "module: \(fault.path)", "hsm": "module: \(tokens.module)"], tokens: tokens)
    let lines = try modules.run(["keys"]).error.split(separator: "\n")
    #expect(
      lines == [
        "keyroll: warning: C_Initialize: CKR_GENERAL_ERROR, the module failed and says no more (module bad); ?module-name=NAME in a reference uses that module and leaves the others out"
      ])
    #expect(try modules.run(["keys", "pkcs11:?module-name=hsm"]).error.isEmpty)
  }

  @Test(
    "a module without a list of functions, or without one that is needed, is an error",
    arguments: ["list", "C_OpenSession", "C_Sign"])
  func incompleteModule(missing: String) throws {
    let fault = try FaultModule(over: tokens.module, plan: ["null \(missing)"])
    let outcome = try BuiltCommand.run(["keys", "pkcs11:?module-path=\(fault.path)"])
    #expect(outcome.status == 2 && outcome.output.isEmpty, "\(outcome)")
    let reason =
      missing == "list" ? "its C_GetFunctionList gives no list of functions" : "its list of functions has no \(missing)"
    #expect(
      outcome.error == "keyroll: error: the module \(fault.path) cannot be used: \(reason) [module-unavailable]\n",
      "\(outcome)")
  }

  @Test(
    "a configured module that gives no list, or crashes while it is loaded, is an error",
    arguments: ["null list", "crash C_GetFunctionList *"])
  func moduleThatCannotBeLoaded(plan: String) throws {
    let fault = try FaultModule(over: tokens.module, plan: [plan])
    let modules = try ConfiguredModules(
      ["bad": "module: \(fault.path)", "hsm": "module: \(tokens.module)"], tokens: tokens)
    #expect(
      try modules.run(["keys"])
        == Outcome(
          status: 2,
          error: """
            keyroll: error: a PKCS #11 module crashed while it was loaded, or has no list of functions [module-unavailable]
            keyroll: hint: p11-kit loads every module in its configuration: remove the file of that module from there

            """))
  }

  @Test("an object that cannot be read is named, and hides nothing else")
  func unreadableObject() throws {
    let fault = try FaultModule(over: tokens.module, plan: ["more-certificates 2"])
    let outcome = try BuiltCommand.run(
      ["keys", "pkcs11:token=keyroll?module-path=\(fault.path)"],
      environment: ["SOFTHSM2_CONF": tokens.path("softhsm2.conf")])
    #expect(outcome.status == 0 && outcome.output.contains("object=rsa-2048;id=%01;type=cert"), "\(outcome)")
    #expect(
      outcome.error.split(separator: "\n").count {
        $0.contains("cannot be read and is left out: C_GetAttributeValue: CKR_OBJECT_HANDLE_INVALID")
      } == 2,
      "\(outcome)")
  }

  @Test("a PIN without --login is a wrong command line, and --login on two tokens an error that lists them")
  func login() throws {
    #expect(try modules.run(["keys", "--pin-file", tokens.pinFile]).status == 64)
    let outcome = try modules.run(["keys", "--login", "--pin-file", tokens.pinFile])
    #expect(outcome.status == 2)
    #expect(
      outcome.error.contains("[several-tokens]\n") && outcome.error.contains("pkcs11:token=keyroll;serial="),
      "\(outcome)")
  }

  @Test("a missing or broken module is one line, and the others are listed")
  func badModules() throws {
    let text = try TemporaryFolder()
    let path = try text.write(Array("no module".utf8), to: "text.so")
    for bad in [path, "/nonexistent.so"] {
      let outcome = try modules.run(["keys", "pkcs11:token=keyroll?module-path=\(bad)"])
      #expect(outcome.status == 2)
      #expect(outcome.error.split(separator: "\n").first?.hasSuffix("[module-unavailable]") ?? false, "\(outcome)")
      let beside = try ConfiguredModules(
        ["bad": "module: \(bad)", "softhsm": "module: \(tokens.module)"], tokens: tokens)
      #expect(try beside.run(["keys"]).output.hasPrefix("module     softhsm "))
    }
  }
}
