import Foundation
import Keyroll
import TestSupport

/// A rollover of the application that the stand-in services know, with a clock that the test moves and a shell that sends.
final class RolloverStage {
  static let oldID = "9a0b1c2d-3e4f-4a5b-8c6d-7e8f9a0b1c2d"

  let folder: TemporaryFolder
  let service: LoopbackService
  let shell: String
  let cryptography = OpenSSLCryptography()
  var rollover: RolloverFolder

  /// - Parameter shell: `dash`, `bash` or `busybox`, whose own sed, grep, date and rm are then used too.
  init(shell: String, modes: String = "{}") throws {
    let folder = try TemporaryFolder()
    self.folder = folder
    self.shell = shell
    try folder.write(Array("1795975200".utf8), to: "clock")
    try folder.write(Array(modes.utf8), to: "modes")
    service = try LoopbackService(
      registered: [Self.oldID: Fixtures.path("certificates/leaf.pem")], script: "rollover_service",
      settings: ["clock": folder.path("clock"), "modes": folder.path("modes")])
    let (old, new) = (try Self.certificate("leaf"), try Self.certificate("other"))
    let plan = RolloverPlan(
      title: "payroll", created: NumericDate(seconds: 1_795_975_200),
      object: .init(
        kind: .application, objectID: ExactText(LoopbackService.applicationID),
        clientID: ExactText(LoopbackService.clientID), tenant: ExactText(LoopbackService.tenant), cloud: .global),
      old: .init(reference: "old.pem", certificate: "old.cer", publicKeySHA256: old.publicKey.sha256Fingerprint),
      new: .init(reference: "new.pem", certificate: "new.cer", publicKeySHA256: new.publicKey.sha256Fingerprint))
    // In a folder of nobody else's: the one for temporary files is everybody's.
    rollover = try RolloverFolder.make(
      plan, old: old, new: new, at: folder.path("payroll"), time: NumericDate(seconds: 1_795_975_200),
      cryptography: cryptography)
    try makeTools()
  }

  private static func certificate(_ name: String) throws -> Certificate {
    let found = try OpenSSLCryptography().certificates(inFile: Fixtures.path("certificates/\(name).pem"))
    guard let certificate = found.first else { throw SystemFailure(name, code: ENOENT) }
    return certificate
  }

  /// Programs that the script finds before those of the system: a curl that knows the services and tells what it was given, a
  /// clock, and a sleep that takes no time.
  private func makeTools() throws {
    try FileManager.default.createDirectory(atPath: folder.path("tools"), withIntermediateDirectories: true)
    func tool(_ name: String, _ lines: String) throws {
      try folder.program("#!/bin/dash\n\(lines)\n", named: "tools/\(name)", mode: "700")
    }
    let (clock, seen) = (folder.path("clock"), folder.path("seen"))
    try tool("curl", "{ printf '%s\\n' \"$@\"; env; } >>'\(seen)'\nexec /usr/bin/curl \"$@\" \(service.curlOptions)")
    try tool("date", "exec /bin/cat '\(clock)'")
    try tool(
      "sleep",
      "read -r now <'\(clock)' || :\nprintf %s $((now + $1)) >'\(clock)'\nprintf '%s ' \"$1\" >>'\(folder.path("slept"))'"
    )
    if shell == "busybox" {
      for name in ["sed", "grep", "rm"] { try tool(name, "exec /bin/busybox \(name) \"$@\"") }
    }
    try tool("sh", "exec \(interpreter) \"$@\"")
    try folder.write([], to: "seen")
    try folder.write([], to: "slept")
  }

  private var interpreter: String { shell == "busybox" ? "/bin/busybox sh" : "/bin/\(shell)" }

  var now: NumericDate {
    get { NumericDate(seconds: Int64((try? text("clock")) ?? "") ?? 0) }
    set { _ = try? folder.write(Array("\(newValue.seconds)".utf8), to: "clock") }
  }

  func text(_ name: String) throws -> String { String(validating: try folder.bytes(name), as: UTF8.self) ?? "" }
  func setModes(_ text: String) throws { try folder.write(Array(text.utf8), to: "modes") }
  var state: RolloverState { rollover.state(at: now) }

  /// Writes the package that the state asks for.
  @discardableResult
  func pack(windows: Int = 1, from start: NumericDate? = nil) throws -> String {
    let requests = try StagedRequests(certificate: try Self.certificate("other"))
    return try rollover.writePackage(
      at: now, in: SendWindow.row(of: windows, from: start ?? now), by: requests
    ).name
  }

  /// Runs a script in the folder as a courier does.
  func send(_ path: String) throws -> Outcome {
    let path = path.hasPrefix("/") ? path : folder.path("payroll/\(path)")
    return try Shell.run("PATH='\(folder.path("tools"))':\"$PATH\" exec \(interpreter) '\(path)/run.sh'")
  }

  @discardableResult
  func record() throws -> [RecordedAnswer] { try rollover.recordOwnAnswers(at: now) }

  /// How often the service did, or was asked for, an action.
  func count(_ action: String) -> Int {
    service.log.split(separator: "\n").count { $0.contains("/\(action)\"") }
  }
}

/// Signs with the keys of the fixtures, as the workflows of the library do.
struct StagedRequests: RolloverRequests {
  private let signers: [RolloverKeyRole: [SignatureAlgorithm: any Signer]]
  private let certificate: Certificate
  private let cryptography = OpenSSLCryptography()

  init(certificate: Certificate) throws {
    let keys = KeyRegistry(PEMBackend())
    func signers(_ key: String, _ certificate: String) throws -> [SignatureAlgorithm: any Signer] {
      var signers: [SignatureAlgorithm: any Signer] = [:]
      let path = "pem:\(Fixtures.path("keys/\(key).pem"));cert=\(Fixtures.path("certificates/\(certificate).pem"))"
      for algorithm in [SignatureAlgorithm.ps256, .rs256] {
        signers[algorithm] = try keys.signer(
          for: KeyRequest(try keys.reference(path), algorithm: algorithm, at: 1_795_975_200, secrets: NoSecrets()))
      }
      return signers
    }
    self.certificate = certificate
    self.signers = [.old: try signers("rsa-2048", "leaf"), .new: try signers("rsa-2048-other", "other")]
  }

  func token(
    by key: RolloverKeyRole, of plan: RolloverPlan, in window: SendWindow
  ) throws(RolloverError) -> PackagedRequest {
    try making {
      let profile = try Profile.entraAssertion(tenant: plan.object.tenant, clientID: plan.object.clientID)
      let token = try sign(profile, by: key, .ps256, in: window)
      let address = try TokenAddress(tenant: plan.object.tenant)
      return try files(
        ServiceRequest(
          .token(address),
          .token(
            clientID: plan.object.clientID, assertion: token,
            scope: try TokenAddress.graphScope(host: plan.object.cloud.graphHost))), "body.form")
    }
  }

  func addKey(of plan: RolloverPlan, in window: SendWindow) throws(RolloverError) -> PackagedRequest {
    try making {
      let proof = try sign(try .graphProof(objectID: plan.object.objectID), by: .old, .rs256, in: window)
      return try files(
        ServiceRequest(
          try address(plan, .addKey), .certificate(der: certificate.der, displayName: nil, proof: proof)), "body.json")
    }
  }

  func removeKey(
    _ permit: RemovalPermit, of plan: RolloverPlan, in window: SendWindow
  ) throws(RolloverError) -> PackagedRequest {
    try making {
      let proof = try sign(try .graphProof(objectID: plan.object.objectID), by: permit.signer, .rs256, in: window)
      return try files(
        ServiceRequest(try address(plan, .removeKey), .removeKey(keyID: permit.keyID, proof: proof)), "body.json")
    }
  }

  private func address(_ plan: RolloverPlan, _ action: GraphAddress.Action) throws -> RequestAddress {
    .graph(
      try GraphAddress(
        collection: plan.object.kind.collection, name: .objectID(plan.object.objectID), action: action))
  }

  private func sign(
    _ profile: Profile, by key: RolloverKeyRole, _ algorithm: SignatureAlgorithm, in window: SendWindow
  ) throws -> ExactText {
    guard let signer = signers[key]?[algorithm] else { throw SystemFailure("no signer", code: ENOENT) }
    var draft = DraftRequest(time: window.start)
    draft.notBefore = window.start
    draft.lifetime = SendWindow.length
    if algorithm == .ps256 { draft.identifier = ExactText(UUID().uuidString.lowercased()) }
    let token = try TokenAssembler(profile: profile, signer: signer, cryptography: cryptography)
      .assemble(try profile.draft(draft, for: signer), at: window.start)
    return ExactText(token.text)
  }

  private func files(_ request: consuming ServiceRequest, _ body: String) throws -> PackagedRequest {
    let configuration = CurlConfiguration.bytes(for: request, body: .file(body))
    return PackagedRequest([
      ("request.curl", configuration.withBytes { [UInt8](copying: $0) }),
      (body, request.bytes().withBytes { [UInt8](copying: $0) }),
    ])
  }

  private func making(_ body: () throws -> PackagedRequest) throws(RolloverError) -> PackagedRequest {
    do { return try body() } catch { throw RolloverError(.stepTooEarly, "\(error)") }
  }
}
