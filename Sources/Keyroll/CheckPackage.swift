import Encodings
import Entra
import Messages
import Signing
public import Tokens

/// Judges every request of a package before it is sent, and the files that send them.
///
/// Each request is judged by itself, and the caller's expectations are compared if they apply. In a row of windows,
/// one that is open now or later is enough.
public struct CheckPackage: Sendable {
  private let check: CheckRequest

  /// Takes the same expectations as a check of one request.
  public init(_ check: CheckRequest) { self.check = check }

  /// Judges for that time, or for the start of a token that becomes valid later. A request that can no longer be sent
  /// is judged for the start of its window.
  public func report(on package: ReceivedPackage, at time: NumericDate) -> PackageReport {
    let requests = package.requests.map { judge($0.content, in: $0.folder, at: time) }
    var checks: [Check] = []
    if package.isSentByScript {
      checks.append(Self.script(package))
      checks.append(Self.steps(package, requests))
    }
    checks.append(alike(requests))
    checks.append(contentsOf: [unused(requests), Self.windows(requests, at: time)].compactMap(\.self))
    checks.append(Self.others(package))
    return PackageReport(name: package.name, time: time, checks: checks, requests: requests)
  }

  // MARK: Each request

  private func judge(
    _ content: ReceivedPackage.Request, in folder: String, at time: NumericDate
  ) -> PackageReport.Request {
    switch content {
    case .unreadable(let error):
      let check = Check.failed(
        "configuration-file", RequestError(.fileMissing, error.message, hint: error.hint))
      return .init(folder: folder, state: .rejected, subject: .list(check))
    case .list(let configuration, let others):
      let check = list(configuration, others: others)
      return .init(folder: folder, state: check.status == .failed ? .rejected : .untimed, subject: .list(check))
    case .request(let received):
      return judge(received, in: folder, at: time)
    }
  }

  private func judge(_ received: ReceivedRequest, in folder: String, at time: NumericDate) -> PackageReport.Request {
    let check = fitting(received.address)
    let report = check.report(on: received, at: time)
    let window = Self.window(of: received)
    if report.isAccepted {
      let state: PackageReport.State = report.opening.map { .later($0) } ?? .open
      return .init(folder: folder, state: state, subject: .request(report), window: window)
    }
    if let start = window?.start, let end = window?.end, end <= time {
      let earlier = check.report(on: received, at: start)
      if earlier.isAccepted {
        return .init(folder: folder, state: .closed(end), subject: .request(earlier), window: window)
      }
    }
    return .init(folder: folder, state: .rejected, subject: .request(report), window: window)
  }

  private static func window(of received: ReceivedRequest) -> TokenWindow? {
    guard let address = received.address else { return nil }
    do throws(RequestError) {
      let request = try received.request(to: address)
      return (try? UnverifiedToken(Array(request.body.token.text.utf8).span))?.window
    } catch {
      return nil
    }
  }

  /// With the expectations for a request of this kind, and without those for other kinds.
  private func fitting(_ address: RequestAddress?) -> CheckRequest {
    var check = check
    let action: GraphAddress.Action? = if case .graph(let graph) = address { graph.action } else { nil }
    if action != .addKey {
      check.expected.newCertificate = nil
      check.maximumLifetime = nil
    }
    if action != .removeKey { check.expected.keyID = nil }
    if case .graph(let graph) = address {
      check.expected.scope = nil
      if graph.appID == nil { check.expected.applicationID = nil }
      if case .named(_, let host) = check.expected.hosts {
        check.expected.hosts = host.map { .named(login: nil, graph: $0) }
      }
    } else {
      check.expected.objectID = nil
      check.expected.applicationID = nil
      check.registered = nil
    }
    return check
  }

  private func list(_ configuration: [UInt8], others: [String]) -> Check {
    let id = "list"
    guard let object = ListedPlace(in: configuration),
      PackagedRequest.list(object) == PackagedRequest([(PackagedRequest.configurationName, configuration)])
    else {
      return .failed(
        id,
        RequestError(
          .configurationAltered, "\(PackagedRequest.configurationName) is not what keyroll writes for a list",
          hint: "do not send it; make the package again"))
    }
    let hosts: [String] =
      switch check.expected.hosts {
      case .cloud(let cloud): [cloud.graphHost]
      case .named(_, let graph?): [graph]
      default: Cloud.allCases.map(\.graphHost)
      }
    if !hosts.contains(where: { ASCII.isEqualIgnoringCase($0, object.host) }) {
      return .failed(
        id,
        RequestError(.hostMismatch, "the list is requested from \(naming: object.host), which is not an expected host"))
    }
    if let expected = check.expected.objectID, !ASCII.isEqualIgnoringCase(expected.text, object.objectID.text) {
      return .failed(
        id,
        RequestError(
          .objectMismatch,
          "the list is for \(naming: object.objectID), and the expected object id is \(naming: expected)"
        ))
    }
    if let other = others.first {
      return .warning(id, RequestError(.fileUnexpected, "a list does not have the file \(naming: other)"))
    }
    return .passed(id, found: object.objectID.text)
  }
}

// MARK: The package

extension CheckPackage {
  private static func script(_ package: ReceivedPackage) -> Check {
    let id = "script"
    guard let script = package.files[RunScript.fileName] else {
      return .failed(id, RequestError(.fileMissing, "\(naming: package.name) has no \(RunScript.fileName)"))
    }
    if script == Array(RunScript.text.utf8) { return .passed(id) }
    return .failed(
      id,
      RequestError(
        .fileDiffers, "\(RunScript.fileName) is not the one that keyroll writes into every package",
        hint: "do not run it; make the package again"))
  }

  /// `run.sh` follows this file, so it must match the requests.
  private static func steps(_ package: ReceivedPackage, _ requests: [PackageReport.Request]) -> Check {
    let id = "steps"
    func differs(_ what: String) -> Check {
      .failed(
        id,
        RequestError(
          .fileDiffers, "\(PackageSteps.fileName): \(what)", hint: "do not send it; make the package again"))
    }
    guard let text = package.files[PackageSteps.fileName] else {
      return .failed(id, RequestError(.fileMissing, "\(naming: package.name) has no \(PackageSteps.fileName)"))
    }
    var named: [String] = []
    var isWhole = false
    for (index, line) in text.split(separator: UInt8(ascii: "\n")).enumerated() {
      guard let step = PackageSteps.SentStep(Array(line)) else {
        return differs("line \(index + 1) is not one of a step")
      }
      if step.action == nil {
        isWhole = true
        break
      }
      let folder = step.folder
      guard let request = requests.first(where: { $0.folder.utf8.elementsEqual(folder.utf8) }) else {
        return differs("line \(index + 1) names the folder \(naming: folder), which is not there")
      }
      if let kind = request.kind, kind != step.kind {
        return differs("line \(index + 1) calls \(naming: folder) \(step.kind), but it is a request \(kind)")
      }
      if let window = request.window, window.start?.seconds != step.from || window.end?.seconds != step.until {
        return differs("line \(index + 1) has other times than the token in \(naming: folder)")
      }
      named.append(folder)
    }
    if !isWhole { return differs("the last line is missing, without which nothing is sent") }
    if let other = requests.first(where: { !named.contains($0.folder) }) {
      return differs("no line names the folder \(naming: other.folder)")
    }
    return .passed(id)
  }

  /// The requests of a row differ only in their tokens, and all are for one object.
  private func alike(_ requests: [PackageReport.Request]) -> Check {
    var first: [String: PackageReport.Request] = [:]
    var object: (id: ExactText, folder: String)?
    for request in requests where request.state != .rejected {
      if let id = request.objectID {
        let known = object ?? (id, request.folder)
        object = known
        if !ASCII.isEqualIgnoringCase(id.text, known.id.text) {
          return .failed(
            "alike",
            RequestError(
              .requestMismatch, "\(naming: request.folder) is for another object than \(naming: known.folder)",
              hint: "do not send it: a package is for one object"))
        }
      }
      guard let other = first[request.row] else {
        first[request.row] = request
        continue
      }
      if request.values == other.values { continue }
      return .failed(
        "alike",
        RequestError(
          .requestMismatch, "\(naming: request.folder) asks for something else than \(naming: other.folder)",
          hint: "do not send it: in a row of windows only the tokens differ"))
    }
    return .passed("alike")
  }

  /// A comparison that somebody asked for must not be silently skipped.
  private func unused(_ requests: [PackageReport.Request]) -> Check? {
    let kinds = Set(requests.compactMap(\.kind))
    let expected = check.expected
    let changes: Set = ["add-key", "remove-key"]
    let hasApplicationID = requests.contains { request in
      if case .graph(let address) = request.report?.address { address.appID != nil } else { false }
    }
    let missing: [(isAsked: Bool, isThere: Bool, what: String)] = [
      (expected.newCertificate != nil, kinds.contains("add-key"), "a new certificate"),
      (check.maximumLifetime != nil, kinds.contains("add-key"), "a new certificate with a lifetime"),
      (expected.keyID != nil, kinds.contains("remove-key"), "a keyId"),
      (expected.objectID != nil, !kinds.isDisjoint(with: changes.union(["list"])), "an object"),
      (expected.applicationID != nil, hasApplicationID, "an address by application id"),
      (check.registered != nil, !kinds.isDisjoint(with: changes), "an object with keyCredentials"),
      (expected.scope != nil, kinds.contains("token"), "a scope"),
    ]
    guard let first = missing.first(where: { $0.isAsked && !$0.isThere }) else { return nil }
    return .failed(
      "expected",
      RequestError(
        .requestMismatch, "\(first.what) is expected, and no request of the package has one",
        hint: "is it the package that you mean?"))
  }

  /// Of each row, one request must be open now or later.
  private static func windows(_ requests: [PackageReport.Request], at time: NumericDate) -> Check? {
    var last: [String: NumericDate] = [:]
    var rows: [String] = []
    for request in requests {
      guard request.state != .untimed, request.state != .rejected else { continue }
      if !rows.contains(request.row) { rows.append(request.row) }
      if let end = request.window?.end { last[request.row] = max(last[request.row] ?? end, end) }
    }
    for row in rows {
      guard let end = last[row], end <= time else { continue }
      return .failed(
        "windows",
        RequestError(
          .tokenRejected, "the last window of \(row) closed at \(end), \(time - end) ago", hint: "make it again"))
    }
    return rows.isEmpty ? nil : .passed("windows")
  }

  private static func others(_ package: ReceivedPackage) -> Check {
    let (names, isComplete) = package.others
    if names.isEmpty && isComplete { return .passed("other-files") }
    let list = names.prefix(10).map { "\(naming: $0)" } + (names.count > 10 ? ["\(names.count - 10) more"] : [])
    return .warning(
      "other-files",
      RequestError(
        .fileUnexpected,
        "\(naming: package.name) contains entries that do not belong to a package: \(list.joined(separator: ", "))"
          + (isComplete ? "" : ", and more that was not looked at")))
  }
}
