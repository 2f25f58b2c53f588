import ArgumentParser
import Keyroll

/// Groups the commands that carry a rollover; without the name of one it says where a rollover stands.
struct RolloverCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rollover",
    abstract: "Replace the key of an application with a new one: one folder, one next step at a time.",
    discussion: """
      keyroll rollover FOLDER says where a rollover stands, which command comes next, and why. Name a folder of rollovers to \
      work on all of them. The old key is removed only after the new one was accepted, the workload was switched, and both \
      keys stayed registered for a while.

      Examples:
        keyroll rollover new hr-2027 --tenant example.com \\
          --application 3f2504e0-4f89-41d3-9a0c-0305e82c3301 \\
          --client-id 2f1e9c44-5a0b-4c1d-8e2f-7b6a5c4d3e02 \\
          --key old.pfx --create-key next.pfx
        keyroll rollover next hr --password-file password
        keyroll rollover payroll
      """,
    subcommands: [
      RolloverStatusCommand.self, RolloverNewCommand.self, RolloverNextCommand.self, RolloverRecordCommand.self,
      RolloverSwitchedCommand.self, RolloverAbandonCommand.self,
    ],
    defaultSubcommand: RolloverStatusCommand.self)
}

/// `keyroll rollover status`
struct RolloverStatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract:
      "Record the answers in the folders of rollovers, then say where each stands, which command comes next, and why.",
    discussion: """
      Exit status 1 means that one of them is overdue or cannot be read. A rollover is overdue if its old certificate ends \
      within 30 days.

      Examples:
        keyroll rollover payroll
        keyroll rollover status payroll crm --format json
      """)

  @OptionGroup var clock: ClockOptions
  @OptionGroup var format: FormatOptions

  @Argument(help: ArgumentHelp("Rollovers, or folders of them.", valueName: "folder"), completion: .directory)
  var folders: [String]

  func run() throws {
    try RolloverOutput.each(of: folders, format.format, .stands, for: .changingIfFree, at: try clock.now()) { _, _ in }
  }
}

/// `keyroll rollover record`
struct RolloverRecordCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "record",
    abstract:
      "Record what came back: packages, finished requests, lists of what is registered, sign-in reports, certificates.",
    usage: "keyroll rollover record [<options>] <folder> <file or package> ...",
    discussion: """
      Of a package only the answers are read; every other file is compared with the copy here. A finished request is a folder \
      of keyroll request with its answer.txt. A list is what Graph, the portal or az ad app show gives. A sign-in report is \
      what Graph lists under /beta/auditLogs/signIns.

      Examples:
        keyroll rollover record payroll returned/send-1
        keyroll rollover record payroll registered.json
      """)

  @OptionGroup var clock: ClockOptions
  @OptionGroup var format: FormatOptions

  @Argument(help: ArgumentHelp("A rollover, or a folder of them.", valueName: "folder"), completion: .directory)
  var folder: String

  @Argument(
    help: ArgumentHelp("What came back, or a folder of packages.", valueName: "file or package"), completion: .file())
  var returned: [String]

  func run() throws {
    let time = try clock.now()
    let paths = try RolloverPaths.all(in: [folder])
    let toolkit = Toolkit.command
    var returns: [RolloverReturn] = []
    for path in returned { returns += try RolloverReturn.found(at: RolloverPaths.trimmed(path)) }
    let taken = RolloverReturns.take(returns, to: paths, at: time, with: toolkit)
    if taken.count == 1, case .failure(let error)? = taken.first?.result { throw error }
    var output = RolloverOutput(format.format, of: paths)
    for one in taken {
      if case .failure(let error) = one.result { try output.fail(one.rollover ?? one.returned.path, error) }
      output.warn(of: one.unread.map(\.message))
    }
    for path in paths {
      let own = taken.filter { $0.rollover == path }
      let answers = own.flatMap { (try? $0.result.get()) ?? [] }
      if own.isEmpty || own.contains(where: { if case .failure = $0.result { true } else { false } }) { continue }
      try output.perform(path, isOnly: paths.count == 1) {
        let folder = try RolloverFolder(at: path, cryptography: toolkit.cryptography)
        return RolloverOutput.Result(.recorded, RolloverReport(folder, at: time), answers: answers)
      }
    }
    try output.write()
  }
}

/// `keyroll rollover switched`
struct RolloverSwitchedCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "switched",
    abstract: "Say that the workload uses the new key now; the old key can be removed after the overlap.",
    discussion: """
      The answers in the folder are recorded first, because the new key must have been accepted.

      Examples:
        keyroll rollover switched crm
        keyroll rollover switched crm --format json
      """)

  @OptionGroup var clock: ClockOptions
  @OptionGroup var format: FormatOptions

  @Argument(help: ArgumentHelp("Rollovers, or folders of them.", valueName: "folder"), completion: .directory)
  var folders: [String]

  func run() throws {
    try RolloverOutput.each(of: folders, format.format, .switched, at: try clock.now()) { (folder, time) in
      try folder.switchWorkload(at: time)
    }
  }
}

/// `keyroll rollover abandon`
struct RolloverAbandonCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "abandon",
    abstract:
      "Give rollovers up: the old key stays, and if the new one was added already, the next package removes it.",
    discussion: """
      If the workload was switched, you must type at the terminal that it is back on the old key, because the new key will \
      be removed.

      Examples:
        keyroll rollover abandon hr
        keyroll rollover abandon sales --format json
      """)

  @OptionGroup var clock: ClockOptions
  @OptionGroup var format: FormatOptions

  @Argument(help: ArgumentHelp("Rollovers, or folders of them.", valueName: "folder"), completion: .directory)
  var folders: [String]

  func run() throws {
    try RolloverOutput.each(of: folders, format.format, .abandoned, at: try clock.now()) { (folder, time) in
      try folder.requireAbandonable(at: time)
      let isSwitched = folder.state(at: time).stage == .switched
      try folder.abandon(isBack: isSwitched ? try Self.isBack(folder.path) : false, at: time)
    }
  }

  private static let words = "back on the old key"

  /// True when somebody has typed it; throws `acknowledgement-missing` if there is nobody to ask, and for anything else.
  private static func isBack(_ path: String) throws -> Bool {
    guard let prompt = TerminalPrompt() else {
      throw RolloverError(
        .acknowledgementMissing, "the workload of \(naming: path) uses the new key, which would be removed",
        hint: "put it back on the old key, and confirm that at a terminal")
    }
    let question =
      "the workload of \(naming: path) uses the new key, which will be removed; type \"\(words)\" once it is: "
    guard try prompt.confirms(question, by: words) else {
      throw RolloverError(
        .acknowledgementMissing, "nobody confirmed that the workload of \(naming: path) is back on the old key",
        hint: "nothing was changed; put it back on the old key first")
    }
    return true
  }
}

/// The one next step of a rollover as a command to copy, and what goes with it.
struct RolloverAdvice {
  /// Nil if nothing is left to do.
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
      remarks = ["once the CA has issued it for \(naming: "\(report.path)/\(RolloverFolder.requestName)")"]
    case .pack: (command, remarks) = ("\(rollover) next \(folder)", [Self.trip(report)].compactMap(\.self))
    case .send(let package, let opens, let closes):
      let place = copy ?? "\(report.path)/\(package)"
      command = "sh \(ShellWord.quoted("\(place)/\(RunScript.fileName)"))"
      window = RolloverText.window(opens, closes, at: report.time)
      remarks = ["or send it from another machine, and then: \(rollover) record \(folder) PACKAGE"]
    case .withhold(let package, let until):
      command = "\(rollover) record \(folder) PACKAGE"
      remarks = [
        "if it was sent; else do not send \(naming: "\(report.path)/\(package)"), nor any copy of it:",
        "it can be sent until \(until)",
      ]
    case .recordList:
      command = "\(rollover) record \(folder) list.json"
      if case .oldCertificateEnded = report.state.reason {
        let certificate = ShellWord.quoted("\(report.path)/\(report.plan.new.certificate)")
        remarks = [
          "first add the new certificate in another way: in the portal, or by",
          "keyroll certificate \(certificate) --format pem > new.pem",
          "az ad \(object.kind == .application ? "app" : "sp") credential reset --id \(object.clientID) --append --cert @new.pem",
          "which keeps the other entries; then save a list: \(show)",
        ]
      } else {
        remarks = ["a list of what is registered, from the portal or by: \(show)"]
      }
    case .switchWorkload:
      command = "\(rollover) switched \(folder)"
      remarks = ["once the workload uses \(naming: report.plan.new.reference)"]
    case .wait(let until):
      command = "\(rollover) next \(folder)"
      remarks = ["from \(until); earlier only after a compromise, with --now REASON"]
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

  /// The options of `next` with which a package comes in time, after one that came too late.
  static func trip(_ report: RolloverReport) -> String? {
    guard let advice = report.tripAdvice else { return nil }
    let start = advice.notBefore > .zero ? "--not-before +\(advice.notBefore.seconds / 3600)h " : ""
    return "the last trip took \(advice.trip): add \(start)--windows \(advice.windowCount)"
  }

  /// For an error: what to do instead.
  var hint: String? { command.map { ([$0] + remarks).joined(separator: "; ") } }

  /// - Parameter showsWindow: false if that of the package has been told.
  func append(to fields: inout FieldList, showsWindow: Bool = true) {
    guard let command else { return }
    fields.append("next", command)
    for remark in (showsWindow ? [window].compactMap(\.self) : []) + remarks { fields.append("", remark) }
  }
}
