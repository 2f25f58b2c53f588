import Encodings
public import Entra
public import JSON
public import Tokens

/// The findings about a package before it is sent: its own checks, and those of each request in it.
public struct PackageReport: Sendable {
  /// The name of the package, as the caller gave it.
  public let name: String
  /// The time that it was judged for.
  public let time: NumericDate
  /// The checks of the package as a whole.
  public let checks: [Check]
  /// The requests in it, in the order in which they are sent.
  public let requests: [Request]

  /// The state of one request at that time.
  @nonexhaustive
  public enum State: Sendable, Hashable {
    /// It can be sent now.
    case open
    /// It can be sent from then on.
    case later(NumericDate)
    /// It was right, but can no longer be sent.
    case closed(NumericDate)
    /// It needs no token of its own, and can be sent at any time.
    case untimed
    /// A check failed, or its token was not accepted: it must not be sent.
    case rejected
  }

  /// One request of the package.
  public struct Request: Sendable {
    /// The name of its folder.
    public let folder: String
    /// The findings about it.
    public let state: State
    let subject: Subject
    /// When it can be sent, by its own token.
    public let window: TokenWindow?

    enum Subject: Sendable {
      case request(RequestReport)
      /// A list, or a request that cannot be read: it has only one check.
      case list(Check)
    }

    init(folder: String, state: State, subject: Subject, window: TokenWindow? = nil) {
      self.folder = folder
      self.state = state
      self.subject = subject
      self.window = window
    }

    /// The report on it; nil for a list.
    public var report: RequestReport? { if case .request(let report) = subject { report } else { nil } }
    /// The checks of the report, or the one of a list.
    public var checks: [Check] {
      switch subject {
      case .request(let report): report.checks
      case .list(let check): [check]
      }
    }

    /// What it asks for: `token`, `add-key`, `remove-key` or `list`; nil if that is not known.
    public var kind: String? {
      switch subject {
      case .request(let report): report.address?.requestName
      case .list(let check): check.id == PackageAction.list.rawValue ? check.id : nil
      }
    }

    /// The folder without its numbers. Of one row, a single request is sent.
    var row: String {
      let name = folder.split(separator: "-").filter { part in !part.utf8.allSatisfy(ASCII.isDigit) }
      return name.joined(separator: "-")
    }

    /// Nil for a request that names none.
    var objectID: ExactText? {
      switch subject {
      case .request(let report): report.values?.objectID
      case .list(let check): check.found?.string
      }
    }

    /// The parts that must be the same in a row, as text.
    var values: String {
      switch subject {
      case .request(let report): report.values.map { JSONWriter.text(.object($0.json)) } ?? ""
      case .list(let check): check.found?.string?.text ?? ""
      }
    }
  }

  /// The version of the JSON form; it goes up if a member changes its meaning or is removed.
  public static let jsonVersion: Int64 = 1

  /// In an accepted package, at least one request of each row can be sent, now or later.
  public var verdict: RequestReport.Verdict {
    let isRejected = requests.contains { $0.state == .rejected }
    if isRejected || checks.contains(where: { $0.status == .failed }) { return .rejected }
    let isOpen = requests.contains { $0.state == .open }
    let isTimed = requests.contains { $0.state != .untimed }
    return isOpen || !isTimed ? .accepted : .notYetValid
  }

  /// True if it may be sent, now or when a window opens.
  public var isAccepted: Bool { verdict != .rejected }

  /// When the first window opens; nil if one is open, or none will be.
  public var opening: NumericDate? {
    if verdict != .notYetValid { return nil }
    return requests.compactMap { if case .later(let start) = $0.state { start } else { nil } }.min()
  }

  /// `version`, `package`, `accepted`, `verdict`, `at`, `checks`, and `requests`, each with `folder`, `state`, and if
  /// they are known `from` and `until`, and `report` as for a single request, or `checks`.
  public var json: JSONObject {
    [
      "version": .integer(Self.jsonVersion), "package": .string(ExactText(name)), "accepted": .boolean(isAccepted),
      "verdict": .string(ExactText(verdict.rawValue)), "at": .string(ExactText(time.description)),
      "checks": .array(checks.map { .object($0.json) }), "requests": .array(requests.map { .object($0.json) }),
    ]
  }
}

extension PackageReport.State {
  /// Its name for programs.
  public var name: String {
    switch self {
    case .open: "open"
    case .later: "later"
    case .closed: "closed"
    case .untimed: "untimed"
    case .rejected: "rejected"
    }
  }
}

extension PackageReport.Request {
  var json: JSONObject {
    var object: JSONObject = ["folder": .string(ExactText(folder)), "state": .string(ExactText(state.name))]
    object["from"] = window?.start.map { .string(ExactText($0.description)) }
    object["until"] = window?.end.map { .string(ExactText($0.description)) }
    switch subject {
    case .request(let report): object["report"] = .object(report.json)
    case .list(let check): object["checks"] = .array([.object(check.json)])
    }
    return object
  }
}
