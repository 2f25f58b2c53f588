import Keyroll

/// What lies in a folder, compared with what keyroll writes for the request that it is said to be.
struct RequestFileComparison {
  let address: RequestAddress
  /// Files whose contents are not what they should be, by what is wrong with them.
  let unreadable: [RequestFile: RequestError]

  /// Each file of the request, in an order that does not change; the body is what the others are compared by.
  func files(in folder: borrowing ReceivedFolder, of parcel: borrowing RequestParcel) -> [RequestCheck] {
    var checks: [RequestCheck] = []
    for file in RequestFile.allCases where file.belongs(to: address) && file != .body {
      if let error = unreadable[file] {
        checks.append(.failed(file.checkID, error))
        continue
      }
      // Whoever saved it decided what is in it.
      if file == .keyCredentials { continue }
      do throws(RequestError) {
        checks.append(try comparison(of: file, in: folder, parcel))
      } catch {
        checks.append(.failed(file.checkID, error))
      }
    }
    return checks
  }

  private func comparison(
    of file: RequestFile, in folder: borrowing ReceivedFolder, _ parcel: borrowing RequestParcel
  ) throws(RequestError) -> RequestCheck {
    let name = file.name(for: address)
    guard let contents = try folder.contents(of: name, limit: RequestFile.mostBytes) else {
      throw RequestError(.fileMissing, "\(naming: folder.path) has no \(name)")
    }
    if parcel.signingCertificate == nil, file == .signingCertificate || file == .summary {
      return .skipped(file.checkID, .notReached, "the signing certificate, which it tells of, is not known")
    }
    guard let expected = parcel.bytes(of: file) else {
      return .skipped(file.checkID, .notReached, "what it should be cannot be read in the body")
    }
    let code: RequestError.Code = file == .configuration ? .configurationAltered : .fileDiffers
    return Self.comparison(file.checkID, contents, expected, named: name, code)
  }

  func singleFile(
    _ contents: borrowing SecretBytes, of parcel: borrowing RequestParcel, named name: String
  ) -> RequestCheck {
    let id = RequestFile.configuration.checkID
    if parcel.signingCertificate == nil {
      return .skipped(id, .notReached, "the signing certificate, which it tells of, is not known")
    }
    return Self.comparison(id, contents, parcel.singleFile(), named: name, .configurationAltered)
  }

  private static func comparison(
    _ id: String, _ contents: borrowing SecretBytes, _ expected: borrowing SecretBytes, named name: String,
    _ code: RequestError.Code
  ) -> RequestCheck {
    let line = contents.withBytes { contents in expected.withBytes { firstDifference(contents, $0) } }
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

  // MARK: What does not belong to the request

  /// The most names that are listed.
  private static let mostListed = 10

  /// The bytes of a name that is not text, as far as they are shown.
  private static let mostShown = 16

  /// A name as it is: what a file system takes need not be UTF-8, and two such names must not look the same.
  private static func shown(_ name: [UInt8]) -> String {
    if let text = String(validating: name, as: UTF8.self) { return "\(naming: text)" }
    let rest = name.count > mostShown ? "… (\(name.count) bytes)" : ""
    return "a name that is not UTF-8, in hexadecimal \(Hexadecimal.upperCase(Array(name.prefix(mostShown))))\(rest)"
  }

  /// Whatever a request of this kind does not have, hidden files too.
  func otherFiles(in folder: borrowing ReceivedFolder) -> RequestCheck {
    let id = "other-files"
    let entries: (names: [[UInt8]], isComplete: Bool)
    do throws(RequestError) { entries = try folder.names() } catch { return .failed(id, error) }
    let known = (names + [CurlConfiguration.answerName]).map { Array($0.utf8) }
    let others = entries.names.filter { !known.contains($0) }.sorted { $0.lexicographicallyPrecedes($1) }
    if others.isEmpty && entries.isComplete { return .passed(id) }
    var list = others.prefix(Self.mostListed).map(Self.shown)
    let rest = others.count - list.count
    if !entries.isComplete {
      list.append("more than \(rest) more")
    } else if rest > 0 {
      list.append("\(rest) more")
    }
    return .warning(
      id,
      RequestError(
        .fileUnexpected,
        "\(naming: folder.path) holds what a request \(address.requestName) does not have: \(list.joined(separator: ", "))"
      ))
  }

  /// Where curl would write to: what is there already, and whether that is a file at all.
  func answer(in folder: borrowing ReceivedFolder) -> RequestCheck {
    let (id, name) = ("answer-file", CurlConfiguration.answerName)
    guard let status = folder.status(of: name) else { return .passed(id) }
    if let kind = status.irregularKind { return .failed(id, ReceivedFolder.notRegular(name, kind)) }
    return .warning(
      id,
      RequestError(
        .sentAlready, "\(name) is there: this request, or another one here, was sent already",
        hint: "look at it by keyroll explain, and move it away before you send another one: curl would write over it"))
  }

  /// Who else may change what is about to be sent: warnings alone, because the file systems of sticks know no owners.
  func ownership(of folder: borrowing ReceivedFolder) -> [RequestCheck] {
    var files = folder.status.map { [("\(naming: folder.path)", $0)] } ?? []
    for name in names { if let status = folder.status(of: name) { files.append((name, status)) } }
    return Self.ownership(of: files)
  }

  /// The same for files or folders, each with how messages name it.
  static func ownership(of files: [(name: String, status: FileStatus)]) -> [RequestCheck] {
    var (owner, mode) = (RequestCheck.passed("owner"), RequestCheck.passed("mode"))
    let hint = "copy it into a folder of your own before you check and send it"
    if let foreign = files.first(where: { $0.status.foreignOwner != nil }), let user = foreign.status.foreignOwner {
      owner = .warning(
        owner.id, RequestError(.fileOwner, "\(foreign.name) belongs to another user, number \(user)", hint: hint))
    }
    if let open = files.first(where: { $0.status.isWritableByOthers }) {
      let what = open.status.isFolder ? "what is in \(open.name)" : open.name
      mode = .warning(mode.id, RequestError(.fileMode, "others may change \(what)", hint: hint))
    }
    return [owner, mode]
  }

  /// The files that a request of this kind has or may have.
  private var names: [String] {
    RequestFile.allCases.filter { $0.belongs(to: address) }.map { $0.name(for: address) }
  }
}
