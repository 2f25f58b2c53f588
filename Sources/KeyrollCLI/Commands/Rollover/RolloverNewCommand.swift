import ArgumentParser
import Keyroll

/// `keyroll rollover new`
struct RolloverNewCommand: RepeatableOptions {
  static let configuration = CommandConfiguration(
    commandName: "new",
    abstract: "Begin a rollover: open the old key, make or open the new one, write the plan and the first package.",
    usage: """
      keyroll rollover new [<options>] <folder> --application <guid> --client-id <guid> --tenant <tenant> --key <reference> --create-key <destination>
             keyroll rollover new [<options>] <folder> --table <file.csv>
      """,
    discussion: """
      With --table many rollovers are begun at once, each in a folder of its own in the folder: the columns of the file are \
      folder, and the options that say what a rollover is. What is an option counts for every line. A second run skips what \
      is there.

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
    help: ArgumentHelp("The new folder; with --table the one that the new folders are in.", valueName: "folder"),
    completion: .directory)
  var folder: String

  @OptionGroup var plan: RolloverPlanOptions

  @Option(
    name: .customLong("table"),
    help: ArgumentHelp("Begin a rollover for each line of this CSV file.", valueName: "file.csv"), completion: .file())
  var table: String?

  @Flag(name: .customLong("csr"), help: "Have an authority issue the new certificate: write a request for it.")
  var isRequest = false

  @Flag(name: .customLong("plan-only"), help: "Write no package yet.")
  var isPlanOnly = false

  @OptionGroup var package: PackageOptions
  @OptionGroup var keys: RolloverKeyOptions
  @OptionGroup var clock: ClockOptions
  @OptionGroup var format: FormatOptions

  func validate() throws {
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
    var writer = RolloverPackageWriter(ring: ring, windows: windows, options: package, time: time)
    writer.namesOwnKeys = true
    for order in orders { ring.keys.expect(order.order.references) }
    var output = RolloverOutput(format.format, of: orders.map(\.path))
    output.parcel = package.destination
    for (path, order) in orders {
      try output.perform(path, isOnly: isOnly) {
        defer { ring.keys.finish(order.references) }
        var lines: [(name: String, text: String)] = []
        var rollover: RolloverFolder
        if RolloverFolder.exists(at: path) {
          // An earlier run has made it, and may have been ended before its package was written.
          rollover = try RolloverFolder(at: path, for: .changing, cryptography: ring.toolkit.cryptography)
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
    help: ArgumentHelp("What people call it; the name of the folder by default.", valueName: "text"))
  var title: String?

  @Option(
    name: .customLong("key"),
    help: ArgumentHelp("The old key, whose certificate is registered, as for keyroll sign.", valueName: "reference"),
    completion: .file())
  var key: String?

  @Option(
    name: .customLong("certificate"),
    help: ArgumentHelp("The certificate of the old key, when it is not in the key's file.", valueName: "file"),
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
    help: ArgumentHelp("The size of a key that is made: 2048, 3072 or 4096.", valueName: "number"))
  var bits: String?

  @Option(
    name: .customLong("valid-for"),
    help: ArgumentHelp("How long the certificate of a key that is made lives; 365d by default.", valueName: "duration"))
  var validFor: String?

  @Option(
    name: .customLong("new-key"),
    help: ArgumentHelp("The new key, where it is there already.", valueName: "reference"), completion: .file())
  var newKey: String?

  @Option(
    name: .customLong("new-certificate"),
    help: ArgumentHelp(
      "Its certificate, when it is not in the key's file; without one a request for it is written.", valueName: "file"),
    completion: .file())
  var newCertificate: String?

  @Option(
    name: .customLong("subject"),
    help: ArgumentHelp("The name in the new certificate; that of the old one by default.", valueName: "text"))
  var subject: String?

  @Option(
    name: .customLong("overlap"),
    help: ArgumentHelp("How long both keys stay after the workload was switched; 7d by default.", valueName: "duration")
  )
  var overlap: String?

  @Option(
    name: .customLong("max-lifetime"),
    help: ArgumentHelp("Refuse a new certificate that lives longer, such as 365d.", valueName: "duration"))
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

/// Makes the rollovers of one run.
struct NewRolloverMaker {
  let ring: RolloverKeyRing
  let time: NumericDate
  let buildTime: Int64
  let isRequest: Bool

  private var toolkit: Toolkit { ring.toolkit }

  /// Opens the old key first, then makes or opens the new one, then makes the folder; with what there is to say of it.
  mutating func make(
    _ order: RolloverOrder, at path: String
  ) throws -> (folder: RolloverFolder, lines: [(name: String, text: String)]) {
    let given = try order.certificate.map(toolkit.certificates(from:)) ?? []
    let old = try NewRollover.OldKey(at: order.key, certificates: given, from: order.certificate, by: ring.keys)
    let subject = order.subject ?? old.certificate.subject
    var lines: [(name: String, text: String)] = []
    let new: NewRollover.NewKey
    var reference: String?
    switch order.newKey {
    case .open(let key, let certificate):
      let given = try certificate.map(toolkit.certificates(from:)) ?? []
      new = try NewRollover.NewKey(at: key, certificates: given, from: certificate, subject: subject, by: ring.keys)
    case .create(let place, let description, let seconds, let file):
      let created = try create(place, description, order, subject: subject, seconds, password: file?.path)
      new = NewRollover.NewKey(created.key)
      reference = file.map { "\(new.reference)\($0.attribute)" }
      lines.append(("made", made(created, at: place, order)))
    }
    var rollover = NewRollover(title: order.title, object: order.object, old: old, new: new)
    rollover.overlap = order.overlap
    rollover.maximumLifetime = order.maximumLifetime
    rollover.newReference = reference
    let folder: RolloverFolder
    do throws(RolloverError) {
      folder = try rollover.make(at: path, time: time, cryptography: toolkit.cryptography)
    } catch {
      guard case .create = order.newKey else { throw error }
      throw RolloverError(
        id: error.id, "\(error.message); the new key was made and stays: \(naming: new.reference)", hint: error.hint)
    }
    if new.certificateRequest != nil {
      lines.append(
        ("wrote", "\(naming: "\(path)/\(RolloverFolder.requestName)")   the certificate request, for the authority"))
    }
    return (folder, lines)
  }

  private func create(
    _ place: KeyDestination, _ description: KeyDescription, _ order: RolloverOrder, subject: String, _ seconds: Int64,
    password path: String?
  ) throws -> (key: CreatedKey, file: String?) {
    let life = try CertificateLife(
      at: time.seconds, startingAt: nil, lasting: seconds, atMost: order.maximumLifetime?.seconds, builtAt: buildTime)
    let plan: CertificatePlan
    do throws(CertificateError) {
      plan = try CertificatePlan(subject, life: isRequest ? nil : life, with: toolkit)
    } catch {
      if order.subject != nil { throw error }
      throw CertificateError(
        id: error.id, "the subject of the old certificate cannot be that of a new one: \(error.message)",
        hint: "choose one by --subject")
    }
    let neighbour = place.neighbour(ending: isRequest ? ".csr" : ".cer")
    let file = try neighbour.map(NewCertificateOutput.file)
    do throws(KeyMakingError) { try place.requireFree() } catch {
      throw KeyMakingError(
        id: error.id, error.message, hint: "where an earlier run has made it, name it by --new-key in its place")
    }
    plan.warnings.forEach(ring.warnings.warn)
    let secret = try password(for: place, in: path)
    if let secret { ring.newSecrets.remember(secret, of: place.reference.description) }
    let (maker, warnings) = try toolkit.maker(
      at: place, password: secret?.copy, secrets: ring.secrets)
    warnings.forEach(ring.warnings.warn)
    let created = try plan.key(description, by: maker, writing: file, with: toolkit)
    created.finished.notes.forEach(ring.warnings.warn)
    if let secret { ring.newSecrets.remember(secret, of: created.finished.reference) }
    return (created, neighbour)
  }

  private func password(for place: KeyDestination, in path: String?) throws -> SharedSecret? {
    guard place.isFile else { return nil }
    let source = path.map(SecretSource.path)
    if source == nil, let given = ring.newSecrets.given { return given }
    return SharedSecret(try NewSecret.password(from: source, for: place.reference.description))
  }

  private func made(_ created: (key: CreatedKey, file: String?), at place: KeyDestination, _ order: RolloverOrder)
    -> String
  {
    let key = created.key
    var names = "\(naming: place.isFile ? place.reference.path : key.finished.reference)"
    if let file = created.file { names += ", \(naming: file)" }
    guard let certificate = key.product.certificate else { return "\(names)   \(key.publicKey.summary)" }
    let whose = order.subject == nil ? "subject of the old one" : "\(quoting: certificate.subject)"
    let (start, end) = certificate.validity
    return "\(names)   \(key.publicKey.summary), \(whose), to \(end) (\((end - start).seconds / 86_400 + 1) d)"
  }
}

extension RolloverOrder {
  /// Of the keys that are opened, as far as they are known before they are made.
  fileprivate var references: [ExactText] {
    let new: String
    switch newKey {
    case .open(let reference, _): new = reference.description
    case .create(let place, _, _, _): new = place.reference.description
    }
    return [ExactText(key.description), ExactText(new)]
  }
}
