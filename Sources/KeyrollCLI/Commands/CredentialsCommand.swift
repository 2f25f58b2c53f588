import ArgumentParser
import Keyroll

/// `keyroll credentials`: what is registered, and what is to be done about it.
struct CredentialsCommand: RepeatableOptions {
  static let configuration = CommandConfiguration(
    commandName: "credentials",
    abstract: "List every key and secret that is registered on applications, and say what is due.",
    usage: "keyroll credentials [<options>] <file> ...",
    discussion: """
      FILE is what Graph, az, PowerShell (ConvertTo-Json), the portal's manifest, a $batch or curl -i saved of one object or \
      many, a folder that a request was sent from, or - for standard input. Give every page of a listing. Exit status 0: \
      nothing is due; 1: something is; 2: a file cannot be read, a page is missing, or a response of a $batch is an error, and \
      the others are listed.

      DUE: has ended, or ends within the time of --within. ALONE: due, and when it ends nothing else of its kind is valid on \
      the object. LONG: lives longer than --max-lifetime; without that option nothing is LONG. TWICE: its certificate is \
      registered more than once. SAML: the service signs with it; its entries are listed as one.

      Examples:
        keyroll credentials apps.json
        keyroll credentials apps.json --within 60d --only-due --format csv > due.csv
        keyroll credentials apps.json --certificate old.cer --certificate new.cer
      """)

  static let repeatableOptions = ["--certificate"]

  @Option(
    name: .customLong("certificate"),
    help: ArgumentHelp(
      "A certificate of your own: an entry of it is listed with the name of this file; may be repeated.",
      valueName: "file"), completion: .file())
  var certificates: [String] = []

  @Option(
    name: .customLong("within"),
    help: ArgumentHelp("What ends within this time is due; 30d by default.", valueName: "duration"))
  var period: TimeSpan?

  @Option(
    name: .customLong("max-lifetime"),
    help: ArgumentHelp(
      "Flag as LONG what lives longer than this, such as 365d; there is no limit by default.", valueName: "duration"))
  var maximumLifetime: TimeSpan?

  @Flag(name: .customLong("only-due"), help: "List what is due, and nothing else.")
  var onlyDue = false

  @Flag(name: .customLong("skip-ended"), help: "Leave out what has ended, where something else has taken its place.")
  var skipsEnded = false

  @OptionGroup var clock: ClockOptions

  @Option(
    name: .customLong("format"),
    help: "Write text for people; json, under a version, for programs; or csv for a spreadsheet, a line for each entry."
  )
  var format: CredentialFormat = .text

  @Argument(help: ArgumentHelp("The saved files or folders.", valueName: "file"), completion: .file())
  var files: [String]

  func validate() throws {
    if let maximumLifetime, maximumLifetime <= .zero {
      throw ValidationError("--max-lifetime takes a duration above zero, such as 365d")
    }
  }

  func run() throws {
    let time = try clock.now()
    let answers = try files.map { path throws(SystemError) in try ListedAnswer(path) }
    var inputs = CommandInputs()
    inputs.append("a saved file", answers.map(\.path))
    try inputs.append(certificates: certificates)
    try inputs.requireOneReaderOfStandardInput()
    let report = CredentialReport(
      on: try list(answers),
      by: CredentialPolicy(
        at: time, within: period ?? CredentialPolicy.standardPeriod, maximumLifetime: maximumLifetime,
        skipsEnded: skipsEnded))
    switch format {
    case .text: try StandardOutput.write(CredentialText(report, onlyDue: onlyDue).screen)
    case .json: try StandardOutput.write(report.json(onlyDue: onlyDue))
    case .csv: try StandardOutput.write(report.csv(onlyDue: onlyDue))
    }
    for failure in report.failures { _ = Diagnostics.report(failure) }
    if !report.failures.isEmpty { throw ExitStatus.failed }
    if report.count(of: .due) > 0 { throw ExitStatus.rejected }
  }

  /// Reads one file after the other, and holds none of them.
  private func list(_ answers: [ListedAnswer]) throws -> CredentialList {
    let toolkit = Toolkit.command
    var named: [(name: String, certificate: Certificate)] = []
    for path in certificates {
      let certificates = try toolkit.certificates(from: path, secrets: NoSecrets())
      named += certificates.map { (path, $0) }
    }
    var list = CredentialList(naming: named)
    for answer in answers {
      let contents = try SecretBytes.contents(ofFile: answer.path, limit: JSONLimits.savedListing.byteCount)
      let name = StandardInput.isNamed(by: answer.path) ? "standard input" : answer.path
      try contents.withBytes { (bytes) throws(KeyCredentialsError) in
        try list.add(bytes, of: name, answering: answer.request, cryptography: toolkit.cryptography)
      }
    }
    try list.requireComplete()
    if list.uncertainPageCount > 0 {
      Diagnostics.note(
        "whether a page between the \(list.uncertainPageCount) pages is missing is not known: no @odata.count says how many "
          + "objects there are; give the folders that keyroll request list-keys made, with the answers in them")
    }
    for name in list.filesWithoutTimeZone {
      Diagnostics.note(RegisteredKeys.withoutTimeZone(name))
    }
    for name in list.unmatchedCertificates {
      Diagnostics.note("the certificate in \(naming: name) is registered on none of the objects, as far as is known")
    }
    return list
  }
}

/// A saved answer, and the request that it answers where that lies beside it.
struct ListedAnswer {
  let path: String
  let request: GraphListing?

  /// Takes a file, or the folder of a request that curl wrote its answer into; throws `file-unreadable` for a folder without one.
  init(_ path: String) throws(SystemError) {
    let isFolder = !StandardInput.isNamed(by: path) && ((try? FileStatus(ofFileAt: path).isFolder) ?? false)
    self.path = isFolder ? try AnswerFolder.usualAnswer(in: path) : path
    request = isFolder ? (try? ReceivedRequest(at: path))?.listing : nil
  }
}

/// How credentials are written.
enum CredentialFormat: String, ExpressibleByArgument, CaseIterable {
  case text
  case json
  case csv
}

/// The credentials for a person: the sum, each object with what is registered on it, and the sum again.
struct CredentialText {
  private(set) var screen = ScreenText()
  private let policy: CredentialPolicy

  init(_ report: CredentialReport, onlyDue: Bool) {
    policy = report.policy
    let sum = Self.sum(report)
    screen.append(sum)
    if !report.failures.isEmpty {
      screen.append(
        "NOT WHOLE  \(Self.count(report.failures.count, "response")) of a $batch failed, and what it asked for is not listed"
      )
    }
    let listed = report.listed(onlyDue: onlyDue)
    for (object, credentials) in listed { append(object, credentials) }
    if !listed.isEmpty {
      screen.append("")
      screen.append(sum)
    }
  }

  private static func sum(_ report: CredentialReport) -> String {
    let due = report.count(of: .due)
    let others = CredentialFlag.allCases.dropFirst().compactMap { flag in
      let count = report.count(of: flag)
      return count == 0 ? nil : "\(count) \(flag.rawValue)"
    }
    let total =
      count(report.credentialCount, "credential") + " on " + count(report.objects.count, "object")
    let flags = others.isEmpty ? "" : " (\(others.joined(separator: ", ")))"
    return "\(due == 0 ? "NOTHING DUE" : "\(due) DUE")  of \(total)\(flags), within \(report.policy.period) of "
      + "\(report.policy.time)"
  }

  private static func count(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

  // MARK: Objects

  private mutating func append(_ object: ListedObject, _ credentials: [JudgedCredential]) {
    screen.append("")
    screen.append(Self.title(of: object))
    if credentials.isEmpty { screen.append("  nothing is registered") }
    for judged in credentials { append(judged, of: object) }
  }

  private static func title(of object: ListedObject) -> String {
    var parts: [String] = []
    if let name = object.displayName { parts.append("\(quoting: name)") }
    parts.append(object.collection?.objectName ?? (object.objectID == nil ? "an object that is not named" : "object"))
    if let id = object.objectID { parts.append("\(naming: id)") }
    if let id = object.applicationID { parts.append("(appId \(naming: id))") }
    return parts.joined(separator: " ") + ", in \(naming: object.file)"
  }

  private mutating func append(_ judged: JudgedCredential, of object: ListedObject) {
    let credential = judged.credential
    let flags = judged.flags.isEmpty ? "" : "  " + judged.flags.map(\.rawValue).joined(separator: " ")
    screen.append("  \(Self.heading(of: credential))\(flags)")
    for (index, entry) in credential.entries.enumerated() where credential.entries.count > 1 {
      let usage = entry.usage.map { "\(naming: $0)" } ?? "secret"
      append(index == 0 ? "entries" : "", "\(entry.keyID) \(usage)")
    }
    append("ends", ends(credential))
    if let (kind, bytes) = credential.thumbprint {
      let name = kind == .sha1 ? "" : " (SHA-256)"
      append("thumbprint", "\(Hexadecimal.upperCase(bytes))  \(Base64.url.text(bytes))\(name)")
    }
    if let subject = credential.subject {
      append("subject", "\(quoting: subject)")
    } else if credential.entries.contains(where: \.hasUnreadableKey) {
      append("subject", "not known: the key in the answer is not a certificate that can be read")
    }
    if let name = credential.displayName, !name.isEmpty, name != credential.subject.map(ExactText.init(_:)) {
      append("name", "\(quoting: name)")
    }
    if credential.entries.count == 1, let usage = credential.entries.first?.usage, usage != "Verify" {
      append("usage", "\(naming: usage)")
    }
    if !credential.certificateNames.isEmpty {
      append("saved as", credential.certificateNames.map { "\(naming: $0)" }.joined(separator: ", "))
    }
    for flag in judged.flags { if let reason = reason(flag, judged, object) { append(flag.rawValue, reason) } }
  }

  private static func heading(of credential: RegisteredCredential) -> String {
    if credential.entries.count > 1 { return "SAML certificate" }
    guard let entry = credential.entries.first else { return "" }
    return "\(entry.isSecret ? "secret" : "key") \(entry.keyID)"
  }

  private func ends(_ credential: RegisteredCredential) -> String {
    guard let end = credential.end else { return "not said" }
    let left = end < policy.time ? "ended \(policy.time - end) ago" : "in \(end - policy.time)"
    let start = credential.start.map { ", \($0 <= policy.time ? "began" : "begins") \($0)" } ?? ""
    return "\(end) (\(left))\(start)"
  }

  /// What a flag means for this one, where its name does not say all.
  private func reason(_ flag: CredentialFlag, _ judged: JudgedCredential, _ object: ListedObject) -> String? {
    switch flag {
    case .alone:
      let unknown = object.hasSecrets ? (object.hasKeys ? "" : "; keys were not saved") : "; secrets were not saved"
      let isOver = judged.credential.end.map { $0 < policy.time } ?? false
      return (isOver ? "nothing else is valid" : "nothing else is valid when it ends: add another one before") + unknown
    case .long:
      guard let limit = policy.maximumLifetime, let start = judged.credential.start, let end = judged.credential.end
      else { return nil }
      return "lives \(end - start), longer than \(limit)"
    case .twice: return "its certificate is registered \(judged.occurrences) times"
    default: return nil
    }
  }

  private mutating func append(_ name: String, _ value: String) {
    let label = "    " + name + String(repeating: " ", count: max(0, 10 - name.utf8.count)) + "  "
    screen.append(label + value, indentation: 16)
  }
}
