public import Encodings
import Messages
public import Signing
import System
public import Tokens

/// A rollover on the disk of the machine that owns it: `plan.json`, `journal.jsonl`, the certificates, the packages that were
/// sent and the answers that came back.
///
/// Every change is an event at the end of the journal; the state is computed from it. Time is an argument.
public struct RolloverFolder: Sendable {
  /// Where the folder is.
  public let path: String
  /// What is to be done.
  public let plan: RolloverPlan
  /// What happened so far.
  public private(set) var journal: RolloverJournal
  /// The certificates that are here.
  public private(set) var certificates: RolloverCertificates
  let cryptography: any Cryptography

  /// The folders of packages are named so, with a number.
  static let packagePrefix = "send-"
  static let answersName = "answers"
  /// The certificate request of a new key that waits for its certificate.
  public static let requestName = "new.csr"
  private static let mostFileBytes = 1 << 20

  /// Reads a rollover.
  ///
  /// Throws `folder-changeable`, `malformed-plan`, `malformed-journal`, `file-unreadable` and what reading certificates throws.
  public init(at path: String, cryptography: any Cryptography) throws(RolloverError) {
    try Self.requireOwn(path)
    let file = try Self.contents(RolloverPlan.fileName, in: path)
    let plan = try RolloverPlan(file.span)
    self.path = path
    self.plan = plan
    self.cryptography = cryptography
    let lines = try RolloverError.passing { () throws(SystemError) in
      try ContainedFile.contents([RolloverJournal.fileName], in: path, limit: RolloverJournal.mostBytes)
    }
    let events = lines ?? []
    journal = try RolloverJournal(events.span)
    guard let old = try Self.certificate(.old, of: plan, in: path, cryptography) else {
      throw RolloverError(id: "file-unreadable", "\(naming: path) has no \(plan.old.certificate)")
    }
    certificates = RolloverCertificates(old: old, new: try Self.certificate(.new, of: plan, in: path, cryptography))
  }

  /// Makes a new folder for a rollover, whole or not at all; without the new certificate it waits for one.
  ///
  /// Throws `output-exists`, `output-unwritable` and `evidence-unknown` for a certificate over another key.
  ///
  /// - Parameters:
  ///   - plan: the plan of the rollover.
  ///   - old: the certificate of the old key.
  ///   - new: the certificate of the new key, if there is one already.
  ///   - request: a certificate request in PEM, for the CA that issues the new certificate.
  ///   - path: where the folder is made.
  ///   - time: the present time.
  ///   - cryptography: reads certificates and verifies signatures.
  public static func make(
    _ plan: RolloverPlan, old: Certificate, new: Certificate?, request: String? = nil, at path: String,
    time: NumericDate, cryptography: any Cryptography
  ) throws(RolloverError) -> RolloverFolder {
    var files = [(path: RolloverPlan.fileName, bytes: plan.bytes), (plan.old.certificate.text, old.der)]
    try requireKey(old, .old, of: plan)
    var lines = certificateEvent(old, .old, plan, time).line
    if let new {
      try requireKey(new, .new, of: plan)
      files.append((plan.new.certificate.text, new.der))
      lines += certificateEvent(new, .new, plan, time).line
    }
    if let request { files.append((requestName, Array(request.utf8))) }
    files.append((RolloverJournal.fileName, lines))
    try writing(path) { () throws(SystemReason) in try FolderTree.write(files, to: path) }
    return try RolloverFolder(at: path, cryptography: cryptography)
  }

  /// The rollovers that a path means: itself, or every one in it, sorted by name. Empty where there is none.
  public static func paths(at path: String) -> [String] {
    if exists(at: path) { return [path] }
    return (ContainedFile.names(in: path) ?? []).map { "\(path)/\($0)" }.filter(exists)
  }

  /// True where a folder has a plan: what was made already need not be made again.
  public static func exists(at path: String) -> Bool {
    ContainedFile.names(in: path)?.contains(RolloverPlan.fileName) ?? false
  }

  /// Those of the two keys, as the plan names them.
  public var keyReferences: [ExactText] { [plan.old.reference, plan.new.reference] }

  /// The state at a time; `overlap` replaces that of the plan.
  public func state(at time: NumericDate, overlap: TimeSpan? = nil) -> RolloverState {
    RolloverState(plan, journal, at: time, overlap: overlap)
  }

  /// Appends events by one write; they count from then on.
  mutating func append(_ events: [RolloverEvent]) throws(RolloverError) {
    if events.isEmpty { return }
    let file = "\(path)/\(RolloverJournal.fileName)"
    try Self.writing(file) { () throws(SystemReason) in
      try AppendedFile.append(events.flatMap(\.line), to: file, repairing: RolloverJournal.tornMark)
    }
    for event in events { journal.append(event) }
  }
}

// MARK: What a person says

extension RolloverFolder {
  /// The workload uses the new key. Throws `step-too-early` before that key was accepted.
  public mutating func switchWorkload(at time: NumericDate) throws(RolloverError) {
    let state = state(at: time)
    try requireOpen(state)
    if state.stage == .switched { return }
    guard state.stage == .accepted, !state.conflicts.contains(.newKeyRefused) else {
      throw RolloverError(
        .stepTooEarly, "the new key was not accepted yet: the rollover is \(state.stage.rawValue)",
        hint: "let the service accept the new key first, or the workload stands still")
    }
    if let accepted = journal.events.last(where: { $0.kind == .accepted }), accepted.time > time {
      throw RolloverError(
        .stepTooEarly, "the clock says \(time), and the new key was accepted at \(accepted.time)",
        hint: "set the clock of this machine")
    }
    try append([RolloverEvent(.switched, at: time)])
  }

  /// The old key goes before the overlap has passed, as after a compromise. Throws `step-too-early` before the switch: nothing
  /// replaces an accepted key and a switched workload.
  public mutating func waiveOverlap(because reason: ExactText, at time: NumericDate) throws(RolloverError) {
    let state = state(at: time)
    try requireOpen(state)
    guard state.stage == .switched else {
      throw RolloverError(
        .stepTooEarly, "only the overlap can be waived, and the rollover is \(state.stage.rawValue)",
        hint: "the new key has to be accepted, and the workload switched, whatever the reason is")
    }
    if journal.events.contains(where: { $0.kind == .waived(reason: reason) }) { return }
    try append([RolloverEvent(.waived(reason: reason), at: time)])
  }

  /// Gives the rollover up: at once before the new key was added, later by a package that removes it again.
  ///
  /// Throws `acknowledgement-missing` after the switch, unless a person says that the workload is back on the old key.
  public mutating func abandon(isBack: Bool, at time: NumericDate) throws(RolloverError) {
    let state = state(at: time)
    try requireOpen(state)
    if state.stage == .switched, !isBack {
      throw RolloverError(
        .acknowledgementMissing, "the workload uses the new key, which would be removed",
        hint: "put the workload back on the old key, and say so")
    }
    if state.stage < .added, let package = state.outstandingPackage,
      case .send = state.next
    {
      throw RolloverError(
        .stepTooEarly, "\(package) can still be sent, and would add the new key",
        hint: "bring it back and record it, or wait until its last window has closed")
    }
    if journal.events.contains(where: { $0.kind == .abandoning(isBack: isBack) }) { return }
    try append([RolloverEvent(.abandoning(isBack: isBack), at: time)])
  }

  private func requireOpen(_ state: RolloverState) throws(RolloverError) {
    if state.stage < .done { return }
    throw RolloverError(.rolloverEnded, "the rollover is \(state.stage.rawValue)", hint: "start another one")
  }
}

// MARK: Certificates

extension RolloverFolder {
  /// Takes in the certificate that was issued for the new key; throws `evidence-unknown` for one over another key.
  public mutating func record(_ certificate: Certificate, at time: NumericDate) throws(RolloverError) {
    try requireOpen(state(at: time))
    try Self.requireKey(certificate, .new, of: plan)
    let stage = state(at: time).stage
    if certificates.new == certificate, stage > .waiting { return }
    if stage > .ready {
      throw RolloverError(.evidenceUnknown, "another certificate over the new key was added already")
    }
    let name = "\(path)/\(plan.new.certificate)"
    try Self.writing(name) { () throws(SystemReason) in
      try FolderTree.replaceFile(name, holding: certificate.der)
    }
    certificates = RolloverCertificates(old: certificates.old, new: certificate)
    try append([Self.certificateEvent(certificate, .new, plan, time)])
  }

  private static func certificateEvent(
    _ certificate: Certificate, _ role: RolloverKeyRole, _ plan: RolloverPlan, _ time: NumericDate
  ) -> RolloverEvent {
    RolloverEvent(
      .certificate(role, .init(sha1: certificate.sha1Thumbprint, notAfter: certificate.validity.notAfter)), at: time,
      evidence: .init(file: plan[role].certificate, sha256: certificate.sha256Thumbprint))
  }

  private static func requireKey(
    _ certificate: Certificate, _ role: RolloverKeyRole, of plan: RolloverPlan
  ) throws(RolloverError) {
    if certificate.publicKey.sha256Fingerprint == plan[role].publicKeySHA256 { return }
    throw RolloverError(
      .evidenceUnknown,
      "the certificate \(quoting: certificate.subject) is not over the \(role.rawValue) key of the plan",
      hint: "give the certificate that was issued for that key")
  }

  private static func certificate(
    _ role: RolloverKeyRole, of plan: RolloverPlan, in path: String, _ cryptography: any Cryptography
  ) throws(RolloverError) -> Certificate? {
    let der = try RolloverError.passing { () throws(SystemError) in
      try ContainedFile.contents([plan[role].certificate.text], in: path, limit: mostFileBytes)
    }
    guard let der else { return nil }
    let certificate = try RolloverError.passing { () throws(KeyError) in try cryptography.certificate(der: der.span) }
    try requireKey(certificate, role, of: plan)
    return certificate
  }
}

// MARK: Files

extension RolloverFolder {
  /// Throws unless nobody else can change the folder: whoever can, chooses which keys are used and what runs for them.
  private static func requireOwn(_ path: String) throws(RolloverError) {
    do throws(CodePath.Refusal) {
      try CodePath.requireClosed(folder: try CodePath(path).resolved)
    } catch {
      switch error {
      case .changeable(let change):
        throw RolloverError(.folderChangeable, "\(naming: path) is not used: \(change.reason)", hint: change.remedy)
      case .absent(let reason, in: _):
        throw RolloverError(id: "file-unreadable", "\(naming: path) cannot be read: \(reason)")
      case .notText, .unclearInterpreter:
        throw RolloverError(id: "file-unreadable", "\(naming: path) is not a path in UTF-8")
      }
    }
  }

  static func contents(_ name: String, in path: String) throws(RolloverError) -> [UInt8] {
    let bytes = try RolloverError.passing { () throws(SystemError) in
      try ContainedFile.contents([name], in: path, limit: mostFileBytes)
    }
    guard let bytes else { throw RolloverError(id: "file-unreadable", "\(naming: path) has no \(name)") }
    return bytes
  }

  /// Does what writes to a path; throws `output-exists` or `output-unwritable`.
  static func writing(_ path: String, _ body: () throws(SystemReason) -> Void) throws(RolloverError) {
    do throws(SystemReason) { try body() } catch {
      if error.isExisting { throw RolloverError(id: "output-exists", "\(naming: path) is there already") }
      throw RolloverError(id: "output-unwritable", "\(naming: path) cannot be written: \(error)")
    }
  }
}
