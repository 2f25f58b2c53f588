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
  /// Keeps other processes away as long as a copy of this value is kept; nil if it is only looked at.
  var lock: HeldLock?
  /// What came back and cannot be read: each names its file, and stops nothing.
  public internal(set) var unread: [RolloverError] = []

  /// The folders of packages are named so, with a number.
  static let packagePrefix = "send-"
  static let answersName = "answers"
  /// The certificate request of a new key that waits for its certificate.
  public static let requestName = "new.csr"
  private static let mostFileBytes = 1 << 20

  /// Reads a rollover.
  ///
  /// Throws `folder-changeable`, `folder-busy`, `malformed-plan`, `malformed-journal`, `file-unreadable` and what reading
  /// certificates throws.
  public init(
    at path: String, for access: Access = .looking, cryptography: any Cryptography
  ) throws(RolloverError) {
    lock = try Self.lock(path, for: access)
    try Self.requireOwn(path)
    try Self.requireOwn([RolloverPlan.fileName, RolloverJournal.fileName], in: path)
    let file = try Self.contents(RolloverPlan.fileName, in: path)
    let plan = try RolloverPlan(file.span)
    try Self.requireOwn(
      [plan.old.certificate.text, plan.new.certificate.text] + Self.packageNames(in: path), in: path)
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
    try requireNoted(file)
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
    var lines = try planEvent(plan, time, cryptography).line + certificateEvent(old, .old, plan, time).line
    if let new {
      try requireKey(new, .new, of: plan)
      files.append((plan.new.certificate.text, new.der))
      lines += certificateEvent(new, .new, plan, time).line
    }
    if let request { files.append((requestName, Array(request.utf8))) }
    files.append((RolloverJournal.fileName, lines))
    try RolloverError.passing { () throws(SystemError) in try OutputFolder.write(files, to: path) }
    return try RolloverFolder(at: path, for: .changing, cryptography: cryptography)
  }

  /// The rollovers that a path means: itself, or every one in it, sorted by name. Empty if there is none.
  public static func paths(at path: String) -> [String] {
    if exists(at: path) { return [path] }
    return (ContainedFile.names(in: path) ?? []).map { "\(path)/\($0)" }.filter(exists)
  }

  /// True if a folder has a plan: what was made already need not be made again.
  public static func exists(at path: String) -> Bool {
    ContainedFile.names(in: path)?.contains(RolloverPlan.fileName) ?? false
  }

  /// Those of the two keys, as the plan names them.
  public var keyReferences: [ExactText] { [plan.old.reference, plan.new.reference] }

  /// The state at a time; an `overlap` that is longer than that of the plan counts in its place.
  public func state(at time: NumericDate, overlap: TimeSpan? = nil) -> RolloverState {
    RolloverState(plan, journal, at: time, overlap: overlap)
  }

  /// Appends events by one write; they count from then on. Nothing is written that could not be read again.
  mutating func append(_ events: [RolloverEvent]) throws(RolloverError) {
    if events.isEmpty { return }
    let file = "\(path)/\(RolloverJournal.fileName)"
    let lines = events.flatMap(\.line)
    _ = try RolloverJournal(lines.span)
    try Self.writing(file) { () throws(SystemReason) in
      try AppendedFile.append(
        lines, to: file, repairing: RolloverJournal.tornMark, limit: RolloverJournal.mostBytes)
    }
    for event in events { journal.append(event) }
  }
}

// MARK: What a person says

extension RolloverFolder {
  /// The workload uses the new key.
  ///
  /// Throws `step-too-early` before that key was accepted, and while evidence says that it may not work; `rollover-ended` once the
  /// rollover was given up.
  public mutating func switchWorkload(at time: NumericDate) throws(RolloverError) {
    let (state, record) = (state(at: time), RolloverRecord(journal.events))
    try requireOpen(state)
    try requireKept(record)
    if state.stage == .switched { return }
    if let conflict = state.conflicts.first(where: \.forbidsSwitch) {
      throw RolloverError(
        .stepTooEarly, "the workload must not be switched now: \(conflict.text)",
        hint: "let newer evidence settle that first, or the workload may stand still")
    }
    guard state.stage == .accepted else {
      throw RolloverError(
        .stepTooEarly, "the new key was not accepted yet: the rollover is \(state.stage.rawValue)",
        hint: "let the service accept the new key first, or the workload stands still")
    }
    if let acceptance = record.acceptance, acceptance.happened.isAhead(of: time) {
      throw RolloverError(
        .stepTooEarly, "the clock says \(time), and the new key was accepted at \(acceptance.happened)",
        hint: "set the clock of this machine")
    }
    try append([RolloverEvent(.switched, at: time)])
  }

  /// The old key goes before the overlap has passed, as after a compromise. Throws `step-too-early` before the switch: nothing
  /// replaces an accepted key and a switched workload.
  public mutating func waiveOverlap(because reason: ExactText, at time: NumericDate) throws(RolloverError) {
    let waiver = try waiver(reason, at: time)
    if journal.events.contains(where: { $0.kind == waiver.kind }) { return }
    try append([waiver])
  }

  /// The line for a waiver, if one is allowed.
  func waiver(_ reason: ExactText, at time: NumericDate) throws(RolloverError) -> RolloverEvent {
    let state = state(at: time)
    try requireOpen(state)
    try requireKept(RolloverRecord(journal.events))
    guard Self.isReason(reason.text) else {
      throw RolloverError(.gateClosed, "no reason was given for not waiting", hint: "say why in up to 1000 bytes")
    }
    guard state.stage == .switched else {
      throw RolloverError(
        .stepTooEarly, "only the overlap can be waived, and the rollover is \(state.stage.rawValue)",
        hint: "the new key has to be accepted, and the workload switched, whatever the reason is")
    }
    return RolloverEvent(.waived(reason: reason), at: time)
  }

  /// True for what can be a reason: a person can see it, and it is at most 1000 bytes long.
  public static func isReason(_ text: String) -> Bool {
    text.utf8.count <= 1000
      && text.unicodeScalars.contains { scalar in
        switch scalar.properties.generalCategory {
        case .control, .format, .spaceSeparator, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse: false
        default: true
        }
      }
  }

  /// Gives the rollover up: at once before the new key was added, later by a package that removes it again.
  ///
  /// Throws `acknowledgement-missing` after the switch, unless a person says that the workload is back on the old key, and
  /// `step-too-early` while a package can still be sent that adds the new key, or removes the old one.
  public mutating func abandon(isBack: Bool, at time: NumericDate) throws(RolloverError) {
    try requireAbandonable(at: time)
    let state = state(at: time)
    if state.stage == .switched, !isBack {
      throw RolloverError(
        .acknowledgementMissing, "the workload uses the new key, which would be removed",
        hint: "put the workload back on the old key, and say so")
    }
    if journal.events.contains(where: { $0.kind == .abandoning(isBack: isBack) }) { return }
    try append([RolloverEvent(.abandoning(isBack: isBack), at: time)])
  }

  /// Throws if the rollover cannot be given up, whatever a person says: `rollover-ended`, and `step-too-early` for a package.
  public func requireAbandonable(at time: NumericDate) throws(RolloverError) {
    let state = state(at: time)
    try requireOpen(state)
    for (name, packed) in RolloverRecord(journal.events).sendable(at: time) {
      guard packed.kind == .remove || packed.kind == .add && state.stage < .added else { continue }
      throw RolloverError(
        .stepTooEarly, "\(name) can still be sent until \(packed.closes), and would \(packed.kind.purpose)",
        hint: "do not send it; record it if it was sent, or wait until its last window has closed")
    }
  }

  private func requireKept(_ record: RolloverRecord) throws(RolloverError) {
    if record.abandoning == nil { return }
    throw RolloverError(
      .rolloverEnded, "the rollover was given up, and the new key is to be removed again",
      hint: "leave the workload on the old key, and start another rollover")
  }

  private func requireOpen(_ state: RolloverState) throws(RolloverError) {
    if state.stage < .done { return }
    throw RolloverError(.rolloverEnded, "the rollover is \(state.stage.rawValue)", hint: "start another one")
  }
}

// MARK: Certificates

extension RolloverFolder {
  /// Takes in the certificate that was issued for the new key; throws `evidence-unknown` for one over another key.
  ///
  /// Throws `step-too-early` while a package can still be sent that adds the one that is here.
  public mutating func record(_ certificate: Certificate, at time: NumericDate) throws(RolloverError) {
    // Whose it is comes first: another rollover may be the one that it belongs to.
    try Self.requireKey(certificate, .new, of: plan)
    try requireOpen(state(at: time))
    let stage = state(at: time).stage
    if certificates.new == certificate, isNoted(certificate, as: .new) { return }
    if stage > .ready {
      throw RolloverError(.evidenceUnknown, "another certificate over the new key was added already")
    }
    if let (name, packed) = RolloverRecord(journal.events).sendable(at: time).first(where: { $0.packed.kind == .add }) {
      throw RolloverError(
        .stepTooEarly,
        "\(name) can still be sent until \(packed.closes), and would add the certificate that is here already",
        hint: "do not send it; record it if it was sent, or wait until its last window has closed")
    }
    let name = "\(path)/\(plan.new.certificate)"
    try RolloverError.passing { () throws(SystemError) in
      let der = certificate.der
      try OutputFile(path: name, replacing: true).write(der.span)
    }
    certificates = RolloverCertificates(old: certificates.old, new: certificate)
    try append([Self.certificateEvent(certificate, .new, plan, time)])
  }

  static func certificateEvent(
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
  static func contents(_ name: String, in path: String) throws(RolloverError) -> [UInt8] {
    let bytes = try RolloverError.passing { () throws(SystemError) in
      try ContainedFile.contents([name], in: path, limit: mostFileBytes)
    }
    guard let bytes else { throw RolloverError(id: "file-unreadable", "\(naming: path) has no \(name)") }
    return bytes
  }

  /// Does what writes to a path; throws `output-unwritable`.
  static func writing(_ path: String, _ body: () throws(SystemReason) -> Void) throws(RolloverError) {
    do throws(SystemReason) { try body() } catch {
      throw RolloverError(id: "output-unwritable", "\(naming: path) cannot be written: \(error)")
    }
  }
}
