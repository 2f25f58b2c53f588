import Encodings
import Entra
import JSON
public import Messages
import Signing
import System
public import Tokens

/// What came back from elsewhere, by the place that it lies in.
public enum RolloverReturn: Sendable, Hashable {
  /// A package that was sent from here.
  case package(String)
  /// A finished request, as it was made by itself and sent by hand: its folder holds the answer.
  case request(String)
  /// A file: what was listed, a report of sign-ins, or a certificate.
  case file(String)

  /// Where it lies.
  public var path: String {
    switch self {
    case .package(let path), .request(let path), .file(let path): path
    }
  }

  /// What lies at a path: of a folder of packages, each.
  ///
  /// Throws `evidence-unknown` for a folder that is none of these.
  public static func found(at path: String) throws(RolloverError) -> [RolloverReturn] {
    guard ContainedFile.isFolder(path) else { return [.file(path)] }
    if let one = folder(path) { return [one] }
    let inner = (ContainedFile.names(in: path) ?? []).compactMap { folder("\(path)/\($0)") }
    if inner.isEmpty {
      throw RolloverError(
        .evidenceUnknown, "\(naming: path) is neither a package nor a folder of packages nor a finished request",
        hint: "give the folder that was sent, as a whole")
    }
    return inner
  }

  private static func folder(_ path: String) -> RolloverReturn? {
    let names = ContainedFile.names(in: path) ?? []
    if names.contains(PackageSteps.fileName) { return .package(path) }
    return names.contains(PackagedRequest.configurationName) ? .request(path) : nil
  }
}

extension RolloverFolder {
  /// Takes in one thing that came back.
  ///
  /// Empty if nothing of it was new. Throws `evidence-unknown` for what is not of this rollover, `package-differs`, and what
  /// reading it throws.
  public mutating func record(
    _ returned: RolloverReturn, isMeant: Bool = true, at time: NumericDate, with toolkit: Toolkit
  ) throws(RolloverError) -> [RecordedAnswer] {
    switch returned {
    case .package(let path): return try recordPackage(from: path, at: time)
    case .request(let path): return try recordRequest(from: path, at: time, with: toolkit)
    case .file(let path):
      let bytes = try RolloverError.passing { () throws(SystemError) in
        try SecretBytes.contents(ofFile: path, limit: JSONLimits.savedListing.byteCount).withBytes {
          [UInt8](copying: $0)
        }
      }
      if let signIns = try recordSignIns(bytes, of: path, at: time) { return [signIns] }
      if Self.isAnswer(bytes) { return [try recordList(bytes, isMeant: isMeant, at: time)] }
      let certificates = try RolloverError.passing { () throws(KeyError) in
        try toolkit.certificates(in: bytes.span, of: path)
      }
      let leaf = certificates.first { $0.publicKey.sha256Fingerprint == plan.new.publicKeySHA256 }
      guard let certificate = leaf ?? certificates.first else { return [] }
      try record(certificate, at: time)
      return []
    }
  }

  /// True for JSON, and for an answer with its headers.
  private static func isAnswer(_ bytes: [UInt8]) -> Bool {
    if bytes.starts(with: "HTTP/".utf8) { return true }
    let first = bytes.drop { ASCII.isWhiteSpace($0) || [0xEF, 0xBB, 0xBF].contains($0) }.first
    return first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
  }

  /// Takes in a request that was made by itself: its token must be by one of the two keys, and for this object and client.
  private mutating func recordRequest(
    from folder: String, at time: NumericDate, with toolkit: Toolkit
  ) throws(RolloverError) -> [RecordedAnswer] {
    let received = try RolloverError.passing { () throws(SystemError) in try ReceivedRequest(at: folder) }
    guard let address = received.address else { throw Self.unknown(folder, "posts to no address that keyroll writes") }
    guard let answer = try Self.returnedFile([CurlConfiguration.answerName], in: folder), !answer.isEmpty else {
      throw Self.unknown(folder, "has no \(CurlConfiguration.answerName): it was not sent yet")
    }
    let token = try RolloverError.passing { () throws(RequestError) in try received.request(to: address).body.token }
    let claims = try? UnverifiedToken(Array(token.text.utf8).span).claims.get()
    let start = claims.flatMap { TokenWindow($0).start } ?? time
    var check = CheckRequest(toolkit)
    for certificate in [certificates.old, certificates.new].compactMap(\.self) {
      guard let verifier = try? toolkit.cryptography.verifier(for: certificate.publicKey) else { continue }
      check.keys.append(TrustedKey(verifier, certificate: certificate))
    }
    check.algorithms = [.ps256, .rs256]
    check.expected = RequestExpectation(hosts: .cloud(plan.object.cloud))
    if case .graph = address { check.expected.objectID = plan.object.objectID }
    // When it was sent, not now.
    let report = check.report(on: received, at: start)
    if let failed = report.failedChecks.first ?? report.token?.failedChecks.first {
      throw Self.unknown(folder, "is not one of this rollover: \(failed.finding?.message ?? failed.id)")
    }
    guard report.isAccepted, let signing = report.values?.signingCertificate else {
      throw Self.unknown(folder, "is by neither of the two keys")
    }
    let role: RolloverKeyRole = signing == certificates.old ? .old : .new
    let action = try action(of: address, by: role, issuer: claims?["iss"]?.string, report.values, folder)
    let evidence = try RolloverEvidence(
      answer.span, to: action, by: role, removing: report.values?.keyID, certificates, cryptography: cryptography)
    guard try note(evidence, answer, as: "request-\(action.rawValue)", of: nil, at: time) else { return [] }
    return [RecordedAnswer(package: nil, request: RolloverReport.name(of: folder), action: action, evidence: evidence)]
  }

  private func action(
    of address: RequestAddress, by role: RolloverKeyRole, issuer: ExactText?, _ values: RequestValues?, _ folder: String
  ) throws(RolloverError) -> PackageAction {
    switch address {
    case .token:
      guard let issuer, issuer.isSameGUID(as: plan.object.clientID) else {
        throw Self.unknown(folder, "is of another client than \(plan.object.clientID)")
      }
      return role == .new ? .attempt : .token
    case .graph(let graph):
      switch graph.action {
      case .addKey:
        guard let added = values?.newCertificate, added == certificates.new else {
          throw Self.unknown(folder, "adds another certificate than the new one of this rollover")
        }
        return .addKey
      case .removeKey: return .removeKey
      @unknown default: throw Self.unknown(folder, "is of a kind that rollovers do not have")
      }
    }
  }

  private static func unknown(_ folder: String, _ problem: String) -> RolloverError {
    RolloverError(
      .evidenceUnknown, "\(naming: folder) \(problem)",
      hint: "record what belongs to this rollover, or save a list of what is registered and record that")
  }
}

/// Takes what came back to the rollovers that it belongs to, wherever it lies.
public struct RolloverReturns {
  /// What became of one thing.
  public struct Taken: Sendable {
    /// What was taken in.
    public let returned: RolloverReturn
    /// The folder of its rollover; nil if it is of none of them.
    public let rollover: String?
    /// The answers in it, or why it could not be taken in.
    public let result: Result<[RecordedAnswer], RolloverError>
    /// What of it cannot be read, and was passed over.
    public var unread: [RolloverError] = []
  }

  /// A thing is tried on the rollover of the same name first, and then on the others.
  public static func take(
    _ returns: [RolloverReturn], to paths: [String], at time: NumericDate, with toolkit: Toolkit
  ) -> [Taken] {
    returns.map { returned in
      let name = RolloverReport.name(of: returned.path)
      let first = paths.filter { RolloverReport.name(of: $0).utf8.elementsEqual(name.utf8) }
      // One rollover that cannot take it hinders none of the others, to which it may belong.
      var errors: [(path: String, error: RolloverError)] = []
      for path in first + paths.filter({ !first.contains($0) }) {
        do throws(RolloverError) {
          var folder = try RolloverFolder(at: path, for: .changing, cryptography: toolkit.cryptography)
          let answers = try folder.record(returned, isMeant: paths.count == 1, at: time, with: toolkit)
          return Taken(returned: returned, rollover: path, result: .success(answers), unread: folder.unread)
        } catch {
          errors.append((path, error))
        }
      }
      // That of the rollover that has its name, or else of one that it may belong to.
      let serious = errors.filter { paths.count == 1 || $0.error.code != .evidenceUnknown }
      if let (path, error) = serious.first(where: { first.contains($0.path) }) ?? serious.first {
        return Taken(returned: returned, rollover: path, result: .failure(error))
      }
      let unknown = RolloverError(
        .evidenceUnknown, "\(naming: returned.path) is of none of these \(paths.count) rollovers")
      return Taken(returned: returned, rollover: nil, result: .failure(unknown))
    }
  }
}
