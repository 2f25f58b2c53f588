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
      /// The rollover itself was made, with what is said of its new key; and its first package, if there is one.
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
  /// The columns before what is said of a rollover among others.
  private let width: Int
  private var hasRows = false
  private var warnings: [String] = []
  /// In the order in which they came up.
  private var sums: [(label: String, count: Int)] = []
  private var failures: [Failure] = []
  private var objects: [JSONValue] = []
  private var screen: ScreenText?
  private var isOverdue = false

  /// The longest name that the others are padded to.
  private static let widestName = 40

  /// - Parameter paths: of the rollovers that are worked on.
  init(_ format: OutputFormat, of paths: [String]) {
    self.format = format
    width = paths.map { RolloverPaths.name(of: $0).utf8.count }.filter { $0 <= Self.widestName }.max() ?? 0
  }

  /// Takes in the answers that lie in each of the rollovers, does the work on it, and says what became of them all.
  static func each(
    of folders: [String], _ format: OutputFormat, _ kind: Result.Kind, for access: RolloverFolder.Access = .changing,
    at time: NumericDate,
    _ work: (inout RolloverFolder, NumericDate) throws -> Void
  ) throws {
    let paths = try RolloverPaths.all(in: folders)
    var output = RolloverOutput(format, of: paths)
    for path in paths {
      try output.perform(path, isOnly: paths.count == 1) {
        var folder = try RolloverFolder(at: path, for: access, cryptography: Toolkit.command.cryptography)
        if !folder.isLocked {
          Diagnostics.note("another keyroll works on \(naming: path): what came back since is not taken in yet")
        }
        let answers = folder.isLocked ? try folder.recordOwnAnswers(at: time) : []
        try work(&folder, time)
        return Result(kind, RolloverReport(folder, at: time), answers: answers)
      }
    }
    try output.write()
  }

  /// Does the work on one rollover; of several, one that fails stops none of the others.
  mutating func perform(_ path: String, isOnly: Bool, _ body: () throws -> Result) throws {
    let result: Result
    do { result = try body() } catch let error as any DiagnosticError {
      if isOnly { throw error }
      return try fail(path, error)
    }
    try add(result, isOnly: isOnly)
  }

  /// Warnings that stop nothing.
  mutating func warn(of texts: [String]) { warnings += texts }

  mutating func fail(_ path: String, _ error: any DiagnosticError) throws {
    failures.append(Failure(name: RolloverPaths.name(of: path), error: error))
    try write(RolloverPaths.name(of: path), "FAILED  \(error.message) [\(error.id)]")
    objects.append(
      .object([
        "folder": .string(ExactText(path)), "error": .string(ExactText(error.id)),
        "message": .string(ExactText(error.message)),
      ]))
  }

  /// The line of one among others, at once: many take their time.
  private mutating func write(_ name: String, _ text: String) throws {
    guard format == .text else { return }
    hasRows = true
    let name = "\(naming: name)"
    let padding = String(repeating: " ", count: max(width - name.utf8.count, 0) + 2)
    var screen = ScreenText()
    screen.append(name + padding + text, indentation: width + 2)
    try StandardOutput.write(screen)
  }

  private mutating func add(_ result: Result, isOnly: Bool) throws {
    let text = RolloverText(result)
    if case .stands = result.kind, result.report.isOverdue { isOverdue = true }
    if let index = sums.firstIndex(where: { $0.label == text.label }) {
      sums[index].count += 1
    } else {
      sums.append((text.label, 1))
    }
    if format == .json { objects.append(.object(text.json)) }
    if isOnly { screen = text.screen } else { try write(result.report.name, text.row) }
    warnings += text.warnings.map { isOnly ? $0 : "\(naming: result.report.path): \($0)" }
  }

  /// Writes it; throws the status if something failed or is overdue.
  func write() throws {
    warnings.forEach(Diagnostics.warning)
    switch format {
    case .json:
      var json: JSONObject = ["version": .integer(1), "rollovers": .array(JSONList(objects))]
      json["failed"] = .integer(Int64(failures.count))
      try StandardOutput.write(json)
    case .text:
      if let screen { try StandardOutput.write(screen) }
      if hasRows { try StandardOutput.write(end) }
    }
    var said: Set<String> = []
    for hint in failures.compactMap(\.error.hint).map(OptionHints.worded) where said.insert(hint).inserted {
      Diagnostics.note(hint)
    }
    if !failures.isEmpty || isOverdue { throw ExitStatus.rejected }
  }

  /// The sum of many, and what sends all their packages.
  private var end: ScreenText {
    var screen = ScreenText([sum])
    if let parcel, !sums.isEmpty {
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
          : "\(failures.count) failed: \(failedNames.joined(separator: ", "))")
    }
    return parts.joined(separator: " · ")
  }

  /// Each once, however much of it failed.
  private var failedNames: [String] {
    var seen: Set<String> = []
    return failures.map { "\(naming: $0.name)" }.filter { seen.insert($0).inserted }
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
      "\(package.name) to \(package.kind.purpose), \(Self.window(package.opens, package.closes, at: report.time))"
    case .new(_, let package?): "\(package.name), \(Self.window(package.opens, package.closes, at: report.time))"
    case .new(_, nil): "\(trail): \(report.state.reason.text)"
    }
  }

  /// What works and should not be left so, and what is wrong.
  var warnings: [String] {
    report.unread + report.state.notes.filter(\.isWarning).map(\.text)
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
    for remark in report.remarks { fields.append("note", remark) }
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

  /// The report for programs, with `result`, the `command` that comes next, and if they are known `copy` and `answers`.
  var json: JSONObject {
    var json = report.json
    json["result"] = .string(ExactText(label))
    json["command"] = advice.command.map { .string(ExactText($0)) }
    json["copy"] = result.copy.map { .string(ExactText($0)) }
    json["answers"] = .array(
      JSONList(
        result.answers.map { answer in
          var object: JSONObject = ["action": .string(ExactText(answer.action?.rawValue ?? "sign-ins"))]
          object["package"] = answer.package.map { .string(ExactText($0)) }
          object["request"] = answer.request.map { .string(ExactText($0)) }
          object["refusal"] = answer.evidence.refusal.map { .string($0) }
          return .object(object)
        }))
    return json
  }
}
