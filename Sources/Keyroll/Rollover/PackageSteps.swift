public import Encodings
public import Tokens

/// Ten minutes in which a token can be sent.
public struct SendWindow: Sendable, Hashable {
  /// The first second in which the request can be sent.
  public let start: NumericDate
  /// The first second at which it is too late.
  public let end: NumericDate

  /// As long as a proof may live at most.
  public static let length = TimeSpan.minutes(10)
  /// The most windows of one package: a day and a night.
  public static let most = 144

  /// Ten minutes from this second on.
  public init(from start: NumericDate) {
    self.start = start
    end = start + Self.length
  }

  /// So many, one after the other.
  public static func row(of count: Int, from start: NumericDate) -> [SendWindow] {
    (0..<max(1, min(count, most))).map { SendWindow(from: start + TimeSpan(seconds: length.seconds * Int64($0))) }
  }
}

/// The file `steps` of a package: a line for each request, in the order in which `run.sh` sends them.
///
/// The columns are the action, the folder of the request, the seconds since 1970 from and until when it can be sent, the same
/// start for people, and for some actions what its answer must show:
///
///     token token-1 1795975200 1795975800 2026-11-30T14:00:00Z - - -
///     list list-1 0 0 - both 9a0b1c2d-… 1f2e3d4c-…
///     end send-2 0 0 - gone 0b5f2f6e-… -
///
/// The last says what must have been seen, and names the package and its object, so that no two files are the same; without it
/// the script does nothing. Of lines with the same action that follow each other, the first whose window is open is sent; of `try`, all of that window.
public struct PackageSteps: Sendable, Hashable {
  /// What a list must show, or what is looked for in it.
  @nonexhaustive
  public enum Look: Sendable, Hashable {
    /// The answer is not looked at.
    case nothing
    /// Where an entry has one of these, nothing is added: it is there already.
    case absent(String, String)
    /// Both key ids must be there, or nothing is removed; where `mayBeUnlisted`, a 403 does not stop it.
    case both(ExactText, ExactText, mayBeUnlisted: Bool)
    /// Says whether the key id is gone.
    case gone(ExactText)
  }

  /// One request of the package: when to send it, and what its answer must show.
  public struct Step: Sendable, Hashable {
    /// What the request does.
    public let action: PackageAction
    /// The name of its folder.
    public let folder: String
    /// Nil if its request has no proof or assertion.
    public let window: SendWindow?
    /// What the answer must show before the package goes on.
    public let look: Look

    public init(_ action: PackageAction, _ folder: String, _ window: SendWindow? = nil, _ look: Look = .nothing) {
      self.action = action
      self.folder = folder
      self.window = window
      self.look = look
    }
  }

  /// The name of the file in a package.
  public static let fileName = "steps"
  /// The name of the package, and the object id: they tell it from the packages of all other rollovers.
  public let package: String
  /// The object of the rollover, by its id.
  public let objectID: ExactText
  /// The requests, in the order in which they are sent.
  public let steps: [Step]
  /// True if it tries the new key, and fails as long as that is not accepted.
  public var tries: Bool { steps.contains { $0.action == .attempt } }

  public init(_ steps: [Step], of package: String, for objectID: ExactText) {
    self.steps = steps
    self.package = package
    self.objectID = objectID
  }

  /// The file: a line of eight columns for each step, and a last line.
  public var text: String {
    steps.map(Self.line).joined() + "end \(package) 0 0 - \(goal) \(objectID) -\n"
  }

  /// What the script must have seen in the end.
  private var goal: String { tries ? "try" : steps.contains { $0.action == .removeKey } ? "gone" : "listed" }

  private static func line(_ step: Step) -> String {
    let (from, until) = (step.window?.start.seconds ?? 0, step.window?.end.seconds ?? 0)
    let opens = step.window.map { "\($0.start)" } ?? "-"
    let look =
      switch step.look {
      case .nothing: "- - -"
      case .absent(let one, let two): "absent \(one) \(two)"
      case .both(let one, let two, let mayBeUnlisted): "both\(mayBeUnlisted ? "-if-listed" : "") \(one) \(two)"
      case .gone(let id): "gone \(id) \(id)"
      }
    return "\(step.action.rawValue) \(step.folder) \(from) \(until) \(opens) \(look)\n"
  }
}

extension PackageSteps {
  /// What a package is for, read from its own `steps`: for one that was written and not noted, because the machine stopped just
  /// then. Nil for anything that is not written here.
  ///
  /// - Parameter oldKeyID: tells a removal of the old key from one of the new key.
  static func packed(_ text: [UInt8], oldKeyID: ExactText?) -> RolloverEvent.Packed? {
    var windows: [PackageAction: (start: Int64, end: Int64)] = [:]
    var removed: ExactText?
    var isWhole = false
    for line in text.split(separator: UInt8(ascii: "\n")) {
      guard let step = SentStep(Array(line)) else { return nil }
      guard let action = step.action else {
        isWhole = true
        break
      }
      if let gone = step.gone { removed = ExactText(gone) }
      if step.until == 0 { continue }
      let known = windows[action] ?? (step.from, step.until)
      windows[action] = (min(known.start, step.from), max(known.end, step.until))
    }
    guard isWhole else { return nil }
    if let tokens = windows[.token] {
      let kind: PackageKind =
        windows[.removeKey] == nil
        ? windows[.addKey] == nil ? .list : .add
        : removed.map { oldKeyID?.isSameGUID(as: $0) ?? true } ?? true ? .remove : .undo
      return RolloverEvent.Packed(
        kind: kind, opens: NumericDate(seconds: tokens.start), closes: NumericDate(seconds: tokens.end), keyID: removed)
    }
    guard let tries = windows[.attempt] else { return nil }
    // They have one window more than the package.
    return RolloverEvent.Packed(
      kind: .attempt, opens: NumericDate(seconds: tries.start),
      closes: NumericDate(seconds: tries.end) - SendWindow.length)
  }
}

extension PackageSteps {
  /// A line of the file as it is read back.
  struct SentStep {
    /// Nil for the line that ends the file.
    let action: PackageAction?
    let folder: String
    let from: Int64
    let until: Int64
    /// The key id that must be gone, if the line says that one must.
    let gone: String?

    /// What the request must be: a try is a request for a token.
    var kind: String { (action == .attempt ? .token : action)?.rawValue ?? "end" }

    init?(_ line: [UInt8]) {
      guard let text = String(validating: line, as: UTF8.self) else { return nil }
      let columns = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
      guard columns.count == 8, let from = Int64(columns[2]), let until = Int64(columns[3]) else { return nil }
      action = PackageAction(rawValue: columns[0])
      guard action != nil || columns[0] == "end" else { return nil }
      folder = columns[1]
      gone = action != nil && columns[5] == "gone" ? columns[6] : nil
      (self.from, self.until) = (from, until)
    }
  }
}
