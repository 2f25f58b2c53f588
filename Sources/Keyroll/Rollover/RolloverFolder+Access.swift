import Encodings
public import Messages
import Signing
import System
import Tokens

// Who may use a rollover, one process at a time, and what is read of it.

extension RolloverFolder {
  /// What a rollover is read for.
  public enum Access: Sendable, Hashable {
    /// Nothing is changed, whatever others do meanwhile.
    case looking
    /// No other process changes it as long as the value is kept. One that does is waited for a moment; then `folder-busy` is thrown.
    case changing
    /// The same if no other process changes it now; else it is only looked at.
    case changingIfFree
  }

  /// True if no other process can change the rollover as long as this value is kept.
  public var isLocked: Bool { lock != nil }

  static func lock(_ path: String, for access: Access) throws(RolloverError) -> HeldLock? {
    switch access {
    case .looking: return nil
    case .changingIfFree: return FileLock(path, mostTries: 1, pause: 1...1).take()
    case .changing:
      if let lock = FileLock(path, mostTries: 40, pause: 50_000...50_000).take() { return lock }
      throw RolloverError(
        .folderBusy, "another keyroll works on \(naming: path)",
        hint: "wait until it has ended; it may ask for a password at another terminal")
    }
  }

  /// Throws unless nobody else can change the folder: whoever can, chooses which keys are used and what runs for them.
  static func requireOwn(_ path: String) throws(RolloverError) {
    try judging(path) { () throws(CodePath.Refusal) in
      try CodePath.requireClosed(folder: try CodePath(path).resolved)
    }
  }

  /// The same of files and folders in it, as far as they are there.
  static func requireOwn(_ names: [String], in path: String) throws(RolloverError) {
    for name in names {
      let place = "\(path)/\(name)"
      try judging(place) { () throws(CodePath.Refusal) in try CodePath.requireOwn(place) }
    }
  }

  /// Throws if a new folder of this path would not be used: others can change what it lies in.
  public static func requirePlace(forNew path: String) throws(RolloverError) {
    let parent = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[...$0]) } ?? "."
    try judging(path) { () throws(CodePath.Refusal) in _ = try CodePath(parent) }
  }

  private static func judging(
    _ path: String, _ body: () throws(CodePath.Refusal) -> Void
  ) throws(RolloverError) {
    do throws(CodePath.Refusal) { try body() } catch {
      switch error {
      case .changeable(let change):
        throw RolloverError(
          .folderChangeable, "\(naming: path) is not used: \(change.reason)",
          hint: change.chmod ?? "use a folder that only you or root can write")
      case .absent(let reason, in: _):
        throw RolloverError(id: "file-unreadable", "\(naming: path) cannot be read: \(reason)")
      case .notText, .unclearInterpreter:
        throw RolloverError(id: "file-unreadable", "\(naming: path) is not a path in UTF-8")
      }
    }
  }
}

// MARK: Names

extension RolloverFolder {
  /// The packages in a folder: `send-` and a number, and nothing else, such as a copy that somebody put beside them.
  static func packageNames(in path: String) -> [String] {
    (ContainedFile.names(in: path) ?? []).filter { packageNumber($0) != nil }
  }

  /// The number of a package by its name; nil for any other name.
  static func packageNumber(_ name: String) -> Int? {
    guard name.utf8.starts(with: packagePrefix.utf8) else { return nil }
    let digits = name.utf8.dropFirst(packagePrefix.utf8.count)
    guard (1...9).contains(digits.count), digits.first != UInt8(ascii: "0"), digits.allSatisfy(ASCII.isDigit) else {
      return nil
    }
    return Int(String(Substring(digits)))
  }

  /// What lies in the folder and is not looked at, as far as somebody may take it for a part of the rollover.
  ///
  /// Empty if another process may be at work: what it is writing has such a name, too.
  public var remarks: [String] {
    guard isLocked else { return [] }
    return (ContainedFile.names(in: path, includingHidden: true) ?? []).compactMap { name in
      if name.firstRange(of: ".keyroll-") != nil {
        return "\(naming: "\(path)/\(name)") was left over by a run that was ended, and can be deleted"
      }
      if name.utf8.starts(with: Self.packagePrefix.utf8), Self.packageNumber(name) == nil {
        return "\(naming: "\(path)/\(name)") is not looked at: packages are named \(Self.packagePrefix) and a number"
      }
      return nil
    }
  }
}

// MARK: What the journal says of the files

extension RolloverFolder {
  /// The first line of a journal: the plan by its digest.
  static func planEvent(
    _ plan: RolloverPlan, _ time: NumericDate, _ cryptography: any Cryptography
  ) throws(RolloverError) -> RolloverEvent {
    let digest = try RolloverError.passing { () throws(KeyError) in
      try cryptography.digest(plan.bytes.span, with: .sha256)
    }
    return RolloverEvent(
      .planned, at: time, evidence: .init(file: ExactText(RolloverPlan.fileName), sha256: digest))
  }

  /// Throws unless plan and certificates are those that the journal tells of. A new certificate that nothing rests on yet may have
  /// come in just before its line could be written.
  func requireNoted(_ plan: [UInt8]) throws(RolloverError) {
    if let noted = journal.events.first(where: { $0.kind == .planned })?.evidence {
      let digest = try RolloverError.passing { () throws(KeyError) in
        try cryptography.digest(plan.span, with: .sha256)
      }
      if noted.sha256 != digest {
        throw RolloverError(
          .malformedPlan, "\(RolloverPlan.fileName) is not the one that the rollover began with",
          hint: "put it back; to change what it says, start another rollover")
      }
    }
    try requireNoted(certificates.old, as: .old)
    if RolloverRecord(journal.events).stage > .ready { try requireNoted(certificates.new, as: .new) }
  }

  private func requireNoted(_ certificate: Certificate?, as role: RolloverKeyRole) throws(RolloverError) {
    guard let certificate else {
      throw RolloverError(id: "file-unreadable", "\(naming: path) has no \(self.plan[role].certificate)")
    }
    if notedDigest(of: role) == nil || isNoted(certificate, as: role) { return }
    throw RolloverError(
      .evidenceUnknown, "\(self.plan[role].certificate) is not the certificate that the journal tells of",
      hint: "put back the one that was there")
  }

  /// True if the newest line about that certificate is of this one.
  func isNoted(_ certificate: Certificate, as role: RolloverKeyRole) -> Bool {
    notedDigest(of: role) == certificate.sha256Thumbprint
  }

  private func notedDigest(of role: RolloverKeyRole) -> [UInt8]? {
    let event = journal.events.last { if case .certificate(role, _) = $0.kind { true } else { false } }
    return event?.evidence?.sha256
  }

  /// Notes a new certificate that is here and not in the journal: the machine stopped just then.
  mutating func adoptCertificate(at time: NumericDate) throws(RolloverError) {
    guard let new = certificates.new, !isNoted(new, as: .new), state(at: time).stage <= .ready else { return }
    try append([Self.certificateEvent(new, .new, plan, time)])
  }
}
