import Foundation
import TestSupport
import Testing

/// Signing with keys on a token, as whole commands.
@Suite(
  "keys on tokens", .tags(.hsm, .process),
  .enabled(if: ThrowawayToken.isAvailable(.softHSM), Comment(rawValue: ThrowawayToken.absence(of: .softHSM))))
struct TokenKeyTests {
  private let tokens: ThrowawayToken
  private let folder: TemporaryFolder
  private let environment: [String: String]

  init() throws {
    tokens = try SharedToken.softHSM()
    folder = try TemporaryFolder()
    environment = ["SOFTHSM2_CONF": tokens.path("softhsm2.conf")]
  }

  private func key(_ object: String = "rsa-2048", module: String? = nil, query: String = "") -> String {
    "pkcs11:token=keyroll;object=\(object)?module-path=\(module ?? tokens.module)\(query)"
  }

  private func assertion(_ key: String, _ options: [String]) -> [String] {
    [
      "sign", "assertion", "--tenant", SignCommandTests.tenant, "--client-id", SignCommandTests.clientID, "--at",
      SignCommandTests.at,
      "--key", key,
    ] + options
  }

  private func sign(
    _ key: String, _ options: String..., input: [UInt8] = [], descriptors: [Int32: [UInt8]] = [:],
    variables: [String: String] = [:]
  ) throws -> Outcome {
    try BuiltCommand.run(
      assertion(key, options), input: input, descriptors: descriptors,
      environment: environment.merging(variables) { $1 })
  }

  @Test("a PIN comes from a file, a descriptor, standard input, a variable or pin-source")
  func pinSources() throws {
    let pin = Array("\(ThrowawayToken.pin)\n".utf8)
    let outcomes = [
      try sign(key(), "--pin-file", tokens.pinFile),
      try sign(key(), "--pin-fd", "9", descriptors: [9: pin]),
      try sign(key(), "--pin-file", "-", input: pin),
      try sign(key(), "--pin-env", "PIN", variables: ["PIN": ThrowawayToken.pin]),
      try sign(key(query: "&pin-source=file:\(tokens.pinFile)")),
    ]
    for outcome in outcomes {
      #expect(outcome.status == 0, "\(outcome)")
      #expect(outcome.output.split(separator: ".").count == 3)
    }
  }

  @Test("a PIN that cannot be read is an error, never an empty PIN")
  func noPIN() throws {
    let empty = try folder.write([], to: "empty")
    let lineBreak = try folder.write([10], to: "line-break")
    for (options, id) in [
      (["--pin-file", empty], "secret-unavailable"), (["--pin-file", lineBreak], "secret-unavailable"),
      (["--pin-file", folder.path("missing")], "secret-unavailable"), (["--pin-env", "UNSET"], "secret-unavailable"),
      ([], "pin-required"),
    ] {
      let outcome = try BuiltCommand.run(assertion(key(), options), environment: environment)
      #expect(outcome.status == 2 && outcome.output.isEmpty, "\(outcome)")
      #expect(outcome.error.contains("[\(id)]\n"), "\(outcome)")
    }
  }

  @Test("the error about a wrong PIN has the function, the standard's value and the next step")
  func wrongPIN() throws {
    let copy = try tokens.copy()
    let wrong = try folder.write(Array("00000000".utf8), to: "wrong")
    let outcome = try BuiltCommand.run(
      assertion(key(), ["--pin-file", wrong]), environment: ["SOFTHSM2_CONF": copy.path("softhsm2.conf")])
    #expect(
      outcome
        == Outcome(
          status: 2,
          error: """
            keyroll: error: C_Login: CKR_PIN_INCORRECT, the PIN is wrong (module libsofthsm2.so) [wrong-pin]
            keyroll: hint: check the PIN before you run again: the token counts wrong ones

            """))
  }

  @Test("a wrong PIN that was typed is never asked for again")
  func wrongPINTyped() throws {
    let copy = try tokens.copy()
    let session = try TerminalSession(
      BuiltCommand.path, assertion(key(), []), environment: ["SOFTHSM2_CONF": copy.path("softhsm2.conf")])
    try session.wait(for: "PIN of token ")
    try session.type("00000000\n")
    let outcome = try session.finish()
    #expect(outcome.status == 2 && outcome.output.contains("[wrong-pin]\n"), "\(outcome)")
    #expect(outcome.output.components(separatedBy: "PIN of token ").count == 2, "\(outcome)")
  }

  @Test("the prompt names the token, its serial number and the key")
  func prompt() throws {
    let session = try TerminalSession(
      BuiltCommand.path, assertion(key(), ["--output", folder.path("token")]), environment: environment)
    try session.wait(for: "PIN of token \"keyroll\" (serial number ")
    try session.wait(for: ") for pkcs11:token=keyroll;object=rsa-2048?module-path=\(tokens.module): ")
    #expect(!session.showsInput)
    try session.type("\(ThrowawayToken.pin)\n")
    let outcome = try session.finish()
    #expect(outcome.status == 0, "\(outcome)")
    #expect(!outcome.output.contains(ThrowawayToken.pin))
  }

  @Test(
    "openssl accepts what the token signed", arguments: ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"])
  func openssl(algorithm: String) throws {
    let outcome = try sign(key(), "--algorithm", algorithm, "--pin-file", tokens.pinFile)
    try #require(outcome.status == 0, "\(outcome)")
    let verdict = try OpenSSLJudge.verdict(
      on: String(outcome.output.dropLast()), algorithm: algorithm, certificate: SignCommandTests.certificate)
    #expect(verdict == "Verified OK\n")
  }

  @Test("the PIN has one source")
  func twoSources() throws {
    let outcome = try sign("\(key())&pin-source=file:/nowhere", "--pin-file", tokens.pinFile)
    #expect(outcome.status == 64, "\(outcome)")
    #expect(
      outcome.error.contains("only one of --pin-… and pin-source in the key can be given [usage]\n"), "\(outcome)")
  }

  @Test(
    "PyJWT and joserfc accept what the token signed",
    .enabled(if: Judge.python != nil, Comment(rawValue: Judge.absence)),
    arguments: ["pyjwt", "joserfc"], ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"])
  func python(library: String, algorithm: String) throws {
    let outcome = try sign(key(), "--algorithm", algorithm, "--x5c", "--pin-file", tokens.pinFile)
    try #require(outcome.status == 0, "\(outcome)")
    let judged = try Judge.run(
      script: "judge_verify", [library, algorithm, SignCommandTests.certificate],
      input: Array(outcome.output.dropLast().utf8))
    #expect(judged.status == 0, "\(judged)")
  }

  @Test(
    "a call that does not return ends the run with its name, and nothing is written",
    arguments: ["C_GetFunctionList", "C_Initialize", "C_GetSlotList", "C_Login", "C_SignInit", "C_Sign"])
  func timeout(function: String) throws {
    let fault = try FaultModule(over: tokens.module, plan: ["hang \(function) 1"])
    let output = folder.path("token")
    let outcome = try sign(
      key(module: fault.path), "--pin-file", tokens.pinFile, "--device-timeout", "1s", "--output", output)
    #expect(outcome.status == 2)
    #expect(
      outcome.error.hasPrefix(
        "keyroll: error: \(function) of the module \(function == "C_GetFunctionList" ? fault.path : "fault.so") has not returned after 1 s [device-timeout]\n"
      ),
      "\(outcome)")
    #expect(try folder.names().isEmpty)
  }

  @Test(
    "whatever a module does when it is closed, a finished token is kept", arguments: ["hang", "crash", "exit"])
  func letGo(action: String) throws {
    let fault = try FaultModule(over: tokens.module, plan: ["\(action) C_Finalize 1"])
    let outcome = try sign(key(module: fault.path), "--pin-file", tokens.pinFile, "--device-timeout", "1s")
    #expect(outcome.status == 0 && outcome.output.split(separator: ".").count == 3, "\(outcome)")
    let warnings = [
      "hang":
        "keyroll: warning: C_Finalize of the module fault.so has not returned after 1 s; nothing is lost\n",
      "crash": "keyroll: warning: a PKCS #11 module crashed while it was closed; nothing is lost\n", "exit": "",
    ]
    #expect(outcome.error.hasSuffix(warnings[action] ?? "missing"), "\(outcome)")
  }

  @Test("a module that crashes or hangs while it is closed hides no error", arguments: ["hang", "crash", "exit"])
  func letGoAfterAnError(action: String) throws {
    let fault = try FaultModule(
      over: tokens.module, plan: ["\(action) C_Finalize 1", "fail C_Sign * CKR_DEVICE_ERROR"])
    let outcome = try sign(key(module: fault.path), "--pin-file", tokens.pinFile, "--device-timeout", "1s")
    #expect(outcome.status == 2 && outcome.output.isEmpty, "\(outcome)")
    #expect(outcome.error.hasPrefix("keyroll: error: C_Sign: CKR_DEVICE_ERROR, "), "\(outcome)")
  }

  @Test("the output of a module is not part of the result, and its current folder does not move relative paths")
  func chatter() throws {
    let functions = ["C_GetFunctionList", "C_Initialize", "C_Login", "C_Sign", "C_Finalize"]
    let plan = functions.flatMap { ["print \($0) *"] } + ["directory /"]
    let fault = try FaultModule(over: tokens.module, plan: plan)
    let outcome = try sign(key(module: fault.path), "--pin-file", tokens.pinFile)
    #expect(outcome.status == 0 && outcome.output.split(whereSeparator: \.isNewline).count == 1, "\(outcome)")
    #expect(outcome.output.hasPrefix("eyJ"))
    for function in functions { #expect(outcome.error.contains("[vendor] \(function)\n"), "\(outcome)") }
    let script =
      "cd '\(folder.path(""))' && keyroll \(assertion(key(module: fault.path), ["--pin-file", tokens.pinFile, "--output", "token"]).map { "'\($0)'" }.joined(separator: " "))"
    let relative = try Shell.run(script, environment: environment)
    #expect(relative.status == 0, "\(relative)")
    #expect(try folder.names() == ["token"])
  }

  @Test("after two seconds a note names the device, and what it may wait for")
  func patience() throws {
    let fault = try FaultModule(over: tokens.module, plan: ["wait C_Sign 1"])
    let outcome = try sign(key(module: fault.path), "--pin-file", tokens.pinFile)
    #expect(outcome.status == 0, "\(outcome)")
    #expect(
      outcome.error.contains(
        "keyroll: note: waiting for C_Sign of the module fault.so: the device may want a touch, or somebody's approval\n"
      ),
      "\(outcome)")
  }

  @Test("processes that use one token at the same time all sign")
  func contention() async throws {
    let copy = try tokens.copy()
    let outcomes = try await withThrowingTaskGroup(of: [Outcome].self) { group in
      for _ in 0..<8 {
        group.addTask {
          try (0..<6).map { _ in
            try BuiltCommand.run(
              assertion(key(), ["--pin-file", copy.pinFile]), environment: ["SOFTHSM2_CONF": copy.path("softhsm2.conf")]
            )
          }
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    #expect(outcomes.count == 48)
    #expect(outcomes.filter { $0.status != 0 }.isEmpty, "\(outcomes.filter { $0.status != 0 })")
  }

  @Test("a key in a file is opened without p11-kit and its modules")
  func fileKey() throws {
    let fault = try FaultModule(over: tokens.module)
    let modules = try ConfiguredModules(["fault": "module: \(fault.path)\ncritical: yes"], tokens: tokens)
    let options = ["--pin-file", tokens.pinFile]
    #expect(try modules.run(assertion(SignCommandTests.key, options)).status == 0)
    #expect(try fault.calls().isEmpty)
    #expect(try modules.run(assertion("pkcs11:token=keyroll;object=rsa-2048", options)).status == 0)
    #expect(try !fault.calls().isEmpty)
  }

  @Test(
    "options for PINs that contradict each other or contain the PIN are a wrong command line",
    arguments: [
      (["--pin-file", "a", "--pin-fd", "3"], "only one of --pin-file, --pin-fd and --pin-env can be given"),
      (["--pin-fd=-1"], "--pin-fd takes a number from 0"),
      (["--pin-env", "PIN=1234"], "--pin-env takes the name of a variable, not its value"),
      (["--device-timeout", "0s"], "--device-timeout takes a duration above zero, such as 30s or 5m"),
    ])
  func usage(options: [String], message: String) throws {
    #expect(
      try BuiltCommand.run(assertion(key(), options))
        == Outcome(
          status: 64, error: "keyroll: error: \(message) [usage]\nkeyroll: hint: see keyroll sign assertion --help\n"))
  }
}
