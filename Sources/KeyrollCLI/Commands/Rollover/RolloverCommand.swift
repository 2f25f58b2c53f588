import ArgumentParser
import Keyroll

/// Groups the commands that carry a rollover; without the name of one it says where a rollover stands.
struct RolloverCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rollover",
    abstract: "Carry the key of an application from the old one to the new one: one folder, one next step at a time.",
    discussion: """
      keyroll rollover FOLDER says at any time where a rollover stands, what comes next, and why. A folder of rollovers is \
      taken wherever one rollover is. The old key is removed only when the new one was accepted, the workload was switched \
      and both keys have stayed for a while.

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
    abstract: "Say where rollovers stand, the next command, and why; answers that lie in them are taken in first.",
    discussion: """
      Exit status 1: one of them is overdue, because its old certificate ends within 30 days, or cannot be read.

      Examples:
        keyroll rollover payroll
        keyroll rollover status payroll crm --format json
      """)

  @OptionGroup var clock: ClockOptions
  @OptionGroup var format: FormatOptions

  @Argument(help: ArgumentHelp("Rollovers, or folders of them.", valueName: "folder"), completion: .directory)
  var folders: [String]

  func run() throws {
    let time = try clock.now()
    let paths = try RolloverPaths.all(in: folders)
    var output = RolloverOutput(format.format, of: paths)
    for path in paths {
      try output.perform(path, isOnly: paths.count == 1) {
        var folder = try RolloverFolder(at: path, cryptography: Toolkit.command.cryptography)
        let answers = try folder.recordOwnAnswers(at: time)
        return RolloverOutput.Result(.stands, RolloverReport(folder, at: time), answers: answers)
      }
    }
    try output.write()
  }
}

/// `keyroll rollover record`
struct RolloverRecordCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "record",
    abstract: "Take in what came back from elsewhere: packages, lists of what is registered, certificates.",
    usage: "keyroll rollover record [<options>] <folder> <file or package> ...",
    discussion: """
      Of a package that came back only the answers are read; all else is compared with the copy here. A list is what Graph, \
      the portal or az ad app show says. A finished request is the folder of keyroll request with its answer.txt.

      Examples:
        keyroll rollover record payroll returned/send-1
        keyroll rollover record payroll registered.json
      """)

  @OptionGroup var clock: ClockOptions
  @OptionGroup var format: FormatOptions

  @Argument(help: ArgumentHelp("A rollover, or a folder of them.", valueName: "folder"), completion: .directory)
  var folder: String

  @Argument(help: ArgumentHelp("What came back, or a folder of it.", valueName: "file or package"), completion: .file())
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
    abstract: "Say that the workload uses the new key; from then on the overlap runs, after which the old key may go.",
    discussion: """
      Answers that lie in the folder are taken in first: the new key must have been accepted.

      Examples:
        keyroll rollover switched crm
        keyroll rollover switched crm --format json
      """)

  @OptionGroup var clock: ClockOptions
  @OptionGroup var format: FormatOptions

  @Argument(help: ArgumentHelp("Rollovers, or folders of them.", valueName: "folder"), completion: .directory)
  var folders: [String]

  func run() throws {
    let time = try clock.now()
    let paths = try RolloverPaths.all(in: folders)
    var output = RolloverOutput(format.format, of: paths)
    for path in paths {
      try output.perform(path, isOnly: paths.count == 1) {
        var folder = try RolloverFolder(at: path, cryptography: Toolkit.command.cryptography)
        let answers = try folder.recordOwnAnswers(at: time)
        try folder.switchWorkload(at: time)
        return RolloverOutput.Result(.switched, RolloverReport(folder, at: time), answers: answers)
      }
    }
    try output.write()
  }
}

/// `keyroll rollover abandon`
struct RolloverAbandonCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "abandon",
    abstract:
      "Give rollovers up: the old key stays, and a new one that was added already is removed by the next package.",
    discussion: """
      Once the workload was switched, somebody has to type at the terminal that it is back on the old key: the new one is \
      removed.

      Examples:
        keyroll rollover abandon hr
        keyroll rollover abandon sales --format json
      """)

  @OptionGroup var clock: ClockOptions
  @OptionGroup var format: FormatOptions

  @Argument(help: ArgumentHelp("Rollovers, or folders of them.", valueName: "folder"), completion: .directory)
  var folders: [String]

  func run() throws {
    let time = try clock.now()
    let paths = try RolloverPaths.all(in: folders)
    var output = RolloverOutput(format.format, of: paths)
    for path in paths {
      try output.perform(path, isOnly: paths.count == 1) {
        var folder = try RolloverFolder(at: path, cryptography: Toolkit.command.cryptography)
        let answers = try folder.recordOwnAnswers(at: time)
        let isSwitched = folder.state(at: time).stage == .switched
        try folder.abandon(isBack: isSwitched ? try Self.isBack(path) : false, at: time)
        return RolloverOutput.Result(.abandoned, RolloverReport(folder, at: time), answers: answers)
      }
    }
    try output.write()
  }

  private static let words = "back on the old key"

  /// True when somebody has typed it; throws `acknowledgement-missing` where there is nobody to ask, and for anything else.
  private static func isBack(_ path: String) throws -> Bool {
    guard let prompt = TerminalPrompt() else {
      throw RolloverError(
        .acknowledgementMissing, "the workload of \(naming: path) uses the new key, which would be removed",
        hint: "put it back on the old key, and say so at a terminal, which is not here")
    }
    let question =
      "the workload of \(naming: path) uses the new key, which will be removed; type \"\(words)\" once it is: "
    guard try prompt.confirms(question, by: words) else {
      throw RolloverError(
        .acknowledgementMissing, "it was not said that the workload of \(naming: path) is back on the old key",
        hint: "nothing was changed; put it back on the old key first")
    }
    return true
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
