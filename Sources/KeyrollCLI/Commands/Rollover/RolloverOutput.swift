import Keyroll

/// What a command about rollovers says in the end: of one rollover all that matters, of many a line each, and a sum.
struct RolloverOutput {
  /// What became of one rollover.
  struct Result {
    enum Kind {
      /// It was looked at.
      case stands
      /// Nothing was to be written: something else comes first.
      case waits
      /// Its package was written by an earlier run.
      case written
      case made(RolloverPackage)
      /// The rollover itself was made, with what is said of its new key; and its first package, where there is one.
      case new([(name: String, text: String)], RolloverPackage?)
      case recorded
      case switched
      case abandoned
    }

    let kind: Kind
    let report: RolloverReport
    var answers: [RecordedAnswer]
    /// Where a copy of the package went.
    var copy: String?

    init(_ kind: Kind, _ report: RolloverReport, answers: [RecordedAnswer] = [], copy: String? = nil) {
      self.kind = kind
      self.report = report
      self.answers = answers
      self.copy = copy
    }
  }

  private struct Failure {
    let name: String
    let error: any DiagnosticError
  }

  /// The folder with a copy of every package.
  var parcel: String?
  private let format: OutputFormat
  private var rows: [(name: String, text: String)] = []
  private var warnings: [String] = []
  /// In the order in which they came up.
  private var sums: [(label: String, count: Int)] = []
  private var failures: [Failure] = []
  private var objects: [JSONValue] = []
  private var screen: ScreenText?
  private var isOverdue = false

  init(_ format: OutputFormat) { self.format = format }

  /// Does the work on one rollover; of several, one that fails stops none of the others.
  mutating func perform(_ path: String, isOnly: Bool, _ body: () throws -> Result) throws {
    do {
      add(try body(), isOnly: isOnly)
    } catch let error as any DiagnosticError {
      if isOnly { throw error }
      fail(path, error)
    }
  }

  mutating func fail(_ path: String, _ error: any DiagnosticError) {
    failures.append(Failure(name: RolloverPaths.name(of: path), error: error))
    rows.append((RolloverPaths.name(of: path), "FAILED  \(error.message) [\(error.id)]"))
    objects.append(
      .object([
        "folder": .string(ExactText(path)), "error": .string(ExactText(error.id)),
        "message": .string(ExactText(error.message)),
      ]))
  }

  private mutating func add(_ result: Result, isOnly: Bool) {
    let text = RolloverText(result)
    if case .stands = result.kind, result.report.isOverdue { isOverdue = true }
    if let index = sums.firstIndex(where: { $0.label == text.label }) {
      sums[index].count += 1
    } else {
      sums.append((text.label, 1))
    }
    if format == .json { objects.append(.object(text.json)) }
    if isOnly { screen = text.screen }
    rows.append((result.report.name, text.row))
    warnings += text.warnings.map { isOnly ? $0 : "\(naming: result.report.path): \($0)" }
  }

  /// Writes it; throws the status where something failed or is overdue.
  func write() throws {
    warnings.forEach(Diagnostics.warning)
    switch format {
    case .json:
      var json: JSONObject = ["version": .integer(1), "rollovers": .array(JSONList(objects))]
      json["failed"] = .integer(Int64(failures.count))
      try StandardOutput.write(json)
    case .text: try StandardOutput.write(failures.isEmpty ? screen ?? table : table)
    }
    var said: Set<String> = []
    for hint in failures.compactMap(\.error.hint).map(OptionHints.worded) where said.insert(hint).inserted {
      Diagnostics.note(hint)
    }
    if !failures.isEmpty || isOverdue { throw ExitStatus.rejected }
  }

  private var table: ScreenText {
    var fields = FieldList()
    for row in rows { fields.append("\(naming: row.name)", row.text) }
    var screen = fields.screen
    if rows.isEmpty { return screen }
    screen.append(sum)
    if let parcel, rows.count > failures.count {
      screen.append("next: sh \(ShellWord.quoted("\(RolloverPaths.trimmed(parcel))/\(RunScript.fileName)"))")
    }
    return screen
  }

  private var sum: String {
    var parts = sums.map { "\($0.count) \($0.label)" }
    if let only = failures.first {
      parts.append(
        failures.count == 1
          ? "1 failed: \(naming: only.name), \(Self.firstPart(of: only.error.message)) [\(only.error.id)]"
          : "\(failures.count) failed: \(failures.map { "\(naming: $0.name)" }.joined(separator: ", "))")
    }
    return parts.joined(separator: " · ")
  }

  /// What is wrong, without what there is instead, which its line has.
  private static func firstPart(of message: String) -> String {
    message.firstRange(of: "; ").map { String(message[..<$0.lowerBound]) } ?? message
  }
}

/// One result in words and for programs.
struct RolloverText {
  private let result: RolloverOutput.Result
  private var report: RolloverReport { result.report }
  private let advice: RolloverAdvice

  init(_ result: RolloverOutput.Result) {
    self.result = result
    advice = RolloverAdvice(result.report, copy: result.copy)
  }

  /// What it is counted under.
  var label: String {
    switch result.kind {
    case .stands, .recorded: report.state.stage.rawValue
    case .waits: "waiting"
    case .written: "written before"
    case .made: "written"
    case .new: "made"
    case .switched: "switched"
    case .abandoned: report.state.stage == .abandoned ? "abandoned" : "given up"
    }
  }

  /// Its line among others.
  var row: String {
    switch result.kind {
    case .stands, .waits, .recorded, .switched, .abandoned: "\(trail): \(report.state.reason.text)"
    case .written: "written before: \(report.state.reason.text)"
    case .made(let package):
      "\(package.name) is to \(package.kind.purpose), \(Self.window(package.opens, package.closes, at: report.time))"
    case .new(_, let package?): "\(package.name), \(Self.window(package.opens, package.closes, at: report.time))"
    case .new(_, nil): "\(trail): \(report.state.reason.text)"
    }
  }

  /// What works and should not be left so, and what is wrong.
  var warnings: [String] {
    report.state.notes.filter(\.isWarning).map(\.text)
      + (isConflictTold ? [] : report.state.conflicts.map(\.text))
  }

  private var isConflictTold: Bool {
    if case .conflict = report.state.reason { report.state.conflicts.count < 2 } else { false }
  }

  var screen: ScreenText {
    var fields = FieldList()
    var showsWindow = true
    switch result.kind {
    case .stands: return status
    case .waits, .recorded, .abandoned, .written: fields.append("state", "\(trail): \(report.state.reason.text)")
    case .switched: fields.append("state", trail + removal)
    case .made(let package):
      append(package, to: &fields)
      showsWindow = false
    case .new(let lines, let package):
      for line in lines { fields.append(line.name, line.text) }
      if let package { append(package, to: &fields) } else { fields.append("because", report.state.reason.text) }
      showsWindow = package == nil
    }
    appendFailure(to: &fields)
    advice.append(to: &fields, showsWindow: showsWindow)
    return fields.screen
  }

  private func append(_ package: RolloverPackage, to fields: inout FieldList) {
    fields.append(
      "wrote",
      "\(naming: "\(report.path)/\(package.name)")   to \(package.kind.purpose); "
        + Self.window(package.opens, package.closes, at: report.time))
    if let copy = result.copy { fields.append("copied", "\(naming: copy)") }
  }

  private func appendFailure(to fields: inout FieldList) {
    guard let failure = report.failure else { return }
    fields.append("failed", failure.meaning)
    fields.append("", failure.advice)
  }

  /// All that is known, for who comes back after a while.
  private var status: ScreenText {
    var fields = FieldList()
    fields.append("state", trail)
    fields.append("because", report.state.reason.text)
    appendFailure(to: &fields)
    advice.append(to: &fields)
    let object = report.plan.object
    fields.append(
      "object",
      "\(object.kind == .application ? "application" : "service principal") \(object.objectID), client \(object.clientID), in \(naming: object.tenant)"
    )
    fields.append("old key", key(.old, report.certificates.old, report.state.oldKeyID))
    fields.append("new key", key(.new, report.certificates.new, report.state.newKeyID))
    for note in report.state.notes where !note.isWarning { fields.append("note", note.text) }
    return fields.screen
  }

  private func key(_ role: RolloverKeyRole, _ certificate: Certificate?, _ id: ExactText?) -> String {
    let name = "\(naming: report.plan[role].reference)"
    guard let certificate else { return "\(name), without a certificate yet" }
    let end = certificate.validity.notAfter
    let distance = end > report.time ? "in \(end - report.time)" : "over"
    return "\(name), \(quoting: certificate.subject) to \(end) (\(distance))" + (id.map { ", key id \($0)" } ?? "")
  }

  /// How far it has come: `added 91b2… · accepted · switched`.
  private var trail: String {
    let stage = report.state.stage
    guard (.added...RolloverState.Stage.done).contains(stage) else { return stage.rawValue }
    var parts = ["added" + (report.state.newKeyID.map { " \($0)" } ?? "")]
    for later in [RolloverState.Stage.accepted, .switched, .done] where later <= stage { parts.append(later.rawValue) }
    return parts.joined(separator: " · ")
  }

  private var removal: String {
    report.state.removableFrom.map { "; the old key may go from \($0)" } ?? ""
  }

  static func window(_ opens: NumericDate, _ closes: NumericDate, at time: NumericDate) -> String {
    opens > time ? "open from \(opens) until \(closes)" : "open until \(closes)"
  }

  /// The report for programs, with `result`, the `command` that comes next, and where they are known `copy` and `answers`.
  var json: JSONObject {
    var json = report.json
    json["result"] = .string(ExactText(label))
    json["command"] = advice.command.map { .string(ExactText($0)) }
    json["copy"] = result.copy.map { .string(ExactText($0)) }
    json["answers"] = .array(
      JSONList(
        result.answers.map { answer in
          var object: JSONObject = ["action": .string(ExactText(answer.action.rawValue))]
          object["package"] = answer.package.map { .string(ExactText($0)) }
          object["request"] = answer.request.map { .string(ExactText($0)) }
          object["refusal"] = answer.evidence.refusal.map { .string($0) }
          return .object(object)
        }))
    return json
  }
}

/// The one next step of a rollover as a command to copy, and what goes with it.
struct RolloverAdvice {
  /// Nil where nothing is left to do.
  let command: String?
  /// When the package can be sent that the command sends.
  private var window: String?
  private let remarks: [String]

  /// - Parameter copy: where a copy of the package went that is to be sent.
  init(_ report: RolloverReport, copy: String? = nil) {
    let folder = ShellWord.quoted(report.path)
    let rollover = "keyroll rollover"
    let object = report.plan.object
    let show = "az ad \(object.kind == .application ? "app" : "sp") show --id \(object.clientID) > list.json"
    switch report.state.next {
    case .recordCertificate:
      command = "\(rollover) record \(folder) CERTIFICATE-FILE"
      remarks = ["once the authority has issued it for \(naming: "\(report.path)/\(RolloverFolder.requestName)")"]
    case .pack: (command, remarks) = ("\(rollover) next \(folder)", [])
    case .send(let package, let opens, let closes):
      let place = copy ?? "\(report.path)/\(package)"
      command = "sh \(ShellWord.quoted("\(place)/\(RunScript.fileName)"))"
      window = RolloverText.window(opens, closes, at: report.time)
      remarks = ["or elsewhere, and when it is back: \(rollover) record \(folder) PACKAGE"]
    case .recordList:
      command = "\(rollover) record \(folder) list.json"
      if case .oldCertificateEnded = report.state.reason {
        let certificate = ShellWord.quoted("\(report.path)/\(report.plan.new.certificate)")
        remarks = [
          "first add the new certificate by another way, either in the portal, or by",
          "keyroll certificate \(certificate) --format pem > new.pem",
          "az ad \(object.kind == .application ? "app" : "sp") credential reset --id \(object.clientID) --append --cert @new.pem",
          "which keeps the other entries; then list what is registered: \(show)",
        ]
      } else {
        remarks = ["a list of what is registered, from the portal or by: \(show)"]
      }
    case .switchWorkload:
      command = "\(rollover) switched \(folder)"
      remarks = ["once the workload uses \(naming: report.plan.new.reference)"]
    case .wait(let until):
      command = "\(rollover) next \(folder)"
      remarks = ["from \(until); before that only after a compromise, with --now REASON"]
    case .startAnew:
      command = "\(rollover) new NEW-FOLDER …"
      remarks = ["this rollover cannot go on"]
    case .nothing:
      if case .backUnsaid = report.state.reason {
        (command, remarks) = ("\(rollover) abandon \(folder)", ["once the workload is back on the old key"])
      } else {
        (command, remarks) = (nil, [])
      }
    @unknown default: (command, remarks) = (nil, [])
    }
  }

  /// For an error: what to do instead.
  var hint: String? { command.map { ([$0] + remarks).joined(separator: "; ") } }

  /// - Parameter showsWindow: false where that of the package has been told.
  func append(to fields: inout FieldList, showsWindow: Bool = true) {
    guard let command else { return }
    fields.append("next", command)
    for remark in (showsWindow ? [window].compactMap(\.self) : []) + remarks { fields.append("", remark) }
  }
}
