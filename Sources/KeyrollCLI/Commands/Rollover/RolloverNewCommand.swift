import ArgumentParser
import Keyroll

/// `keyroll rollover new`
struct RolloverNewCommand: RepeatableOptions {
  static let configuration = CommandConfiguration(
    commandName: "new",
    abstract: "Begin a rollover: open the old key, make or open the new one, and write the plan and the first package.",
    usage: """
      keyroll rollover new [<options>] <folder> --application <guid> --client-id <guid> --tenant <tenant> --key <reference> --create-key <destination>
             keyroll rollover new [<options>] <folder> --table <file.csv>
      """,
    discussion: """
      --table begins many rollovers at once, each in a folder of its own inside the given folder. The columns of the file are \
      folder and the options that describe a rollover; an option on the command line applies to every line. A second run \
      skips the rollovers that exist.

      Examples:
        keyroll rollover new hr-2027 --tenant example.com \\
          --application 3f2504e0-4f89-41d3-9a0c-0305e82c3301 \\
          --client-id 2f1e9c44-5a0b-4c1d-8e2f-7b6a5c4d3e02 \\
          --key old.pfx --create-key next.pfx
        keyroll rollover new roll --table apps.csv --tenant example.com \\
          --not-before +2h --windows 6 --send-to parcel --password-file password
      """)

  static let repeatableOptions = RolloverKeyOptions.repeatable

  @Argument(
    help: ArgumentHelp("The new folder; with --table, the folder for the new folders.", valueName: "folder"),
    completion: .directory)
  var folder: String

  @OptionGroup var plan: RolloverPlanOptions

  @Option(
    name: .customLong("table"),
    help: ArgumentHelp("Begin a rollover for each line of this CSV file.", valueName: "file.csv"), completion: .file())
  var table: String?

  @Flag(
    name: .customLong("csr"), help: "Write a certificate request for the new key, for a CA that issues its certificate."
  )
  var isRequest = false

  @Flag(
    name: .customLong("store"),
    help: "Put the certificate of a new key on a token there too, as keyroll create key --store does.")
  var storesCertificate = false

  @Flag(name: .customLong("plan-only"), help: "Write no package yet.")
  var isPlanOnly = false

  @OptionGroup var package: PackageOptions
  @OptionGroup var keys: RolloverKeyOptions
  @OptionGroup var clock: ClockOptions
  @OptionGroup var format: FormatOptions

  func validate() throws {
    if storesCertificate, isRequest {
      throw ValidationError("--store is for a certificate, and --csr makes none")
    }
    if isPlanOnly, package.destination != nil || package.notBefore != nil || package.windows != 1 {
      throw ValidationError("--plan-only writes no package, which --not-before, --windows and --send-to are for")
    }
  }

  func run() throws {
    let time = try clock.now()
    let windows = try package.row(at: time)
    let folder = RolloverPaths.trimmed(folder)
    try RolloverPaths.requireTypeable(folder)
    let orders: [(path: String, order: RolloverOrder)]
    if let table {
      orders = try RolloverOrder.all(in: table, options: plan.values, isRequest: isRequest)
        .map { ("\(folder)/\($0.folder)", $0.order) }
    } else {
      let order = try RolloverOrder(plan.values, folder: RolloverPaths.name(of: folder), isRequest: isRequest)
      orders = [(folder, order)]
      try Self.requireFree(folder)
    }
    for (_, order) in orders where storesCertificate { try order.requireStore() }
    let ring = try keys.ring(at: time)
    if table != nil { try RolloverPaths.makeFolder(folder) }
    try package.prepareDestination()
    try begin(orders, ring, windows, at: time)
  }

  private func begin(
    _ orders: [(path: String, order: RolloverOrder)], _ ring: RolloverKeyRing, _ windows: [SendWindow],
    at time: NumericDate
  ) throws {
    let isOnly = table == nil
    var maker = NewRolloverMaker(ring: ring, time: time, buildTime: clock.buildTime, isRequest: isRequest)
    maker.storesCertificate = storesCertificate
    maker.writesPackage = !isPlanOnly
    var writer = RolloverPackageWriter(ring: ring, windows: windows, options: package, time: time)
    writer.namesOwnKeys = true
    for order in orders { ring.keys.expect(order.order.references) }
    var output = RolloverOutput(format.format, of: orders.map(\.path))
    output.parcel = package.destination
    for (path, order) in orders {
      try output.perform(path, isOnly: isOnly) {
        var references = order.references
        defer { ring.finish(references) }
        var lines: [(name: String, text: String)] = []
        var rollover: RolloverFolder
        if RolloverFolder.exists(at: path) {
          // An earlier run has made it, and may have been ended before its package was written.
          rollover = try RolloverFolder(at: path, for: .changing, cryptography: ring.toolkit.cryptography)
          // A package may be there that the journal does not know yet.
          _ = try rollover.recordOwnAnswers(at: time)
          guard !isPlanOnly, case .pack(.add) = rollover.state(at: time).next else {
            if case .send = rollover.state(at: time).next { return try writer.write(&rollover, isOnly: false) }
            return RolloverOutput.Result(.written, RolloverReport(rollover, at: time))
          }
        } else {
          // Whatever would end the run later is looked at before a key is made.
          try RolloverFolder.requirePlace(forNew: path)
          if !isPlanOnly { try package.requireFree(for: path) }
          (rollover, lines) = try maker.make(order, at: path)
        }
        // A key that was made has a name of its own only now.
        references += rollover.keyReferences
        guard !isPlanOnly, case .pack(.add) = rollover.state(at: time).next else {
          return RolloverOutput.Result(.new(lines, nil), RolloverReport(rollover, at: time))
        }
        let result: RolloverOutput.Result
        do { result = try writer.write(&rollover, isOnly: true) } catch let error as any DiagnosticError {
          let next = "the rollover was made, and keyroll rollover next \(ShellWord.quoted(path)) writes its package"
          throw RolloverError(
            id: error.id, error.message, hint: [error.hint, next].compactMap(\.self).joined(separator: "; "))
        }
        guard case .made(let package) = result.kind else { return result }
        return RolloverOutput.Result(.new(lines, package), result.report, copy: result.copy)
      }
    }
    try output.write()
  }

  private static func requireFree(_ path: String) throws {
    if RolloverFolder.exists(at: path) {
      throw RolloverError(
        SystemError(
          .outputExists, "\(naming: path) is a rollover already",
          hint: "see where it stands: keyroll rollover \(ShellWord.quoted(path))"))
    }
    guard OutputFolder.isNamed(by: path) else {
      throw CommandError.usage("\(naming: path) is not the path of a new folder")
    }
    try OutputFolder.check(path: path)
  }
}

/// What a rollover is: the options that may also be columns of a table, taken as text and read in one place for both.
struct RolloverPlanOptions: ParsableArguments {
  @Option(
    name: .customLong("application"), help: ArgumentHelp("The object id of the application.", valueName: "guid"))
  var application: String?

  @Option(
    name: .customLong("service-principal"),
    help: ArgumentHelp("The object id of the service principal.", valueName: "guid"))
  var servicePrincipal: String?

  @Option(name: .customLong("client-id"), help: ArgumentHelp("The application (client) id.", valueName: "guid"))
  var clientID: String?

  @Option(
    name: .customLong("tenant"),
    help: ArgumentHelp("The directory (tenant) id, or a domain of the tenant.", valueName: "tenant"))
  var tenant: String?

  @Option(name: .customLong("cloud"), help: ArgumentHelp("The national cloud; global by default.", valueName: "cloud"))
  var cloud: String?

  @Option(
    name: .customLong("title"),
    help: ArgumentHelp("A name for people; the name of the folder by default.", valueName: "text"))
  var title: String?

  @Option(
    name: .customLong("key"),
    help: ArgumentHelp("The old key, whose certificate is registered, as for keyroll sign.", valueName: "reference"),
    completion: .file())
  var key: String?

  @Option(
    name: .customLong("certificate"),
    help: ArgumentHelp("The certificate of the old key, if it is not in the key's file.", valueName: "file"),
    completion: .file())
  var certificate: String?

  @Option(
    name: .customLong("create-key"),
    help: ArgumentHelp(
      "Make the new key here, as keyroll create key does; ;password-file=PATH may follow the path of a file.",
      valueName: "destination"), completion: .file())
  var createKey: String?

  @Option(
    name: .customLong("bits"),
    help: ArgumentHelp("The size of a new key: 2048, 3072 or 4096.", valueName: "number"))
  var bits: String?

  @Option(
    name: .customLong("valid-for"),
    help: ArgumentHelp("How long the certificate of a new key is valid; 365d by default.", valueName: "duration"))
  var validFor: String?

  @Option(
    name: .customLong("new-key"),
    help: ArgumentHelp("The new key, if it exists already.", valueName: "reference"), completion: .file())
  var newKey: String?

  @Option(
    name: .customLong("new-certificate"),
    help: ArgumentHelp(
      "The certificate of --new-key, if it is not in the key's file; without one, a request for it is written.",
      valueName: "file"),
    completion: .file())
  var newCertificate: String?

  @Option(
    name: .customLong("subject"),
    help: ArgumentHelp("The name in the new certificate; the name in the old one by default.", valueName: "text"))
  var subject: String?

  @Option(
    name: .customLong("overlap"),
    help: ArgumentHelp(
      "How long both keys stay registered after the workload was switched; 7d by default.", valueName: "duration")
  )
  var overlap: String?

  @Option(
    name: .customLong("max-lifetime"),
    help: ArgumentHelp("Refuse a new certificate that is valid for longer, such as 365d.", valueName: "duration"))
  var maximumLifetime: String?

  /// Those that were given, by the names of the options.
  var values: [String: String] {
    let all = [
      "application": application, "service-principal": servicePrincipal, "client-id": clientID, "tenant": tenant,
      "cloud": cloud, "title": title, "key": key, "certificate": certificate, "create-key": createKey, "bits": bits,
      "valid-for": validFor, "new-key": newKey, "new-certificate": newCertificate, "subject": subject,
      "overlap": overlap, "max-lifetime": maximumLifetime,
    ]
    return all.compactMapValues(\.self)
  }
}
