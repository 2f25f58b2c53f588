import Encodings
import Entra
import Messages
import Signing
import System
public import Tokens

/// What was taken in of one answer.
public struct RecordedAnswer: Sendable {
  /// The package and the folder of the request in it, such as `send-1` and `try-1-1`; nil for a list that somebody saved.
  public let package: String?
  /// The folder of the request in the package; nil for a file that has none.
  public let request: String?
  /// What the request did; nil for a report of sign-ins, which answers none.
  public let action: PackageAction?
  /// What the answer shows.
  public let evidence: RolloverEvidence
}

extension RolloverFolder {
  /// Writes the package that the state asks for, keeps a copy, and notes it in the journal.
  ///
  /// - Parameters:
  ///   - time: the present time.
  ///   - windows: the times in which the package can be sent.
  ///   - overlap: a longer one than that of the plan.
  ///   - reason: why a removal does not wait for the overlap; it is noted with the package, or not at all.
  ///   - destination: a folder for the copy that is sent, if that is not the one in the folder.
  ///   - requests: makes the requests, with the keys or with proofs from elsewhere.
  ///
  /// Throws `step-too-early` if the state asks for no package, `gate-closed` for a removal that is not allowed yet, and
  /// what making the requests throws.
  public mutating func writePackage(
    at time: NumericDate, in windows: [SendWindow], overlap: TimeSpan? = nil, waiving reason: ExactText? = nil,
    to destination: String? = nil, by requests: some RolloverRequests
  ) throws(RolloverError) -> RolloverPackage {
    try adoptPackages(at: time)
    var waiver: RolloverEvent?
    if let reason { waiver = try self.waiver(reason, at: time) }
    let state = try self.state(at: time, overlap: overlap, waiving: reason)
    guard case .pack(let kind) = state.next else {
      if state.stage >= .done { throw RolloverError(.rolloverEnded, "the rollover is \(state.stage.rawValue)") }
      let isGate = state.stage == .switched
      throw RolloverError(
        isGate ? .gateClosed : .stepTooEarly, "no package is to be written now: \(state.reason.text)")
    }
    guard !windows.isEmpty else { throw RolloverError(.stepTooEarly, "no window was given") }
    let package = try package(kind, state, named: nextPackageName, in: windows, by: requests)
    let own = "\(path)/\(package.name)"
    try RolloverError.passing { () throws(SystemError) in try OutputFolder.write(package.files, to: own) }
    if let destination { try package.write(to: destination) }
    try append((kind == .remove ? [waiver].compactMap(\.self) : []) + [package.event(at: time)])
    return package
  }

  /// What the state would be if the overlap were waived; throws what `waiveOverlap` throws.
  public func state(
    at time: NumericDate, overlap: TimeSpan?, waiving reason: ExactText?
  ) throws(RolloverError) -> RolloverState {
    guard let reason else { return state(at: time, overlap: overlap) }
    return RolloverState(
      plan, RolloverJournal(journal.events + [try waiver(reason, at: time)]), at: time, overlap: overlap)
  }

  private func package(
    _ kind: PackageKind, _ state: RolloverState, named name: String, in windows: [SendWindow],
    by requests: some RolloverRequests
  ) throws(RolloverError) -> RolloverPackage {
    switch kind {
    case .add:
      guard let new = certificates.new else {
        throw RolloverError(.stepTooEarly, "the certificate over the new key is missing")
      }
      return try .add(new, named: name, of: plan, in: windows, by: requests)
    case .attempt: return try .attempt(named: name, of: plan, in: windows, by: requests)
    case .list: return try .listing(named: name, of: plan, in: windows, by: requests)
    case .remove, .undo:
      guard let permit = state.permit, permit.kind == kind else {
        throw RolloverError(.gateClosed, "a key cannot be removed yet: \(state.reason.text)")
      }
      return try .removal(permit, named: name, of: plan, in: windows, by: requests)
    }
  }

  /// One more than the highest number that is there.
  private var nextPackageName: String {
    let numbers = packageNames.compactMap(Self.packageNumber)
    return "\(Self.packagePrefix)\((numbers.max() ?? 0) + 1)"
  }

  private var packageNames: [String] { Self.packageNames(in: path) }

  /// Takes in the answers that lie in the packages of the folder itself, those of the oldest package first.
  public mutating func recordOwnAnswers(at time: NumericDate) throws(RolloverError) -> [RecordedAnswer] {
    try adoptPackages(at: time)
    var recorded: [RecordedAnswer] = []
    let names = packageNames.sorted { ($0.utf8.count, $0) < ($1.utf8.count, $1) }
    for name in names { recorded += try recordAnswers(of: name, from: "\(path)/\(name)", at: time) }
    return recorded
  }

  /// Takes in a package that came back. Of it only the answers are read; all other files are compared with the copy here.
  ///
  /// Throws `evidence-unknown` for what was not sent from here, and `package-differs`.
  public mutating func recordPackage(from returned: String, at time: NumericDate) throws(RolloverError)
    -> [RecordedAnswer]
  {
    try adoptPackages(at: time)
    let steps = try Self.returnedFile([PackageSteps.fileName], in: returned)
    for name in packageNames {
      let own = try? Self.returnedFile([PackageSteps.fileName], in: "\(path)/\(name)")
      guard let own, own == steps else { continue }
      try compare(name, with: returned)
      return try recordAnswers(of: name, from: returned, at: time)
    }
    throw RolloverError(
      .evidenceUnknown, "\(naming: returned) is not a package of \(naming: path)",
      hint: "give the folder that was sent, as a whole")
  }

  /// Takes in a list that was saved elsewhere.
  ///
  /// - Parameters:
  ///   - bytes: the list, perhaps with the header of the answer.
  ///   - isMeant: false if a person gave it for several rollovers: then it must say whose it is.
  ///   - time: the present time.
  public mutating func recordList(
    _ bytes: [UInt8], isMeant: Bool = true, at time: NumericDate
  ) throws(RolloverError) -> RecordedAnswer {
    let evidence = try RolloverEvidence.savedList(
      bytes.span, of: plan.object, certificates, isMeant: isMeant, cryptography: cryptography)
    try note(evidence, bytes, as: "list", of: nil, at: time)
    return RecordedAnswer(package: nil, request: nil, action: .list, evidence: evidence)
  }

  // MARK: Reading what came back

  static func returnedFile(_ names: [String], in folder: String) throws(RolloverError) -> [UInt8]? {
    try RolloverError.passing { () throws(SystemError) in
      try ContainedFile.contents(names, in: folder, limit: 1 << 22)
    }
  }

  private mutating func recordAnswers(
    of name: String, from returned: String, at time: NumericDate
  ) throws(RolloverError) -> [RecordedAnswer] {
    guard let packed = packed(name) else { return [] }
    let requests = (ContainedFile.names(in: "\(path)/\(name)") ?? []).compactMap { PackagedAnswer($0) }.sorted()
    var recorded: [RecordedAnswer] = []
    var isReturned = false
    for request in requests {
      let (answer, evidence): ([UInt8], RolloverEvidence)
      do throws(RolloverError) {
        guard let file = try Self.returnedFile([request.folder, CurlConfiguration.answerName], in: returned),
          !file.isEmpty
        else { continue }
        isReturned = true
        answer = file
        evidence = try RolloverEvidence(
          file.span, to: request.action, by: request.role(in: packed.kind), removing: packed.keyID, certificates,
          cryptography: cryptography)
      } catch {
        // One that cannot be read says nothing, and the others are none the worse for it.
        isReturned = true
        let place = "\(returned)/\(request.folder)/\(CurlConfiguration.answerName)"
        unread.append(
          RolloverError(id: error.id, "\(naming: place) is passed over: \(error.message)", hint: error.hint))
        continue
      }
      guard try note(evidence, answer, as: "\(name)-\(request.folder)", of: name, at: time) else { continue }
      recorded.append(
        RecordedAnswer(package: name, request: request.folder, action: request.action, evidence: evidence))
    }
    let package = ExactText(name)
    let isKnown = journal.events.contains { $0.kind == .returned && $0.package == package }
    if isReturned, !isKnown { try append([RolloverEvent(.returned, at: time, package: package)]) }
    return recorded
  }

  /// Notes packages that are here and not in the journal: they may have been sent.
  private mutating func adoptPackages(at time: NumericDate) throws(RolloverError) {
    try adoptCertificate(at: time)
    for name in packageNames where packed(name) == nil {
      guard let steps = try? Self.returnedFile([PackageSteps.fileName], in: "\(path)/\(name)"),
        let packed = PackageSteps.packed(steps, oldKeyID: state(at: time).oldKeyID)
      else { continue }
      try append([RolloverEvent(.packed(packed), at: time, package: ExactText(name))])
    }
  }

  private func packed(_ name: String) -> RolloverEvent.Packed? {
    let package = ExactText(name)
    for event in journal.events where event.package == package {
      if case .packed(let packed) = event.kind { return packed }
    }
    return nil
  }

  /// Keeps an answer and notes what it shows; false for one that is in the journal already, or says nothing.
  @discardableResult
  mutating func note(
    _ evidence: RolloverEvidence, _ answer: [UInt8], as name: String, of package: String?, at time: NumericDate
  ) throws(RolloverError) -> Bool {
    if evidence.kinds.isEmpty { return false }
    let kept = RolloverEvidence.withoutTokens(answer)
    let digest = try RolloverError.passing { () throws(KeyError) in
      try cryptography.digest(kept.span, with: .sha256)
    }
    let package = package.map { ExactText($0) }
    let place = "\(Self.answersName)/\(name)".utf8
    let known = journal.events.filter { event in
      event.evidence.map { $0.sha256 == digest && $0.file.text.utf8.starts(with: place) } ?? false
    }
    // The same file may show more once more is known, such as a key id.
    let isAgain = isNewsAgain(evidence, digest, of: package)
    let fresh = evidence.kinds.filter { kind in isAgain || !known.contains { $0.kind == kind } }
    if fresh.isEmpty { return false }
    let file = if let evidence = known.first?.evidence { evidence.file.text } else { try keep(kept, as: name) }
    try append(
      fresh.map { kind in
        RolloverEvent(
          kind, at: time, package: package,
          evidence: .init(file: ExactText(file), sha256: digest, answered: evidence.answered))
      })
    return true
  }

  /// True for a list that a person saved again, after another one had said something else: what does not say when it was answered is
  /// as new as its line.
  private func isNewsAgain(_ evidence: RolloverEvidence, _ digest: [UInt8], of package: ExactText?) -> Bool {
    guard package == nil, evidence.answered == nil else { return false }
    let newest = journal.events.last { if case .listed = $0.kind { true } else { false } }
    guard let newest, case .listed = evidence.kinds.first else { return false }
    return newest.evidence?.sha256 != digest
  }

  /// Writes it under the first name that is free, whole or not at all; a run that was killed may have kept it already.
  private func keep(_ answer: [UInt8], as name: String) throws(RolloverError) -> String {
    let folder = "\(path)/\(Self.answersName)"
    if !ContainedFile.isFolder(folder) {
      try Self.writing(folder) { () throws(SystemReason) in try OutputFolder.makeEmpty(at: folder) }
    }
    let kept = Set(ContainedFile.names(in: folder) ?? [])
    var number = 1
    while true {
      let file = "\(name)\(number == 1 ? "" : "-\(number)").txt"
      let place = "\(Self.answersName)/\(file)"
      if !kept.contains(file) {
        try RolloverError.passing { () throws(SystemError) in
          try OutputFile(path: "\(path)/\(place)", replacing: true).write(answer.span)
        }
        return place
      }
      if try Self.returnedFile([Self.answersName, file], in: path) == answer { return place }
      number += 1
    }
  }
}

/// The folder of a request in a package, as its name says it.
private struct PackagedAnswer: Comparable {
  let folder: String
  let action: PackageAction
  private let order: Int

  init?(_ folder: String) {
    guard let action = PackageAction.allCases.first(where: { folder.utf8.starts(with: "\($0.rawValue)-".utf8) }) else {
      return nil
    }
    self.folder = folder
    self.action = action
    switch action {
    case .token: order = 0
    case .list: order = folder.utf8.last == UInt8(ascii: "1") ? 1 : 4
    case .addKey, .removeKey: order = 2
    case .attempt: order = 3
    }
  }

  func role(in kind: PackageKind) -> RolloverKeyRole {
    action == .attempt || kind == .remove || kind == .attempt ? .new : .old
  }

  static func < (left: Self, right: Self) -> Bool { (left.order, left.folder) < (right.order, right.folder) }
}
