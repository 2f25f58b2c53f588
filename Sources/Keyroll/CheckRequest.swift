import Encodings
public import Entra
import Messages
public import Signing
import System
public import Tokens

/// Judges a request that was carried here before it is sent: its token, its body, its files and the time left.
///
/// A token does not bind the certificate, keyId, host or scope that goes with it: what the caller expects is compared. The
/// report says whether it can be sent now, once its window opens, or not at all (`RequestReport.Verdict`).
public struct CheckRequest: Sendable {
  /// Those that may have signed the token. Without any, the certificate in the folder is taken, which proves only that the two
  /// belong together.
  public var keys: [TrustedKey] = []
  /// What the caller knows of the request from elsewhere.
  public var expected = RequestExpectation()
  /// Algorithms that are allowed beside those of the profile.
  public var algorithms: [SignatureAlgorithm] = []
  /// The longest life of a new certificate; nil for no limit of the caller's.
  public var maximumLifetime: TimeSpan?
  /// What is registered on the object, in place of what is in the folder.
  public var registered: KeyCredentials?

  private let toolkit: Toolkit

  public init(_ toolkit: Toolkit) { self.toolkit = toolkit }

  /// Judges for that time, or for the start of a token that becomes valid later.
  public func report(on received: ReceivedRequest, at time: NumericDate) -> RequestReport {
    let configuration: ReceivedBytes
    do throws(RequestError) { configuration = try received.configuration() } catch {
      return Self.rejection("configuration-file", error, at: time)
    }
    guard let address = received.address else {
      if let listing = received.listing { return report(on: received, listing, configuration, at: time) }
      let error = RequestError(
        .addressMalformed, "\(naming: received.configurationName) does not go to an address that keyroll writes",
        hint: "make the request again")
      return Self.rejection("address", error, at: time)
    }
    let request: ServiceRequest
    do throws(RequestError) { request = try received.request(to: address) } catch {
      return Self.rejection("body", error, of: address, at: time)
    }
    let evidence = evidence(in: received, for: address)
    let report = verifier(by: evidence, at: time).verify(request, at: time)
    let folder = RequestFolder(
      request, newCertificate: report.values?.newCertificate, signingCertificate: report.values?.signingCertificate)
    let comparison = FileComparison(received: received, unreadable: evidence.unreadable)
    return report.preceded(by: comparison.checks(against: folder, configuration))
  }

  /// Of a request that lists what is registered, which has neither a token nor a body.
  private func report(
    on received: ReceivedRequest, _ listing: GraphListing, _ configuration: ReceivedBytes, at time: NumericDate
  ) -> RequestReport {
    var verifier = verifier(by: Evidence(registered: registered), at: time)
    verifier.registeredOrigin = .caller
    let comparison = FileComparison(received: received, unreadable: [:])
    return verifier.verify(listing, at: time)
      .preceded(by: comparison.checks(against: ListRequest(listing), configuration))
  }

  private static func rejection(
    _ id: String, _ error: RequestError, of address: RequestAddress? = nil, at time: NumericDate
  ) -> RequestReport {
    RequestReport(address: address, time: time, checks: [.failed(id, error)], token: nil)
  }

  private func verifier(by evidence: Evidence, at time: NumericDate) -> RequestVerifier {
    let toolkit = toolkit
    var verifier = RequestVerifier(keys: keys + evidence.keys, cryptography: toolkit.cryptography) {
      (pfx, password) throws(KeyError) in
      try toolkit.certificate(ofSentPFX: pfx, password, at: time)
    }
    verifier.keysOrigin = keys.isEmpty ? .request : .caller
    verifier.expected = expected
    verifier.algorithms = algorithms
    verifier.newCertificates = NewCertificatePolicy(
      registered: evidence.registered, maximumLifetime: maximumLifetime)
    // Whoever made it has decided; here it is said again.
    verifier.removal = RemovalPolicy(registered: evidence.registered, isForced: true)
    verifier.registeredOrigin = registered == nil ? .request : .caller
    return verifier
  }

  /// What is beside the request, in the place of what the caller did not give.
  private struct Evidence {
    var keys: [TrustedKey] = []
    var registered: KeyCredentials?
    /// The files that should hold it and do not, with what is wrong with each.
    var unreadable: [RequestFolder.File: RequestError] = [:]
  }

  private func evidence(in received: ReceivedRequest, for address: RequestAddress) -> Evidence {
    var evidence = Evidence(registered: registered)
    if keys.isEmpty {
      do throws(RequestError) { evidence.keys = try signingKeys(in: received, for: address) } catch {
        evidence.unreadable[.signingCertificate] = error
      }
    }
    if registered == nil {
      do throws(RequestError) {
        evidence.registered = try received.keyCredentials(for: address, toolkit.cryptography)
      } catch {
        evidence.unreadable[.keyCredentials] = error
      }
    }
    return evidence
  }

  private func signingKeys(
    in received: ReceivedRequest, for address: RequestAddress
  ) throws(RequestError) -> [TrustedKey] {
    let file = RequestFolder.File.signingCertificate
    guard let certificate = try received.certificate(file, for: address, toolkit.cryptography) else { return [] }
    do throws(KeyError) {
      return [TrustedKey(try toolkit.cryptography.verifier(for: certificate.publicKey), certificate: certificate)]
    } catch {
      throw RequestError(
        .fileDiffers, "\(file.name(for: address)) has a key that does not sign tokens: \(error.message)")
    }
  }
}

/// What was carried here, compared with what is written for the request that it is said to be.
private struct FileComparison {
  let received: ReceivedRequest
  /// Files whose contents are not what they should be, by what is wrong with them.
  let unreadable: [RequestFolder.File: RequestError]

  /// The most names that are listed.
  private static let mostListed = 10

  /// The bytes of a name that is not text, as far as they are shown.
  private static let mostShown = 16

  /// In an order that does not change.
  func checks(against folder: borrowing RequestFolder, _ configuration: ReceivedBytes) -> [Check] {
    received.isFolder
      ? files(against: folder) + [otherFiles(of: folder.address)] + surroundings
      : [singleFile(configuration, against: folder)] + surroundings
  }

  /// The same for a request that lists what is registered.
  func checks(against request: ListRequest, _ configuration: ReceivedBytes) -> [Check] {
    if !received.isFolder {
      let id = RequestFolder.File.configuration.checkID
      return [
        Self.comparison(
          id, configuration, request.singleFile(), named: received.configurationName, .configurationAltered)
      ] + surroundings
    }
    let files = RequestFolder.File.ofListing
    let comparisons = files.map { file -> Check in
      do throws(RequestError) {
        let name = file.nameInListing
        guard let contents = try received.bytes(of: file), let expected = request.bytes(of: file) else {
          throw RequestError(.fileMissing, "\(naming: received.name) has no \(name)")
        }
        return Self.comparison(
          file.checkID, contents, expected, named: name,
          file == .configuration ? .configurationAltered : .fileDiffers)
      } catch {
        return .failed(file.checkID, error)
      }
    }
    return comparisons + [otherFiles(than: files.map(\.nameInListing), in: GraphListing.requestName)] + surroundings
  }

  /// The answer that is there already, and who may change what is sent.
  private var surroundings: [Check] {
    var checks: [Check] = []
    if let answer = received.surroundings.answer { checks.append(Self.answer(answer)) }
    if let statuses = received.surroundings.statuses { checks += Self.ownership(of: statuses) }
    return checks
  }

  /// Each file of the request; the body is what the others are compared by.
  private func files(against folder: borrowing RequestFolder) -> [Check] {
    var checks: [Check] = []
    for file in RequestFolder.File.allCases where file.belongs(to: folder.address) && file != .body {
      if let error = unreadable[file] {
        checks.append(.failed(file.checkID, error))
        continue
      }
      // Whoever saved it decided what is in it.
      if file == .keyCredentials { continue }
      do throws(RequestError) {
        checks.append(try comparison(of: file, against: folder))
      } catch {
        checks.append(.failed(file.checkID, error))
      }
    }
    return checks
  }

  private func comparison(
    of file: RequestFolder.File, against folder: borrowing RequestFolder
  ) throws(RequestError) -> Check {
    let name = file.name(for: folder.address)
    guard let contents = try received.bytes(of: file) else {
      throw RequestError(.fileMissing, "\(naming: received.name) has no \(name)")
    }
    if folder.signingCertificate == nil, file == .signingCertificate || file == .summary {
      return .skipped(file.checkID, .notReached, "it describes the signing certificate, which is not known")
    }
    guard let expected = folder.bytes(of: file) else {
      return .skipped(file.checkID, .notReached, "the body does not say what it should be")
    }
    let code: RequestError.Code = file == .configuration ? .configurationAltered : .fileDiffers
    return Self.comparison(file.checkID, contents, expected, named: name, code)
  }

  private func singleFile(_ contents: ReceivedBytes, against folder: borrowing RequestFolder) -> Check {
    let id = RequestFolder.File.configuration.checkID
    if folder.signingCertificate == nil {
      return .skipped(id, .notReached, "it describes the signing certificate, which is not known")
    }
    return Self.comparison(
      id, contents, folder.singleFile(), named: received.configurationName, .configurationAltered)
  }

  private static func comparison(
    _ id: String, _ contents: ReceivedBytes, _ expected: borrowing SecretBytes, named name: String,
    _ code: RequestError.Code
  ) -> Check {
    let line = contents.bytes.withBytes { contents in expected.withBytes { firstDifference(contents, $0) } }
    guard let line else { return .passed(id) }
    return .failed(
      id,
      RequestError(
        code, "\(naming: name) is not what keyroll writes for this request: line \(line) differs",
        hint: "do not send it; make the request again"))
  }

  /// The number of the line, or nil for the same bytes.
  private static func firstDifference(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Int? {
    var line = 1
    for index in 0..<min(left.count, right.count) {
      if left[index] != right[index] { return line }
      if left[index] == UInt8(ascii: "\n") { line += 1 }
    }
    return left.count == right.count ? nil : line
  }

  /// Whatever a request of this kind does not have, hidden files too.
  private func otherFiles(of address: RequestAddress) -> Check {
    let own = RequestFolder.File.allCases.filter { $0.belongs(to: address) }.map { $0.name(for: address) }
    return otherFiles(than: own, in: address.requestName)
  }

  private func otherFiles(than own: [String], in requestName: String) -> Check {
    let id = "other-files"
    let entries: (names: [[UInt8]], isComplete: Bool)
    switch received.surroundings.entries {
    case .success(let read): entries = read
    case .failure(let error): return .failed(id, error)
    case nil: entries = ([], true)
    }
    let known = (own + [CurlConfiguration.answerName]).map { Array($0.utf8) }
    let others = entries.names.filter { !known.contains($0) }.sorted { $0.lexicographicallyPrecedes($1) }
    if others.isEmpty && entries.isComplete { return .passed(id) }
    var list = others.prefix(Self.mostListed).map(Self.shown)
    let rest = others.count - list.count
    if !entries.isComplete {
      list.append("more than \(rest) more")
    } else if rest > 0 {
      list.append("\(rest) more")
    }
    let what = "what a request \(requestName) does not have"
    return .warning(
      id,
      RequestError(
        .fileUnexpected, "\(naming: received.name) holds \(what): \(list.joined(separator: ", "))"))
  }

  /// A name as it is: what a file system takes need not be UTF-8, and two such names must not look the same.
  private static func shown(_ name: [UInt8]) -> String {
    if let text = String(validating: name, as: UTF8.self) { return "\(naming: text)" }
    let rest = name.count > mostShown ? "… (\(name.count) bytes)" : ""
    return "a name that is not UTF-8, in hexadecimal \(Hexadecimal.upperCase(Array(name.prefix(mostShown))))\(rest)"
  }

  /// Where curl would write to: what already exists, and whether that is a file at all.
  private static func answer(_ place: ReceivedRequest.AnswerPlace) -> Check {
    let (id, name) = ("answer-file", CurlConfiguration.answerName)
    guard case .taken(let status) = place else { return .passed(id) }
    if let kind = status.irregularKind {
      return .failed(id, ReceivedRequest.notRegular("\(naming: name) is \(kind), not a file"))
    }
    return .warning(
      id,
      RequestError(
        .sentAlready, "\(name) is there: this request, or another one here, was sent already",
        hint: "look at it with keyroll explain, and move it away before you send another one: curl would write over it")
    )
  }

  /// Who else may change what is about to be sent: warnings alone, because the file systems of sticks know no owners.
  private static func ownership(of files: [(name: String, status: FileStatus)]) -> [Check] {
    var (owner, mode) = (Check.passed("owner"), Check.passed("mode"))
    let hint = "copy it into a folder of your own before you check and send it"
    if let foreign = files.first(where: { $0.status.foreignOwner != nil }), let user = foreign.status.foreignOwner {
      owner = .warning(
        owner.id, RequestError(.fileOwner, "\(foreign.name) belongs to another user, number \(user)", hint: hint))
    }
    if let open = files.first(where: { $0.status.isWritableByOthers }) {
      let what = open.status.isFolder ? "what is in \(open.name)" : open.name
      mode = .warning(mode.id, RequestError(.fileMode, "other users can change \(what)", hint: hint))
    }
    return [owner, mode]
  }
}
