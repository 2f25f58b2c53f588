import CLinux
import Glibc
import Keyroll

/// Where a request was carried to: a folder, a single file, or standard input.
struct RequestSource: ~Copyable {
  private let path: String
  /// What a single file or standard input held.
  private let single: SecretBytes?
  /// The folder, or the one around the single file; nil for standard input.
  private let folder: ReceivedFolder?
  /// Of a single file.
  private let status: FileStatus?

  /// Opens the folder or file that a path leads to, which may be a link; `-` is standard input.
  ///
  /// Throws `file-unreadable` where there is no request at all, and `file-too-large`.
  init(_ path: String) throws(SystemError) {
    self.path = path
    if StandardInput.isNamed(by: path) {
      single = try SecretBytes.contents(ofFile: path, limit: RequestFile.mostBytes)
      folder = nil
      self.status = nil
      return
    }
    let descriptor = unsafe open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
    var status = stat()
    guard descriptor >= 0, unsafe fstat(descriptor, &status) == 0 else {
      let reason = SystemReason.last
      if descriptor >= 0 { close(descriptor) }
      throw SystemError(.fileUnreadable, "\(naming: path) cannot be read: \(reason)")
    }
    if FileStatus(status).isFolder {
      let folder = ReceivedFolder(takingOwnershipOf: descriptor, at: path)
      guard folder.status(of: Self.configurationName) != nil else {
        throw SystemError(.fileUnreadable, "\(naming: path) has no \(Self.configurationName), and is no request")
      }
      single = nil
      self.folder = consume folder
      self.status = nil
      return
    }
    defer { close(descriptor) }
    if let kind = FileStatus(status).irregularKind {
      throw SystemError(
        .fileUnreadable, "\(naming: path) is \(kind), not a folder or a file",
        hint: "what comes through a pipe is read from standard input, by -")
    }
    single = try SecretBytes.contents(
      ofDescriptor: descriptor, named: ForeignText(naming: path).description, limit: RequestFile.mostBytes)
    folder = ReceivedFolder(around: path)
    self.status = FileStatus(status)
  }

  private static let configurationName = "request.curl"

  private var isFolder: Bool {
    switch single {
    case .none: true
    case .some: false
    }
  }

  /// How messages name the file for curl.
  var configurationName: String {
    isFolder ? Self.configurationName : StandardInput.isNamed(by: path) ? "standard input" : path
  }

  /// The file for curl; throws `file-missing` and `file-not-regular`.
  func configuration() throws(RequestError) -> SecretBytes {
    switch single {
    case .some(let bytes): return bytes.withBytes { SecretBytes(copying: $0) }
    case .none:
      guard let bytes = try contents(of: Self.configurationName) else { throw missing(Self.configurationName) }
      return bytes
    }
  }

  /// Throws `file-missing`, `file-not-regular`, and what the body has wrong.
  func request(
    to address: RequestAddress, configuration: borrowing SecretBytes
  ) throws(RequestError) -> ServiceRequest {
    let name = RequestFile.body.name(for: address)
    let body =
      isFolder ? try contents(of: name) : configuration.withBytes { CurlConfiguration.inlineBody(in: $0) }
    guard let body else {
      throw isFolder
        ? missing(name)
        : RequestError(.fileMissing, "\(naming: path) holds no body", hint: "make the request again")
    }
    return try body.withBytes { (bytes) throws(RequestError) in try ServiceRequest.reading(bytes, to: address) }
  }

  /// The certificate that a file of the folder should be; nil where it is not there, and for a single file.
  ///
  /// Throws `file-missing`, `file-not-regular`, and `file-differs` for something else.
  func certificate(_ file: RequestFile, for address: RequestAddress) throws(RequestError) -> Certificate? {
    guard isFolder, let bytes = try contents(of: file.name(for: address)) else { return nil }
    do throws(KeyError) {
      return try bytes.withBytes { (bytes) throws(KeyError) in try OpenSSLCryptography().certificate(der: bytes) }
    } catch {
      throw RequestError(.fileDiffers, "\(file.name(for: address)) is no DER certificate: \(error.message)")
    }
  }

  /// The saved `keyCredentials` in the folder of a removal; nil where they are not there, and for other requests.
  ///
  /// Throws `file-missing`, `file-not-regular`, and `file-differs` for something else.
  func keyCredentials(for address: RequestAddress) throws(RequestError) -> KeyCredentials? {
    let name = RequestFile.keyCredentials.name(for: address)
    guard isFolder, RequestFile.keyCredentials.belongs(to: address), let bytes = try contents(of: name) else {
      return nil
    }
    do throws(KeyCredentialsError) {
      return try bytes.withBytes { (bytes) throws(KeyCredentialsError) in
        try KeyCredentials(bytes, of: name, cryptography: OpenSSLCryptography())
      }
    } catch {
      throw RequestError(.fileDiffers, "\(name) holds no saved keyCredentials: \(error.message)")
    }
  }

  /// Whether each file is, byte for byte, what is written for the request, and what else there is; `unreadable` has those
  /// of which more is known already.
  func checks(
    of parcel: borrowing RequestParcel, configuration: borrowing SecretBytes, unreadable: [RequestFile: RequestError]
  ) -> [RequestCheck] {
    let comparison = RequestFileComparison(address: parcel.address, unreadable: unreadable)
    let ownership = status.map { RequestFileComparison.ownership(of: [("\(naming: path)", $0)]) } ?? []
    switch folder {
    case .none: return [comparison.singleFile(configuration, of: parcel, named: configurationName)] + ownership
    case .some(let folder):
      return isFolder
        ? comparison.files(in: folder, of: parcel) + [comparison.otherFiles(in: folder), comparison.answer(in: folder)]
          + comparison.ownership(of: folder)
        : [comparison.singleFile(configuration, of: parcel, named: path), comparison.answer(in: folder)] + ownership
    }
  }

  private func contents(of name: String) throws(RequestError) -> SecretBytes? {
    switch folder {
    case .none: return nil
    case .some(let folder): return try folder.contents(of: name, limit: RequestFile.mostBytes)
    }
  }

  private func missing(_ name: String) -> RequestError {
    RequestError(.fileMissing, "\(naming: path) has no \(name)", hint: "make the request again")
  }
}
