import ArgumentParser
import Keyroll
import Synchronization

/// What the keys of rollovers are opened with.
struct RolloverKeyOptions: ParsableArguments {
  /// The names of those that may be given several times.
  static let repeatable = SignerOptions.repeatable

  @OptionGroup var secrets: SecretOptions<KeyPassword>
  @OptionGroup var newPassword: SecretOptions<NewKeyPassword>
  @OptionGroup var pin: SecretOptions<TokenPIN>
  @OptionGroup var device: DeviceOptions
  @OptionGroup var signer: SignerOptions

  @Option(
    name: .customLong("algorithm"),
    help: ArgumentHelp("The algorithm for assertions: PS256, which is the default, or RS256.", valueName: "name"))
  var algorithm: SignatureAlgorithm = .ps256

  func validate() throws {
    try access.validate()
    try access.requireUnseen(newPassword.variable)
    guard [.ps256, .rs256].contains(algorithm) else {
      throw ValidationError("--algorithm takes PS256 or RS256 here, not \(algorithm.rawValue)")
    }
  }

  var access: KeyAccess { KeyAccess(secrets: secrets, pin: pin, device: device, signer: signer) }

  /// Reads every source of a secret now; opens nothing yet.
  func ring(at time: NumericDate) throws -> RolloverKeyRing {
    var inputs = access.inputs(with: nil)
    inputs.append("the new password", newPassword.source)
    try inputs.requireOneReaderOfStandardInput()
    let toolkit = try access.toolkit()
    let old = try access.provider()
    let new = NewKeySecrets(
      try newPassword.source.map { source in SharedSecret(try NewSecret.password(from: source, for: "")) }, else: old)
    let (access, warnings) = (access, SaidOnce())
    let folder = try? WorkingFolder.path()
    let keys = RolloverKeys(
      at: time, with: toolkit, secrets: [.old: old, .new: new], assertionAlgorithm: algorithm, workingFolder: folder
    ) { (key, algorithm, time) throws(KeyError) in
      try access.open(key.reference, with: key.secrets, telling: warnings.warn) { (secrets) throws(KeyError) in
        try SigningKey(key.reference, certificates: key.certificates, from: key.certificateSource, secrets: secrets)
          .signer(for: algorithm, at: time, with: toolkit)
      }
    }
    return RolloverKeyRing(keys: keys, secrets: old, newSecrets: new, warnings: warnings, workingFolder: folder)
  }
}

/// Warnings that many keys of one run give rise to, each said once.
final class SaidOnce {
  private var said: Set<String> = []

  func warn(_ text: String) { if said.insert(text).inserted { Diagnostics.warning(text) } }
}

/// The keys of one run, and the secrets that they and new keys are opened with.
struct RolloverKeyRing {
  let keys: RolloverKeys
  let secrets: CommandSecrets
  let newSecrets: NewKeySecrets
  let warnings: SaidOnce
  /// What relative paths begin with; nil if it cannot be told.
  let workingFolder: String?

  /// Keeps the password of a key file that was made, under the name by which the plan opens it.
  func remember(_ password: SharedSecret, of reference: String) {
    newSecrets.remember(password, of: Toolkit.reference(reference, startingAt: workingFolder))
  }

  var toolkit: Toolkit { keys.toolkit }

  /// Lets go of keys, and of the passwords that were kept for those that were made, unless another rollover needs them.
  func finish(_ references: [ExactText]) {
    keys.finish(references)
    newSecrets.forget(references)
  }
}

/// Answers for the new keys of rollovers: with the password that a key file was made with in this run, with the one of
/// `--new-password-…`, and else as for all keys.
final class NewKeySecrets: SecretProvider {
  /// The password that was given for new key files.
  let given: SharedSecret?
  private let others: any SecretProvider
  private let made = Mutex<[String: SharedSecret]>([:])

  init(_ given: SharedSecret?, else others: any SecretProvider) {
    self.given = given
    self.others = others
  }

  /// Keeps the password of a file that is made.
  func remember(_ password: SharedSecret, of reference: String) { made.withLock { $0[reference] = password } }

  /// Lets go of the passwords of files that were made.
  func forget(_ references: [ExactText]) {
    made.withLock { made in for reference in references { made[reference.text] = nil } }
  }

  func secret(for request: SecretRequest) throws(KeyError) -> SecretBytes? {
    if request.purpose == .password {
      if let known = made.withLock({ $0[request.subject] }) { return known.copy }
      if let given { return given.copy }
    }
    return try others.secret(for: request)
  }

  func isGiven(for purpose: SecretRequest.Purpose) -> Bool {
    purpose == .password && given != nil || others.isGiven(for: purpose)
  }

  func hasAnother(for request: SecretRequest) -> Bool {
    let isKnown = given != nil || made.withLock { $0[request.subject] != nil }
    return !isKnown && others.hasAnother(for: request)
  }
}

/// When packages can be sent, and where a copy of them goes.
struct PackageOptions: ParsableArguments {
  @Option(
    name: .customLong("not-before"), parsing: .unconditional,
    help: ArgumentHelp(
      "When the package can first be sent: 2026-11-21T14:00:00Z, or relative to now, such as +2h; now by default.",
      valueName: "time"))
  var notBefore: String?

  @Option(
    name: .customLong("windows"),
    help: ArgumentHelp(
      "The number of windows of ten minutes, one after the other, in which the package can be sent (1 to \(SendWindow.most)).",
      valueName: "count"))
  var windows = 1

  @Option(
    name: .customLong("send-to"),
    help: ArgumentHelp(
      "Put a copy of each package into this folder, with a run.sh that sends all of them.", valueName: "folder"),
    completion: .directory)
  var destination: String?

  /// True if nothing says when the package can be sent.
  var isForNow: Bool { notBefore == nil && windows == 1 }

  func validate() throws {
    guard (1...SendWindow.most).contains(windows) else {
      throw ValidationError("--windows takes a number from 1 to \(SendWindow.most), not \(windows)")
    }
  }

  /// Throws `usage`.
  func row(at now: NumericDate) throws(CommandError) -> [SendWindow] {
    let start = try notBefore.map { (text) throws(CommandError) in try WindowOptions.date(text, from: now) } ?? now
    let row = SendWindow.row(of: windows, from: start)
    if let last = row.last, last.end <= now {
      throw .usage("--not-before \(start) and --windows \(windows) give windows that have closed already")
    }
    return row
  }

  /// Makes the folder that copies go to, if it is not there; with the script that sends them all.
  func prepareDestination() throws {
    guard let destination else { return }
    try RolloverPaths.makeFolder(destination)
    try RolloverPackage.writeParcelScript(to: destination)
  }

  /// Throws `output-exists` if something has the place of that copy.
  func requireFree(for path: String) throws(SystemError) {
    guard let copy = destination(for: path), FileStatus.isThere(copy) else { return }
    throw SystemError(
      .outputExists, "\(naming: copy) is there already", hint: "send each time to a new folder, by --send-to")
  }

  /// Where the copy of a rollover's package goes.
  func destination(for path: String) -> String? {
    destination.map { "\(RolloverPaths.trimmed($0))/\(RolloverPaths.name(of: path))" }
  }
}

/// The folders that a person names.
enum RolloverPaths {
  /// Every rollover that is meant, each once; throws `file-unreadable` for a folder that holds none.
  static func all(in folders: [String]) throws(SystemError) -> [String] {
    var paths: [String] = []
    for folder in folders {
      let found = RolloverFolder.paths(at: trimmed(folder))
      if found.isEmpty {
        throw SystemError(
          .fileUnreadable, "\(naming: folder) holds no rollover",
          hint: "keyroll rollover new makes one; give its folder, or a folder of such folders")
      }
      paths += found.filter { !paths.contains($0) }
    }
    return paths
  }

  static func trimmed(_ path: String) -> String {
    var path = path
    while path.utf8.count > 1, path.utf8.last == UInt8(ascii: "/") { path.removeLast() }
    return path
  }

  /// The last part of a path.
  static func name(of path: String) -> String { RolloverReport.name(of: path) }

  /// Throws `usage` for a new folder whose name nobody can type: the next commands name it. A name that is not UTF-8 arrives here
  /// with U+FFFD in it, and would be that of another folder.
  static func requireTypeable(_ path: String) throws(CommandError) {
    let isTypeable = path.unicodeScalars.allSatisfy { scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: false
      default: scalar != "\u{FFFD}"
      }
    }
    if !isTypeable { throw .usage("the name of a new folder has a character that cannot be typed: \(naming: path)") }
  }

  /// Makes a folder for its owner alone, unless it is there.
  static func makeFolder(_ path: String) throws(SystemError) {
    if ContainedFile.isFolder(path) { return }
    do throws(SystemReason) { try OutputFolder.makeEmpty(at: trimmed(path)) } catch {
      throw SystemError(.outputUnwritable, "\(naming: path) cannot be made: \(error)")
    }
  }
}
