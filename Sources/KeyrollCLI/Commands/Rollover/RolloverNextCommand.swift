import ArgumentParser
import Keyroll

/// `keyroll rollover next`
struct RolloverNextCommand: RepeatableOptions {
  static let configuration = CommandConfiguration(
    commandName: "next",
    abstract: "Write the next package: it adds the new key, tries it again, or removes the old one.",
    usage: "keyroll rollover next [<options>] <folder> ...",
    discussion: """
      The plan of each rollover names its keys, and each key is opened once for all rollovers. The old key is removed only if \
      the new one was accepted, the workload was switched and the overlap has passed. --now skips the overlap, and nothing \
      else; the journal keeps its reason.

      Examples:
        keyroll rollover next hr --password-file password
        keyroll rollover next sales --not-before +2h --windows 6 --send-to parcel
      """)

  static let repeatableOptions = RolloverKeyOptions.repeatable

  @OptionGroup var package: PackageOptions

  @Option(
    name: .customLong("overlap"),
    help: ArgumentHelp("Keep both keys longer than the plan says, such as 14d.", valueName: "duration"))
  var overlap: TimeSpan?

  @Option(
    name: .customLong("now"),
    help: ArgumentHelp(
      "Do not wait for the overlap, for example after a compromise; the reason is kept.", valueName: "reason"))
  var reason: String?

  @OptionGroup var keys: RolloverKeyOptions
  @OptionGroup var clock: ClockOptions
  @OptionGroup var format: FormatOptions

  @Argument(help: ArgumentHelp("Rollovers, or folders of them.", valueName: "folder"), completion: .directory)
  var folders: [String]

  func validate() throws {
    if overlap != nil, reason != nil { throw ValidationError("only one of --overlap and --now can be given") }
    if let reason, !RolloverFolder.isReason(reason) {
      throw ValidationError("--now takes the reason for not waiting, in up to 1000 bytes")
    }
  }

  func run() throws {
    let time = try clock.now()
    let windows = try package.row(at: time)
    let paths = try RolloverPaths.all(in: folders)
    let ring = try keys.ring(at: time)
    var writer = RolloverPackageWriter(ring: ring, windows: windows, options: package, time: time)
    writer.overlap = overlap
    writer.reason = reason.map { ExactText($0) }
    try package.prepareDestination()
    // Which keys the run needs is known before the first is opened, so that none is opened twice or kept too long.
    for path in paths {
      if let folder = try? RolloverFolder(at: path, cryptography: ring.toolkit.cryptography) {
        ring.keys.expect(folder.keyReferences)
      }
    }
    var output = RolloverOutput(format.format, of: paths)
    output.parcel = package.destination
    for path in paths {
      try output.perform(path, isOnly: paths.count == 1) {
        var folder = try RolloverFolder(at: path, for: .changing, cryptography: ring.toolkit.cryptography)
        defer { ring.finish(folder.keyReferences) }
        let answers = try folder.recordOwnAnswers(at: time)
        var result = try writer.write(&folder, isOnly: paths.count == 1)
        result.answers = answers
        return result
      }
    }
    try output.write()
  }
}

/// Writes the packages of one run.
struct RolloverPackageWriter {
  let ring: RolloverKeyRing
  let windows: [SendWindow]
  let options: PackageOptions
  let time: NumericDate
  var overlap: TimeSpan?
  /// Why removals do not wait for the overlap.
  var reason: ExactText?
  /// True if the person who runs this has named the keys, and not a plan.
  var namesOwnKeys = false
  private var shown: Set<String> = []

  init(ring: RolloverKeyRing, windows: [SendWindow], options: PackageOptions, time: NumericDate) {
    self.ring = ring
    self.windows = windows
    self.options = options
    self.time = time
  }

  /// Writes what the state asks for, or completes the copy of a package that is written already; for one rollover alone it throws
  /// why there is nothing to write.
  mutating func write(_ folder: inout RolloverFolder, isOnly: Bool) throws -> RolloverOutput.Result {
    // Where it cannot be waived, that is said of a rollover that is alone; of many it may concern others.
    let reason = isOnly || folder.state(at: time).stage == .switched ? reason : nil
    let state = try folder.state(at: time, overlap: overlap, waiving: reason)
    let copy = options.destination(for: folder.path)
    switch state.next {
    case .pack: break
    case .send(let package, _, _):
      if let copy { try folder.copyPackage(package, to: copy) }
      return RolloverOutput.Result(.written, RolloverReport(folder, at: time, overlap: overlap), copy: copy)
    case .nothing where state.stage >= .done:
      return RolloverOutput.Result(.stands, RolloverReport(folder, at: time, overlap: overlap))
    default:
      guard isOnly else { return RolloverOutput.Result(.waits, RolloverReport(folder, at: time, overlap: overlap)) }
    }
    try options.requireFree(for: folder.path)
    if !namesOwnKeys { showPrograms(of: folder) }
    if options.isForNow, let advice = RolloverAdvice.trip(RolloverReport(folder, at: time, overlap: overlap)),
      shown.insert(advice).inserted
    {
      Diagnostics.note("this package can be sent now, and only for ten minutes; \(advice)")
    }
    let package: RolloverPackage
    do throws(RolloverError) {
      package = try folder.writePackage(
        at: time, in: windows, overlap: overlap, waiving: reason, to: copy, by: ring.keys.requests(of: folder))
    } catch {
      guard error.hint == nil, error.code == .stepTooEarly || error.code == .gateClosed else { throw error }
      let advice = RolloverAdvice(RolloverReport(folder, at: time, overlap: overlap))
      throw RolloverError(error.code ?? .stepTooEarly, error.message, hint: advice.hint)
    }
    return RolloverOutput.Result(
      .made(package), RolloverReport(folder, at: time, overlap: overlap), copy: copy)
  }

  /// Whoever can change a plan chooses what runs here: a program or a module that it names is told before it is used.
  private mutating func showPrograms(of folder: RolloverFolder) {
    for text in folder.keyReferences {
      guard let reference = try? KeySchemes.reference(text.text) else { continue }
      let isProgram = reference.scheme.utf8.elementsEqual(CommandBackend.syntax.scheme.utf8)
      if isProgram, shown.insert(reference.path).inserted {
        Diagnostics.note("\(naming: folder.path) has its keys signed by the program \(naming: reference.path)")
      }
      if let module = reference["module-path"], shown.insert(module).inserted {
        Diagnostics.note("\(naming: folder.path) has its keys in the module \(naming: module)")
      }
    }
  }
}
