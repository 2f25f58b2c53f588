public import Encodings
public import Signing
public import Tokens
import Entra

/// What goes to the connected machine and comes back: the requests of some steps, the script that sends them, and words about
/// them for whoever carries it.
///
/// It is a value: a folder writes it, and keeps the copy with which what comes back is compared.
public struct RolloverPackage: Sendable {
  /// The name of its folder, such as `send-1`.
  public let name: String
  /// What the package does.
  public let kind: PackageKind
  /// When it can be sent, in order; never empty.
  public let windows: [SendWindow]
  /// What `run.sh` does with it.
  public let steps: PackageSteps
  /// The key id that it removes.
  public let keyID: ExactText?
  /// Every file by its path in the package, such as `token-1/request.curl`; folders first appear with their files.
  public let files: [(path: String, bytes: [UInt8])]

  /// From when on and until when it can be sent; the tries have one window more.
  public var opens: NumericDate { windows[0].start }
  /// The end of its last window.
  public var closes: NumericDate { windows[windows.count - 1].end }

  /// The line of the journal for it.
  public func event(at time: NumericDate) -> RolloverEvent {
    RolloverEvent(
      .packed(.init(kind: kind, opens: opens, closes: closes, keyID: keyID)), at: time, package: ExactText(name))
  }

  /// Adds the new certificate: a token by the old key, a list, addKey, two tries by the new key in each window and in the one
  /// that follows, a list.
  public static func add(
    _ certificate: Certificate, named name: String, of plan: RolloverPlan, in windows: [SendWindow],
    by requests: some RolloverRequests
  ) throws(RolloverError) -> RolloverPackage {
    let forms = KeyCredentialForms(certificate)
    var parts = Parts()
    for (number, window) in windows.numbered {
      try parts.add(.token, number, window) { () throws(RolloverError) in
        try requests.token(by: .old, of: plan, in: window)
      }
    }
    parts.list(plan, look: .absent(forms.thumbprint, forms.customKeyIdentifierBase64))
    for (number, window) in windows.numbered {
      try parts.add(.addKey, number, window) { () throws(RolloverError) in try requests.addKey(of: plan, in: window) }
    }
    try parts.tries(plan, windows, requests)
    parts.list(plan)
    return RolloverPackage(name, .add, plan, windows, parts)
  }

  /// Tries the new key, whose token also serves for a list.
  public static func attempt(
    named name: String, of plan: RolloverPlan, in windows: [SendWindow],
    by requests: some RolloverRequests
  ) throws(RolloverError) -> RolloverPackage {
    var parts = Parts()
    try parts.tries(plan, windows, requests)
    parts.list(plan)
    return RolloverPackage(name, .attempt, plan, windows, parts)
  }

  /// Lists what is registered by a token of the old key, for when the new one is registered no more.
  public static func listing(
    named name: String, of plan: RolloverPlan, in windows: [SendWindow], by requests: some RolloverRequests
  ) throws(RolloverError) -> RolloverPackage {
    var parts = Parts()
    for (number, window) in windows.numbered {
      try parts.add(.token, number, window) { () throws(RolloverError) in
        try requests.token(by: .old, of: plan, in: window)
      }
    }
    parts.list(plan)
    return RolloverPackage(name, .list, plan, windows, parts)
  }

  /// Removes a key, which takes a permit: a token by the key that stays, a list that shows both, removeKey, a list.
  public static func removal(
    _ permit: RemovalPermit, named name: String, of plan: RolloverPlan, in windows: [SendWindow],
    by requests: some RolloverRequests
  ) throws(RolloverError) -> RolloverPackage {
    var parts = Parts()
    for (number, window) in windows.numbered {
      try parts.add(.token, number, window) { () throws(RolloverError) in
        try requests.token(by: permit.signer, of: plan, in: window)
      }
    }
    parts.list(plan, look: .both(permit.remainingKeyID, permit.keyID, mayBeUnlisted: permit.mayBeUnlisted))
    for (number, window) in windows.numbered {
      try parts.add(.removeKey, number, window) { () throws(RolloverError) in
        try requests.removeKey(permit, of: plan, in: window)
      }
    }
    parts.list(plan, look: .gone(permit.keyID))
    return RolloverPackage(name, permit.kind, plan, windows, parts, keyID: permit.keyID)
  }

  private init(
    _ name: String, _ kind: PackageKind, _ plan: RolloverPlan, _ windows: [SendWindow], _ parts: Parts,
    keyID: ExactText? = nil
  ) {
    self.name = name
    self.kind = kind
    self.windows = windows
    self.keyID = keyID
    steps = PackageSteps(parts.steps, of: name, for: plan.object.objectID)
    let readme = PackageReadme(kind, name, plan, windows, keyID: keyID)
    files =
      [
        (PackageReadme.fileName, Array(readme.text.utf8)), (RunScript.fileName, Array(RunScript.text.utf8)),
        (PackageSteps.fileName, Array(steps.text.utf8)),
      ] + parts.files
  }

  /// The requests as they are made, one after the other.
  private struct Parts {
    var steps: [PackageSteps.Step] = []
    var files: [(path: String, bytes: [UInt8])] = []
    private var lists = 0

    mutating func add(
      _ action: PackageAction, _ number: String, _ window: SendWindow?, _ look: PackageSteps.Look = .nothing,
      request: () throws(RolloverError) -> PackagedRequest
    ) throws(RolloverError) {
      let folder = "\(action.rawValue)-\(number)"
      steps.append(.init(action, folder, window, look))
      files += try request().files.map { ("\(folder)/\($0.name)", $0.bytes) }
    }

    mutating func list(_ plan: RolloverPlan, look: PackageSteps.Look = .nothing) {
      lists += 1
      let folder = "\(PackageAction.list.rawValue)-\(lists)"
      steps.append(.init(.list, folder, nil, look))
      files += PackagedRequest.list(of: plan.object).files.map { ("\(folder)/\($0.name)", $0.bytes) }
    }

    /// Two in each window and in the one that follows the last: a new key is often refused for some minutes.
    mutating func tries(
      _ plan: RolloverPlan, _ windows: [SendWindow], _ requests: some RolloverRequests
    ) throws(RolloverError) {
      let following = windows.last.map { [SendWindow(from: $0.end)] } ?? []
      for (number, window) in (windows + following).numbered {
        for half in 1...2 {
          try add(.attempt, "\(number)-\(half)", window) { () throws(RolloverError) in
            try requests.token(by: .new, of: plan, in: window)
          }
        }
      }
    }
  }
}

extension Array where Element == SendWindow {
  fileprivate var numbered: [(String, SendWindow)] { enumerated().map { ("\($0 + 1)", $1) } }
}
