public import Encodings
import JSON
import Messages
import Tokens

/// What happened in a rollover: `journal.jsonl`, a line for each event, which is only ever appended to.
///
/// There is no chain of digests: whoever can write the file could chain it anew. The digests are those of the files that the
/// events rest on.
public struct RolloverJournal: Sendable {
  /// The events, in the order in which they were written.
  public private(set) var events: [RolloverEvent]
  /// The numbers of the lines that were torn when they were written: they tell nothing, and are kept.
  public let tornLines: [Int]

  /// The name of the file in the folder of a rollover.
  public static let fileName = "journal.jsonl"
  /// The most that is read of the file, in bytes.
  public static let mostBytes = 1 << 22

  /// A journal of these events.
  public init(_ events: [RolloverEvent] = []) {
    self.events = events
    tornLines = []
  }

  /// Reads the file strictly; throws `malformed-journal` with the number of the line.
  ///
  /// Only a line without its line feed is passed over: the last one, or one that keyroll itself ended later with a mark.
  public init(_ bytes: Span<UInt8>) throws(RolloverError) {
    var events: [RolloverEvent] = []
    var torn: [Int] = []
    var (number, start) = (1, 0)
    for index in bytes.indices where bytes[index] == UInt8(ascii: "\n") {
      let line = bytes.extracting(start..<index)
      start = index + 1
      if Self.isTorn(line) { torn.append(number) } else { events.append(try RolloverEvent(line, number)) }
      number += 1
    }
    self.events = events
    tornLines = start < bytes.count ? torn + [number] : torn
  }

  /// Adds an event at the end.
  public mutating func append(_ event: RolloverEvent) { events.append(event) }

  /// What ends a torn line, so that the lines behind it are read: it makes the line recognisable.
  static let tornMark = Array("#torn\n".utf8)

  private static func isTorn(_ line: Span<UInt8>) -> Bool {
    let mark = tornMark.dropLast()
    return line.count >= mark.count && [UInt8](copying: line.extracting(last: mark.count)).elementsEqual(mark)
  }
}

extension RolloverEvent {
  /// The line, with its line feed.
  public var line: [UInt8] { JSONWriter.bytes(json) + [UInt8(ascii: "\n")] }

  private var json: JSONObject {
    var object: JSONObject = ["time": .string(ExactText(time.description)), "event": .string(kind.name)]
    object["package"] = package.map { .string($0) }
    kind.write(to: &object)
    if let evidence {
      var file: JSONObject = [
        "file": .string(evidence.file), "sha256": .string(ExactText(Hexadecimal.upperCase(evidence.sha256))),
      ]
      file["answered"] = evidence.answered.map { .string(ExactText($0.description)) }
      object["evidence"] = .object(file)
    }
    return object
  }

  fileprivate init(_ line: Span<UInt8>, _ number: Int) throws(RolloverError) {
    let object: JSONObject
    do throws(JSONError) { object = try JSONReader.object(line) } catch {
      throw Self.malformed(number, "is not acceptable JSON: \(error.problem), at byte \(error.offset)")
    }
    var members = Self.members(of: object, number)
    time = try members.require("time", .date)
    package = try members.take("package", .fileName)
    kind = try Kind(try members.require("event", .string), &members, number)
    evidence = try members.take("evidence", .object).map { (file) throws(RolloverError) in try Evidence(file, number) }
    try members.refuseOthers()
  }

  fileprivate static func members(of object: JSONObject, _ number: Int) -> JSONMembers<RolloverError> {
    JSONMembers(object) { fault in
      switch fault {
      case .missing(let name): malformed(number, "lacks \(name)")
      case .misshapen(let name, let value, let wanted): malformed(number, "has \(value.kind) as \(name), not \(wanted)")
      case .unknown(let name): malformed(number, "has a member \(quoting: name) that has no meaning")
      }
    }
  }

  fileprivate static func malformed(_ number: Int, _ problem: String) -> RolloverError {
    RolloverError(
      .malformedJournal, "line \(number) of \(RolloverJournal.fileName) \(problem)",
      hint: "keyroll only appends to it; put back a copy that nobody changed")
  }
}

extension RolloverEvent.Evidence {
  fileprivate init(_ object: JSONObject, _ number: Int) throws(RolloverError) {
    var members = RolloverEvent.members(of: object, number)
    file = try members.require("file", .string)
    sha256 = try members.require("sha256", .sha256)
    answered = try members.take("answered", .date)
    try members.refuseOthers()
  }
}

extension RolloverEvent.Kind {
  /// The value of `event`.
  public var name: ExactText {
    switch self {
    case .planned: "planned"
    case .certificate: "certificate"
    case .packed: "packed"
    case .returned: "returned"
    case .accepted: "accepted"
    case .refused: "refused"
    case .added: "added"
    case .listed: "listed"
    case .listingRefused: "listing-refused"
    case .removed: "removed"
    case .failed: "failed"
    case .switched: "switched"
    case .waived: "waived"
    case .abandoning: "abandoning"
    case .oldKeyUsed: "old-key-used"
    }
  }

  fileprivate func write(to object: inout JSONObject) {
    func text(_ date: NumericDate) -> JSONValue { .string(ExactText(date.description)) }
    func list(_ texts: [ExactText]) -> JSONValue { .array(JSONList(texts.map { .string($0) })) }
    switch self {
    case .certificate(let role, let facts):
      object["key"] = .string(ExactText(role.rawValue))
      object["sha1"] = .string(ExactText(Hexadecimal.upperCase(facts.sha1)))
      object["not-after"] = text(facts.notAfter)
    case .packed(let packed):
      object["kind"] = .string(ExactText(packed.kind.rawValue))
      object["opens"] = text(packed.opens)
      object["closes"] = text(packed.closes)
      object["key-id"] = packed.keyID.map { .string($0) }
    case .refused(let role, let answer):
      object["key"] = .string(ExactText(role.rawValue))
      object["answer"] = .string(answer)
    case .added(let keyID), .removed(let keyID): object["key-id"] = .string(keyID)
    case .listed(let listing):
      object["new"] = list(listing.new)
      object["old"] = list(listing.old)
      if !listing.oldForSigning.isEmpty { object["old-for-signing"] = list(listing.oldForSigning) }
    case .failed(let action, let answer):
      object["action"] = .string(ExactText(action.rawValue))
      object["answer"] = .string(answer)
    case .waived(let reason): object["reason"] = .string(reason)
    case .abandoning(let isBack): object["back-on-old-key"] = .boolean(isBack)
    case .oldKeyUsed(let time): object["used"] = text(time)
    case .planned, .returned, .accepted, .listingRefused, .switched: break
    }
  }

  fileprivate init(
    _ name: ExactText, _ members: inout JSONMembers<RolloverError>, _ number: Int
  ) throws(RolloverError) {
    switch name {
    case "planned": self = .planned
    case "certificate":
      self = .certificate(
        try members.require("key", .choice(RolloverKeyRole.self)),
        .init(sha1: try members.require("sha1", .sha1), notAfter: try members.require("not-after", .date)))
    case "packed":
      self = .packed(
        .init(
          kind: try members.require("kind", .choice(PackageKind.self)), opens: try members.require("opens", .date),
          closes: try members.require("closes", .date), keyID: try members.take("key-id", .guid)))
    case "returned": self = .returned
    case "accepted": self = .accepted
    case "refused":
      self = .refused(
        try members.require("key", .choice(RolloverKeyRole.self)), answer: try members.require("answer", .string))
    case "added": self = .added(keyID: try members.require("key-id", .guid))
    case "listed":
      self = .listed(
        .init(
          new: try members.require("new", .guids), old: try members.require("old", .guids),
          oldForSigning: try members.take("old-for-signing", .guids) ?? []))
    case "listing-refused": self = .listingRefused
    case "removed": self = .removed(keyID: try members.require("key-id", .guid))
    case "failed":
      self = .failed(
        try members.require("action", .choice(PackageAction.self)), answer: try members.require("answer", .string))
    case "switched": self = .switched
    case "waived": self = .waived(reason: try members.require("reason", .string))
    case "abandoning": self = .abandoning(isBack: try members.require("back-on-old-key", .boolean))
    case "old-key-used": self = .oldKeyUsed(try members.require("used", .date))
    default: throw RolloverEvent.malformed(number, "tells of \(quoting: name), which this keyroll does not know")
    }
  }
}

extension JSONShape where Value == [ExactText] {
  fileprivate static var guids: Self {
    JSONShape("an array of GUIDs") { value in
      guard let texts = JSONShape.strings("").read(value), texts.allSatisfy({ TextForm.guid.matches($0) }) else {
        return nil
      }
      return texts
    }
  }
}

extension JSONShape where Value == [UInt8] {
  fileprivate static var sha1: Self {
    JSONShape("the 40 hexadecimal digits of a SHA-1") { value in
      value.string.flatMap { Hexadecimal.decode($0) }.flatMap { $0.count == 20 ? $0 : nil }
    }
  }
}
