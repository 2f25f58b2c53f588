import Encodings
import Entra
public import JSON
import Messages
import System
public import Tokens

/// Where one rollover stands, for people and for programs: values alone, no wording of a command.
public struct RolloverReport: Sendable {
  /// The folder, as it was named.
  public let path: String
  /// The time that the state is of.
  public let time: NumericDate
  /// What is to be done.
  public let plan: RolloverPlan
  /// Where the rollover stands.
  public let state: RolloverState
  /// The certificates of both keys.
  public let certificates: RolloverCertificates
  /// That of the newest request that was not done, unless a later answer shows that it was done after all.
  public let failure: RolloverFailure?
  /// Files that came back and cannot be read: a message for each.
  public let unread: [String]
  /// What lies in the folder and is not looked at.
  public let remarks: [String]
  /// How the next package comes in time, after one that came too late.
  public let tripAdvice: TripAdvice?

  /// The state of a rollover at a time; `overlap` is a longer one than that of its plan.
  public init(_ folder: RolloverFolder, at time: NumericDate, overlap: TimeSpan? = nil) {
    path = folder.path
    self.time = time
    plan = folder.plan
    state = folder.state(at: time, overlap: overlap)
    certificates = folder.certificates
    failure = Self.failure(in: folder, at: time)
    unread = folder.unread.map(\.message)
    remarks = folder.remarks
    tripAdvice = TripAdvice(folder.journal, state, at: time)
  }

  private static func failure(in folder: RolloverFolder, at time: NumericDate) -> RolloverFailure? {
    let events = folder.journal.events
    guard let index = events.lastIndex(where: { $0.package != nil && Failed($0) != nil }),
      let failed = Failed(events[index]), !events[(index + 1)...].contains(where: { failed.isSettled(by: $0) })
    else { return nil }
    let added = events.first { if case .added = $0.kind { true } else { false } }
    let status = events[index].evidence.flatMap { Self.status(of: $0, in: folder.path) }
    return RolloverFailure(
      failed.action, by: failed.role, answer: failed.answer, status: status, of: folder.plan,
      added: added.map { time - $0.happened }, ended: Self.ended(events, in: folder, at: time))
  }

  /// A request that was not done.
  private struct Failed {
    let action: PackageAction
    let role: RolloverKeyRole
    let answer: ExactText

    init?(_ event: RolloverEvent) {
      switch event.kind {
      case .refused(let role, let answer):
        (self.role, self.answer, action) = (role, answer, role == .old ? .token : .attempt)
      case .failed(let action, let answer): (role, self.answer, self.action) = (.new, answer, action)
      default: return nil
      }
    }

    /// True for an answer that shows that it was done later, or need not be.
    func isSettled(by event: RolloverEvent) -> Bool {
      switch (action, event.kind) {
      case (.attempt, .accepted), (.addKey, .added), (.list, .listed), (.list, .listingRefused), (.removeKey, .removed):
        true
      case (.addKey, .listed(let listing)): !listing.new.isEmpty
      case (.removeKey, .listed(let listing)): listing.old.isEmpty
      // A token that was given is no evidence: what it was used for is.
      case (.token, .listed), (.token, .listingRefused), (.token, .added), (.token, .removed), (.token, .accepted): true
      default: false
      }
    }
  }

  /// The entries of the newest list that have ended, as far as it was kept and can be read.
  private static func ended(
    _ events: [RolloverEvent], in folder: RolloverFolder, at time: NumericDate
  ) -> [KeyCredential]? {
    let listed = events.last { if case .listed = $0.kind { true } else { false } }
    guard let evidence = listed?.evidence, let bytes = answer(evidence, in: folder.path),
      let list = try? KeyCredentials(
        bytes.span, of: "the list", choosing: [folder.plan.object.objectID], cryptography: folder.cryptography)
    else { return nil }
    return list.entries.filter { $0.validity.end < time }
  }

  private static func answer(_ evidence: RolloverEvent.Evidence, in folder: String) -> [UInt8]? {
    let names = evidence.file.text.split(separator: "/").map(String.init)
    guard names.allSatisfy(RolloverNames.isPlain) else { return nil }
    return try? RolloverFolder.returnedFile(names, in: folder)
  }

  /// The journal has the code of an answer alone, and some are told by their status.
  private static func status(of evidence: RolloverEvent.Evidence, in folder: String) -> Int? {
    answer(evidence, in: folder).flatMap { try? ServiceResponse($0.span).status }
  }

  /// The last part of the path: the name among many.
  public var name: String { Self.name(of: path) }

  /// The last part of a path; where that is a dot, or two, the name of the folder that they mean.
  public static func name(of path: String) -> String {
    let last = path.utf8.split(separator: UInt8(ascii: "/")).last.flatMap { String(Substring($0)) } ?? path
    guard last == "." || last == "..", let resolved = (try? CodePath(path))?.resolved, resolved != path else {
      return last
    }
    return name(of: resolved)
  }

  /// True if the old certificate ends soon, or has ended, and its key is still in use.
  public var isOverdue: Bool {
    state.notes.contains { if case .overdue = $0 { true } else { false } }
  }

  // MARK: For programs

  /// `folder`, `title`, `object`, `state`, `because`, `next`, `conflicts`, `notes`, `oldKey`, `newKey`, `overdue`, and where they
  /// are known `removableFrom`, `opens`, `closes`, `package`, `advisedNotBefore` and `advisedWindows`.
  public var json: JSONObject {
    var json: JSONObject = [
      "folder": .string(ExactText(path)), "title": .string(plan.title),
      "object": .object([
        "kind": .string(ExactText(plan.object.kind.rawValue)), "objectId": .string(plan.object.objectID),
        "clientId": .string(plan.object.clientID), "tenant": .string(plan.object.tenant),
      ]),
      "state": .string(ExactText(state.stage.rawValue)), "because": .string(ExactText(state.reason.text)),
      "next": .string(ExactText(state.next.id)),
      "conflicts": .array(JSONList(state.conflicts.map { .string(ExactText($0.text)) })),
      "notes": .array(
        JSONList(
          state.notes.map { note in
            .object(["text": .string(ExactText(note.text)), "isWarning": .boolean(note.isWarning)])
          } + Self.notes(unread, isWarning: true) + Self.notes(remarks, isWarning: false))),
      "oldKey": .object(json(.old)), "newKey": .object(json(.new)), "overdue": .boolean(isOverdue),
    ]
    json["removableFrom"] = state.removableFrom.map(Self.text)
    if case .send(let package, let opens, let closes) = state.next {
      json["package"] = .string(package)
      json["opens"] = Self.text(opens)
      json["closes"] = Self.text(closes)
    }
    json["advisedNotBefore"] = tripAdvice.map { .string(ExactText($0.notBefore.shortText)) }
    json["advisedWindows"] = tripAdvice.map { .integer(Int64($0.windowCount)) }
    return json
  }

  private static func notes(_ texts: [String], isWarning: Bool) -> [JSONValue] {
    texts.map { .object(["text": .string(ExactText($0)), "isWarning": .boolean(isWarning)]) }
  }

  private func json(_ role: RolloverKeyRole) -> JSONObject {
    var key: JSONObject = ["key": .string(plan[role].reference)]
    let certificate = role == .old ? certificates.old : certificates.new
    if let certificate {
      key["thumbprint"] = .string(ExactText(Hexadecimal.upperCase(certificate.sha1Thumbprint)))
      key["endDateTime"] = Self.text(certificate.validity.notAfter)
    }
    key["keyId"] = (role == .old ? state.oldKeyID : state.newKeyID).map { .string($0) }
    return key
  }

  private static func text(_ date: NumericDate) -> JSONValue { .string(ExactText(date.description)) }
}

extension RolloverStep {
  /// Stable, for programs.
  public var id: String {
    switch self {
    case .recordCertificate: "record-certificate"
    case .pack(let kind): "pack-\(kind.rawValue)"
    case .send: "send"
    case .withhold: "withhold"
    case .recordList: "record-list"
    case .switchWorkload: "switch"
    case .wait: "wait"
    case .startAnew: "start-anew"
    case .nothing: "nothing"
    }
  }
}
