import TestSupport
import Testing

/// A foreign program meets every fault that the module can make.
@Suite(
  .tags(.hsm),
  .enabled(if: ThrowawayToken.isAvailable(.softHSM), Comment(rawValue: ThrowawayToken.absence(of: .softHSM))))
struct FaultModuleTests {
  private let token: ThrowawayToken
  private let fault: FaultModule
  private let folder: TemporaryFolder

  init() throws {
    token = try SharedToken.softHSM()
    folder = try TemporaryFolder()
    fault = try FaultModule(over: token.module)
  }

  @Test func withoutAFaultTheSignatureIsThatOfTheRealModule() throws {
    #expect(try sign().status == 0)
    let throughFault = try signature()
    #expect(try run("pkcs11-tool", signing(with: token.module)).status == 0)
    #expect(try signature() == throughFault && throughFault.count == 256)
    #expect(try fault.calls(of: "C_Sign").map(\.value) == ["CKR_OK"])
  }

  @Test(arguments: [
    ("fail C_Initialize 1 CKR_CANT_LOCK", "CKR_CANT_LOCK"),
    ("fail C_OpenSession 1 CKR_SESSION_COUNT", "C_OpenSession failed: rv = CKR_SESSION_COUNT"),
    ("answer C_Login * CKR_PIN_LOCKED", "C_Login failed: rv = CKR_PIN_LOCKED"),
    ("fail C_FindObjects 1+ CKR_DEVICE_ERROR", "C_FindObjects failed: rv = CKR_DEVICE_ERROR"),
    ("fail C_SignInit 1-2 CKR_KEY_FUNCTION_NOT_PERMITTED", "C_SignInit failed: rv = CKR_KEY_FUNCTION_NOT_PERMITTED"),
    ("remove C_FindObjectsInit 1", "C_FindObjectsInit failed: rv = CKR_DEVICE_REMOVED"),
    ("close C_SignInit 1", "C_SignInit failed: rv = CKR_SESSION_HANDLE_INVALID"),
    ("logout C_SignInit 1", "C_SignInit failed: rv = CKR_OBJECT_HANDLE_INVALID"),
    ("empty C_FindObjects 1", "Private key not found"),
    ("empty C_GetSlotList *", "No slot"),
    ("absent", "No slot"),
  ])
  func theCallerMeets(line: String, message: String) throws {
    let outcome = try sign(plan: [line])
    #expect(outcome.status != 0 && outcome.error.contains(message), "\(outcome)")
  }

  @Test func aCallIsCountedFromTheChangeOfThePlan() throws {
    try fault.plan(["fail C_SignInit 2 CKR_DEVICE_ERROR"])
    #expect(try sign().status == 0)
    #expect(try fault.calls(of: "C_SignInit").map(\.value) == ["CKR_OK"])
  }

  @Test func aSpoiledSignatureDiffersInOneBit() throws {
    #expect(try sign().status == 0)
    let good = try signature()
    #expect(try sign(plan: ["spoil C_Sign 1"]).status == 0)
    let bad = try signature()
    #expect(zip(good, bad).map { ($0 ^ $1).nonzeroBitCount }.reduce(0, +) == 1 && good.count == bad.count)
  }

  @Test func aTruncatedSignatureLacksAByte() throws {
    #expect(try sign(plan: ["truncate C_Sign 1"]).status == 0)
    #expect(try signature().count == 255)
  }

  @Test func aCrashTakesTheProcessAlong() throws {
    #expect(try sign(plan: ["crash C_SignInit 1"]).status == 128 + 11)
  }

  @Test func aCallThatHangsNeverComesBack() throws {
    try fault.plan(["hang C_SignInit 1"])
    let outcome = try run("timeout", ["2", "pkcs11-tool"] + signing(with: fault.path))
    #expect(outcome.status == 124, "\(outcome)")
  }

  @Test func aPlanThatCannotBeFollowedEndsTheProcess() throws {
    for line in ["fail C_Sign 1", "fail C_Sign 1 CKR_NONSENSE", "fail C_Sign x CKR_OK", "nonsense"] {
      let outcome = try sign(plan: [line])
      #expect(outcome.status == 128 + 6 && outcome.error.contains("cannot follow '\(line)'"), "\(outcome)")
    }
  }

  @Test func flagsMechanismsAndTheNumberOfSessionsAreWhatThePlanSays() throws {
    try fault.plan(["set-flags 0x70000", "clear-flags 0x4", "hide-mechanism 0x1", "maximum-sessions 1"])
    let slots = try run("pkcs11-tool", ["--module", fault.path, "--list-slots"])
    #expect(slots.output.contains("user PIN count low, final user PIN try, user PIN locked"), "\(slots)")
    #expect(!slots.output.contains("login required"))
    let mechanisms = try run("pkcs11-tool", ["--module", fault.path, "--list-mechanisms"])
    #expect(mechanisms.output.contains("  SHA256-RSA-PKCS,"))
    #expect(!mechanisms.output.contains("  RSA-PKCS,"), "\(mechanisms)")
  }

  @Test func aPINIsTypedOnTheReader() throws {
    let outcome = try sign(plan: ["set-flags 0x100", "pin-pad \(token.pinFile)"], pin: nil)
    #expect(outcome.status == 0, "\(outcome)")
    #expect(try fault.calls(of: "C_Login") == [.init("C_Login", "CKR_OK", note: "user pin-pad")])
  }

  @Test func aWrongPINIsCountedAndNeverWritten() throws {
    #expect(try sign(pin: "13571357").status != 0)
    #expect(try fault.calls(of: "C_Login") == [.init("C_Login", "CKR_PIN_INCORRECT", note: "user")])
    #expect(try fault.calls().allSatisfy { !"\($0)".contains("1357") })
  }

  private func sign(plan: [String]? = nil, pin: String? = ThrowawayToken.pin) throws -> Outcome {
    if let plan { try fault.plan(plan) }
    return try run("pkcs11-tool", signing(with: fault.path, pin: pin))
  }

  private func signing(with module: String, pin: String? = ThrowawayToken.pin) -> [String] {
    ["--module", module, "--token-label", token.maker.label, "--login"] + (pin.map { ["--pin", $0] } ?? [])
      + ["--sign", "--mechanism", "SHA256-RSA-PKCS", "--id", "01", "--input-file", "/dev/stdin"]
      + ["--output-file", folder.path("signature")]
  }

  private func run(_ program: String, _ arguments: [String]) throws -> Outcome {
    try token.run(program, arguments, input: Array("message".utf8))
  }

  private func signature() throws -> [UInt8] { try folder.bytes("signature") }
}
