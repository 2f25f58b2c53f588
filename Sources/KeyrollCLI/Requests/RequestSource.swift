import CLinux
import Glibc
import Keyroll

/// Where a request was carried to: a folder, or a single file.
struct RequestSource {
  private let path: String
  private let isFolder: Bool

  init(_ path: String) {
    var status = stat()
    isFolder = unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    self.path = path
  }

  /// The file for curl.
  var configurationPath: String { isFolder ? "\(path)/\(Self.configurationName)" : path }
  private static let configurationName = "request.curl"

  /// Throws `file-unreadable` or `file-too-large`.
  func configuration() throws(KeyError) -> SecretBytes {
    try SecretBytes.contents(ofFile: configurationPath, limit: RequestFile.mostBytes)
  }

  /// The path of a file that is there; nil otherwise, and for a single file.
  func path(of file: RequestFile, for address: RequestAddress) -> String? {
    let path = "\(self.path)/\(file.name(for: address))"
    let isThere = unsafe access(path, F_OK) == 0
    return isFolder && isThere ? path : nil
  }

  /// Throws `file-missing`, and what the body has wrong.
  func request(
    to address: RequestAddress, configuration: borrowing SecretBytes
  ) throws(RequestError) -> ServiceRequest {
    guard let body = try body(of: address, configuration) else {
      throw RequestError(
        .fileMissing, isFolder ? "\(path) has no \(RequestFile.body.name(for: address))" : "\(path) holds no body",
        hint: "make the request again")
    }
    return try body.withBytes { (bytes) throws(RequestError) in try ServiceRequest.reading(bytes, to: address) }
  }

  private func body(of address: RequestAddress, _ configuration: borrowing SecretBytes) throws(RequestError)
    -> SecretBytes?
  {
    guard isFolder else { return configuration.withBytes { CurlConfiguration.inlineBody(in: $0) } }
    return try contents(of: .body, for: address)
  }

  /// Nil where it is not there.
  private func contents(of file: RequestFile, for address: RequestAddress) throws(RequestError) -> SecretBytes? {
    guard let path = path(of: file, for: address) else { return nil }
    do throws(KeyError) { return try SecretBytes.contents(ofFile: path, limit: RequestFile.mostBytes) } catch {
      throw RequestError(.fileMissing, error.message)
    }
  }

  func certificate(_ file: RequestFile, for address: RequestAddress) throws(KeyError) -> Certificate? {
    guard let path = path(of: file, for: address) else { return nil }
    return try CertificateFiles.certificates(in: path).first
  }

  /// Whether each file is, byte for byte, what is written for the request, and no other is there.
  func checks(
    of parcel: borrowing RequestParcel, configuration: borrowing SecretBytes
  ) throws -> [RequestCheck] {
    let isSignerKnown = parcel.signingCertificate != nil
    func unknownSigner(_ file: RequestFile) -> RequestCheck {
      .skipped(file.checkID, .notReached, "the signing certificate, which it tells of, is not known")
    }
    guard isFolder else {
      return [
        isSignerKnown
          ? Self.comparison(
            RequestFile.configuration.checkID, configuration, parcel.singleFile(), named: path, .configurationAltered)
          : unknownSigner(.configuration)
      ]
    }
    var checks: [RequestCheck] = []
    for file in RequestFile.allCases where file != .body && file != .keyCredentials {
      let name = file.name(for: parcel.address)
      guard let expected = parcel.bytes(of: file) else { continue }
      if file == .summary && !isSignerKnown {
        checks.append(unknownSigner(file))
        continue
      }
      guard let contents = try contents(of: file, for: parcel.address) else {
        checks.append(.failed(file.checkID, RequestError(.fileMissing, "\(path) has no \(name)")))
        continue
      }
      let code: RequestError.Code = file == .configuration ? .configurationAltered : .fileDiffers
      checks.append(Self.comparison(file.checkID, contents, expected, named: name, code))
    }
    return checks + [try unexpectedFiles(for: parcel.address)]
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
        code, "\(name) is not what keyroll writes for this request: line \(line) differs",
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

  private func unexpectedFiles(for address: RequestAddress) throws(KeyError) -> RequestCheck {
    let known =
      RequestFile.allCases.map { $0.name(for: address) } + [
        CurlConfiguration.answerName, ".", "..",
      ]
    let others = try names().filter { name in !known.contains { $0.utf8.elementsEqual(name.utf8) } }.sorted()
    guard let first = others.first else { return .passed("other-files") }
    let more = others.count > 1 ? " and \(others.count - 1) more" : ""
    return .warning(
      "other-files", RequestError(.fileUnexpected, "\(path) holds what keyroll did not write: \(first)\(more)"))
  }

  private func names() throws(KeyError) -> [String] {
    guard let directory = unsafe opendir(path) else {
      throw KeyError(.fileUnreadable, "\(path) cannot be read: \(SystemError.last)")
    }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      // The name ends with a zero byte, inside the entry.
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
        unsafe name.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(validatingCString: $0) }
      }
      names.append(name ?? "a name that is not text")
    }
    return names
  }
}
