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
  /// That of the newest request that was not done, as long as nothing newer was.
  public let failure: RolloverFailure?
  /// Files that came back and cannot be read: a message for each.
  public let unread: [String]
  /// What lies in the folder and is not looked at.
  public let remarks: [String]

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
  }

  private static func failure(in folder: RolloverFolder, at time: NumericDate) -> RolloverFailure? {
    let events = folder.journal.events
    guard let event = events.last(where: { $0.evidence != nil && $0.package != nil }), let evidence = event.evidence
    else { return nil }
    let added = events.first { if case .added = $0.kind { true } else { false } }
    let (action, role, answer): (PackageAction, RolloverKeyRole, ExactText)
    switch event.kind {
    case .refused(.old, let given): (action, role, answer) = (.token, .old, given)
    case .refused(.new, let given): (action, role, answer) = (.attempt, .new, given)
    case .failed(let failed, let given): (action, role, answer) = (failed, .new, given)
    default: return nil
    }
    let status = Self.status(of: evidence, in: folder.path)
    return RolloverFailure(
      action, by: role, answer: answer, status: status, of: folder.plan, added: added.map { time - $0.happened })
  }

  /// The journal has the code of an answer alone, and some are told by their status.
  private static func status(of evidence: RolloverEvent.Evidence, in folder: String) -> Int? {
    let names = evidence.file.text.split(separator: "/").map(String.init)
    guard names.allSatisfy(RolloverNames.isPlain), let saved = try? RolloverFolder.returnedFile(names, in: folder)
    else { return nil }
    return try? ServiceResponse(saved.span).status
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

  /// True where the old certificate ends soon, or has ended, and its key is still in use.
  public var isOverdue: Bool {
    state.notes.contains { if case .overdue = $0 { true } else { false } }
  }

  // MARK: For programs

  /// `folder`, `title`, `object`, `state`, `because`, `next`, `conflicts`, `notes`, `oldKey`, `newKey`, `overdue`, and where they
  /// are known `removableFrom`, `opens`, `closes` and `package`.
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
