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
  ///   - destination: a folder for the copy that is sent, if that is not the one in the folder.
  ///   - requests: makes the requests, with the keys or with proofs from elsewhere.
  ///
  /// Throws `step-too-early` where the state asks for no package, `gate-closed` for a removal that is not allowed yet, and
  /// what making the requests throws.
  public mutating func writePackage(
    at time: NumericDate, in windows: [SendWindow], overlap: TimeSpan? = nil, to destination: String? = nil,
    by requests: some RolloverRequests
  ) throws(RolloverError) -> RolloverPackage {
    try adoptPackages(at: time)
    let state = state(at: time, overlap: overlap)
    if state.stage >= .done { throw RolloverError(.rolloverEnded, "the rollover is \(state.stage.rawValue)") }
    guard case .pack(let kind) = state.next else {
      let isGate = state.stage == .switched
      throw RolloverError(
        isGate ? .gateClosed : .stepTooEarly, "no package is to be written now: \(state.reason.text)")
    }
    guard !windows.isEmpty else { throw RolloverError(.stepTooEarly, "no window was given") }
    let package = try package(kind, state, named: nextPackageName, in: windows, by: requests)
    let own = "\(path)/\(package.name)"
    try Self.writing(own) { () throws(SystemReason) in try FolderTree.write(package.files, to: own) }
    if let destination { try package.write(to: destination) }
    try append([package.event(at: time)])
    return package
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
    case .remove, .undo:
      guard let permit = state.permit, permit.kind == kind else {
        throw RolloverError(.gateClosed, "a key cannot be removed yet: \(state.reason.text)")
      }
      return try .removal(permit, named: name, of: plan, in: windows, by: requests)
    }
  }

  /// Writes a copy of a package that is in the folder, as it was made; throws `output-exists` or `output-unwritable`.
  public func copyPackage(_ package: ExactText, to destination: String) throws(RolloverError) {
    let own = "\(path)/\(package)"
    var files: [(path: String, bytes: [UInt8])] = []
    for entry in ContainedFile.names(in: own) ?? [] where !Self.isMade(entry) {
      let inner = ContainedFile.names(in: "\(own)/\(entry)")
      for names in inner.map({ $0.filter { !Self.isMade($0) }.map { [entry, $0] } }) ?? [[entry]] {
        guard let bytes = try Self.returnedFile(names, in: own) else { continue }
        files.append((names.joined(separator: "/"), bytes))
      }
    }
    try Self.writing(destination) { () throws(SystemReason) in try FolderTree.write(files, to: destination) }
  }

  /// One more than the highest number that is there.
  private var nextPackageName: String {
    let numbers = packageNames.compactMap { Int($0.dropFirst(Self.packagePrefix.count)) }
    return "\(Self.packagePrefix)\((numbers.max() ?? 0) + 1)"
  }

  private var packageNames: [String] {
    (ContainedFile.names(in: path) ?? []).filter { $0.utf8.starts(with: Self.packagePrefix.utf8) }
  }

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
    for name in packageNames where try Self.returnedFile([PackageSteps.fileName], in: "\(path)/\(name)") == steps {
      if steps == nil { continue }
      try compare(name, with: returned)
      return try recordAnswers(of: name, from: returned, at: time)
    }
    throw RolloverError(
      .evidenceUnknown, "\(naming: returned) is not a package of \(naming: path)",
      hint: "give the folder that was sent, as a whole")
  }

  /// Takes in a list that was saved elsewhere.
  public mutating func recordList(_ bytes: [UInt8], at time: NumericDate) throws(RolloverError) -> RecordedAnswer {
    let evidence = try RolloverEvidence.savedList(
      bytes.span, of: plan.object, certificates, cryptography: cryptography)
    try note(evidence, bytes, as: "list", of: nil, at: time)
    return RecordedAnswer(package: nil, request: nil, action: .list, evidence: evidence)
  }

  // MARK: Reading what came back

  private func compare(_ name: String, with returned: String) throws(RolloverError) {
    let own = "\(path)/\(name)"
    for entry in ContainedFile.names(in: own) ?? [] where !Self.isMade(entry) {
      let inner = ContainedFile.isFolder("\(own)/\(entry)") ? ContainedFile.names(in: "\(own)/\(entry)") ?? [] : []
      for names in inner.isEmpty ? [[entry]] : inner.filter({ !Self.isMade($0) }).map({ [entry, $0] }) {
        if try Self.returnedFile(names, in: own) == (try Self.returnedFile(names, in: returned)) { continue }
        throw RolloverError(
          .packageDiffers, "\(names.joined(separator: "/")) of \(naming: returned) is not what was sent from here",
          hint: "trust none of its answers: find out who changed it, and list what is registered by another way")
      }
    }
  }

  /// True for what `run.sh` makes.
  private static func isMade(_ name: String) -> Bool {
    [CurlConfiguration.answerName, "curl.log", "run.log", "sent-add-key", "sent-remove-key"].contains(name)
  }

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
      let answer = try Self.returnedFile([request.folder, CurlConfiguration.answerName], in: returned)
      guard let answer, !answer.isEmpty else { continue }
      isReturned = true
      let evidence = try RolloverEvidence(
        answer.span, to: request.action, by: request.role(in: packed.kind), removing: packed.keyID, certificates,
        cryptography: cryptography)
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
    for name in packageNames where packed(name) == nil {
      guard let steps = try Self.returnedFile([PackageSteps.fileName], in: "\(path)/\(name)"),
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
    let fresh = evidence.kinds.filter { kind in !known.contains { $0.kind == kind } }
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

  /// Writes it under the first name that is free, whole or not at all; a run that was killed may have kept it already.
  private func keep(_ answer: [UInt8], as name: String) throws(RolloverError) -> String {
    let folder = "\(path)/\(Self.answersName)"
    if !ContainedFile.isFolder(folder) {
      try Self.writing(folder) { () throws(SystemReason) in try FolderTree.makeFolder(folder) }
    }
    let kept = Set(ContainedFile.names(in: folder) ?? [])
    var number = 1
    while true {
      let file = "\(name)\(number == 1 ? "" : "-\(number)").txt"
      let place = "\(Self.answersName)/\(file)"
      if !kept.contains(file) {
        try Self.writing(place) { () throws(SystemReason) in
          try FolderTree.replaceFile("\(path)/\(place)", holding: answer)
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

extension RolloverPackage {
  /// Writes a copy that is sent; throws `output-exists` or `output-unwritable`.
  public func write(to path: String) throws(RolloverError) {
    try RolloverFolder.writing(path) { () throws(SystemReason) in try FolderTree.write(files, to: path) }
  }

  /// Puts the script beside the packages of a folder that sends them all; one that is there is left as it is.
  public static func writeParcelScript(to folder: String) throws(RolloverError) {
    let path = "\(folder)/\(RunScript.fileName)"
    if ContainedFile.names(in: folder)?.contains(RunScript.fileName) ?? false { return }
    try RolloverFolder.writing(path) { () throws(SystemReason) in
      // Whole or not at all: the next run leaves it as it is.
      try FolderTree.replaceFile(path, holding: Array(RunScript.parcelText.utf8))
    }
  }
}
