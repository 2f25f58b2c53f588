import Foundation
import Keyroll
import TestSupport

/// A rollover of the application that the stand-in services know, on a machine that sends what it writes.
final class RolloverStage {
  static let oldID = CourierMachine.oldID

  let folder: TemporaryFolder
  let machine: CourierMachine
  let cryptography = OpenSSLCryptography()
  var rollover: RolloverFolder

  var service: LoopbackService { machine.service }

  /// - Parameter shell: `dash`, `bash` or `busybox`, whose own sed, grep, date and rm are then used too.
  init(shell: String, modes: String = "{}") throws {
    folder = try TemporaryFolder()
    machine = try CourierMachine(
      in: folder, shell: shell, modes: modes, registered: [Self.oldID: Fixtures.path("certificates/leaf.pem")])
    let (old, new) = (try Self.certificate("leaf"), try Self.certificate("other"))
    let start = NumericDate(seconds: CourierMachine.start)
    let plan = RolloverPlan(
      title: "payroll", created: start,
      object: .init(
        kind: .application, objectID: ExactText(LoopbackService.applicationID),
        clientID: ExactText(LoopbackService.clientID), tenant: ExactText(LoopbackService.tenant), cloud: .global),
      old: .init(reference: "old.pem", certificate: "old.cer", publicKeySHA256: old.publicKey.sha256Fingerprint),
      new: .init(reference: "new.pem", certificate: "new.cer", publicKeySHA256: new.publicKey.sha256Fingerprint))
    // In a folder of nobody else's: the one for temporary files is everybody's.
    rollover = try RolloverFolder.make(
      plan, old: old, new: new, at: folder.path("payroll"), time: start, cryptography: cryptography)
  }

  private static func certificate(_ name: String) throws -> Certificate {
    let found = try OpenSSLCryptography().certificates(inFile: Fixtures.path("certificates/\(name).pem"))
    guard let certificate = found.first else { throw SystemFailure(name, code: ENOENT) }
    return certificate
  }

  /// A rollover of which the old key may be removed.
  static func switched(_ shell: String) throws -> RolloverStage {
    let stage = try RolloverStage(shell: shell)
    try stage.pack()
    _ = try stage.send("send-1")
    try stage.record()
    try stage.rollover.switchWorkload(at: stage.now)
    try stage.rollover.waiveOverlap(because: "the old key leaked", at: stage.now)
    return stage
  }

  var now: NumericDate {
    get { NumericDate(seconds: machine.now) }
    set { machine.now = newValue.seconds }
  }

  func text(_ name: String) throws -> String { try machine.text(name) }
  func setModes(_ text: String) throws { try machine.setModes(text) }
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
  func send(_ path: String) throws -> Outcome { try machine.send(path.hasPrefix("/") ? path : "payroll/\(path)") }

  @discardableResult
  func record() throws -> [RecordedAnswer] { try rollover.recordOwnAnswers(at: now) }

  /// How often the service did, or was asked for, an action.
  func count(_ action: String) -> Int { machine.count(action) }
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
