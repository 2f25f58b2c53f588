import Encodings
public import Entra
public import Messages
import Signing
public import System
import Tokens

/// A request as it was carried here: everything that is judged of a folder, a single file or a stream, read once.
///
/// Somebody else may have filled it, so nothing in it is believed: links are not followed, pipes are not waited for, and what is
/// wrong with a file is kept for the check that looks at it.
public struct ReceivedRequest: Sendable {
  /// One file as it was found.
  enum Content: Sendable {
    case bytes(ReceivedBytes)
    case missing
    case refused(RequestError)
  }

  /// What is known of a place, for the checks of who may change it and of an answer that already exists.
  struct Surroundings: Sendable {
    /// The folder and its files, each with how messages name it; nil for a stream, which has no owner.
    var statuses: [(name: String, status: FileStatus)]?
    /// Where the answer would go to: nil if curl will be started elsewhere.
    var answer: AnswerPlace?
    /// The names in a folder, or why they cannot be read; nil for a single file.
    var entries: Result<(names: [[UInt8]], isComplete: Bool), RequestError>?
  }

  enum AnswerPlace: Sendable {
    case free
    case taken(FileStatus)
  }

  /// How messages name the whole: the path, or what the stream is called.
  let name: String
  private let path: String
  let isFolder: Bool
  private(set) var contents: [RequestFolder.File: Content] = [:]
  private(set) var surroundings = Surroundings()

  /// What it is posted to; nil if no file for curl says that, or another address than keyroll writes.
  public var address: RequestAddress? {
    guard case .bytes(let configuration) = contents[.configuration] else { return nil }
    return configuration.bytes.withBytes { CurlConfiguration.address(in: $0) }
  }

  /// What it lists; nil for a request of another kind.
  public var listing: GraphListing? {
    guard case .bytes(let configuration) = contents[.configuration] else { return nil }
    return configuration.bytes.withBytes { CurlConfiguration.listing(in: $0) }
  }

  static let configurationName = "request.curl"

  /// Reads the folder or the single file that a path leads to, which may be a link.
  ///
  /// Throws `file-unreadable` if there is no request at all, `file-not-regular` for a pipe or a device, which `init(single:)`
  /// is for, and `file-too-large`.
  public init(at path: String) throws(SystemError) {
    let descriptor = try Self.opened(path)
    let status = try Self.status(of: descriptor, at: path)
    if status.isFolder {
      try self.init(ReceivedFolder(descriptor, at: path), at: path)
      return
    }
    if let kind = status.irregularKind {
      throw SystemError(.fileNotRegular, "\(naming: path) is \(kind), not a folder or a file")
    }
    let bytes = try SecretBytes.contents(
      ofDescriptor: descriptor.number, named: "\(naming: path)", limit: RequestFolder.mostFileBytes)
    self.init(single: bytes, named: path)
    surroundings.statuses = [("\(naming: path)", status)]
    if let around = ReceivedFolder(around: path) { surroundings.answer = Self.answerPlace(in: around) }
  }

  /// Takes the bytes of a single file that came by another way, such as a pipe; `path` is how the caller names that way, where
  /// messages are to say that.
  public init(single bytes: consuming SecretBytes, named name: String, at path: String? = nil) {
    self.name = name
    self.path = path ?? name
    isFolder = false
    contents[.configuration] = .bytes(ReceivedBytes(bytes))
  }

  /// Takes the files of a request that was never written, as if they lay in a folder of this name.
  public init(copying folder: borrowing RequestFolder, named name: String) {
    (self.name, path) = (name, name)
    isFolder = true
    var names: [[UInt8]] = []
    for file in RequestFolder.File.allCases {
      guard let bytes = folder.bytes(of: file) else { continue }
      contents[file] = .bytes(ReceivedBytes(bytes))
      names.append(Array(file.name(for: folder.address).utf8))
    }
    surroundings = Surroundings(statuses: [], answer: .free, entries: .success((names, true)))
  }

  /// Reads a folder that is open already, which `path` led to.
  init(_ folder: borrowing ReceivedFolder, at path: String) throws(SystemError) {
    guard folder.status(of: Self.configurationName) != nil else {
      throw SystemError(.fileUnreadable, "\(naming: path) has no \(Self.configurationName), and is not a request")
    }
    (name, self.path) = (path, path)
    isFolder = true
    contents[.configuration] = Self.content(of: Self.configurationName, in: folder)
    let files: [(RequestFolder.File, name: String)]
    if let address {
      files = RequestFolder.File.allCases.filter { $0.belongs(to: address) }.map { ($0, $0.name(for: address)) }
    } else if listing != nil {
      files = RequestFolder.File.ofListing.map { ($0, $0.nameInListing) }
    } else {
      // It is unknown which files belong to it.
      return
    }
    var statuses = folder.status.map { [("\(naming: path)", $0)] } ?? []
    for (file, name) in files {
      if file != .configuration { contents[file] = Self.content(of: name, in: folder) }
      if let status = folder.status(of: name) { statuses.append((name, status)) }
    }
    surroundings = Surroundings(
      statuses: statuses, answer: Self.answerPlace(in: folder), entries: Self.entries(of: folder))
  }

  private static func opened(_ path: String) throws(SystemError) -> Descriptor {
    do throws(SystemReason) { return try Descriptor(opening: path) } catch { throw unreadable(path, error) }
  }

  private static func status(of descriptor: borrowing Descriptor, at path: String) throws(SystemError) -> FileStatus {
    do throws(SystemReason) { return try FileStatus(ofDescriptor: descriptor.number) } catch {
      throw unreadable(path, error)
    }
  }

  private static func unreadable(_ path: String, _ reason: SystemReason) -> SystemError {
    SystemError(.fileUnreadable, "\(naming: path) cannot be read: \(reason)")
  }

  private static func content(of name: String, in folder: borrowing ReceivedFolder) -> Content {
    do throws(SystemError) {
      guard let bytes = try folder.contents(of: name, limit: RequestFolder.mostFileBytes) else { return .missing }
      return .bytes(ReceivedBytes(bytes))
    } catch {
      let isIrregular = error.code == .fileNotRegular
      return .refused(isIrregular ? notRegular(error.message) : RequestError(.fileMissing, error.message))
    }
  }

  private static func answerPlace(in folder: borrowing ReceivedFolder) -> AnswerPlace {
    folder.status(of: CurlConfiguration.answerName).map(AnswerPlace.taken) ?? .free
  }

  private static func entries(
    of folder: borrowing ReceivedFolder
  ) -> Result<(names: [[UInt8]], isComplete: Bool), RequestError> {
    do throws(SystemError) { return .success(try folder.names()) } catch {
      return .failure(RequestError(.fileMissing, error.message))
    }
  }

  /// What is not a file where a file of a request belongs.
  static func notRegular(_ message: String) -> RequestError {
    RequestError(
      .fileNotRegular, message,
      hint: "do not send it: whoever put that there may want another file to be read or written")
  }
}

extension ReceivedRequest {
  /// How messages name the file for curl.
  var configurationName: String { isFolder ? Self.configurationName : name }

  /// The bytes of a file; nil if nothing has its name, and for a single file, in which only the configuration lies.
  func bytes(of file: RequestFolder.File) throws(RequestError) -> ReceivedBytes? {
    switch contents[file] {
    case .bytes(let bytes): return bytes
    case .refused(let error): throw error
    case .missing, nil: return nil
    }
  }

  /// The file for curl; throws `file-missing` and `file-not-regular`.
  func configuration() throws(RequestError) -> ReceivedBytes {
    guard let bytes = try bytes(of: .configuration) else { throw missing(Self.configurationName) }
    return bytes
  }

  /// Throws `file-missing`, `file-not-regular`, and what the body has wrong.
  func request(to address: RequestAddress) throws(RequestError) -> ServiceRequest {
    guard isFolder else {
      let body = try configuration().bytes.withBytes { CurlConfiguration.inlineBody(in: $0) }
      guard let body else {
        throw RequestError(.fileMissing, "\(naming: path) has no body", hint: "make the request again")
      }
      return try body.withBytes { (bytes) throws(RequestError) in try ServiceRequest.reading(bytes, to: address) }
    }
    guard let body = try bytes(of: .body) else { throw missing(RequestFolder.File.body.name(for: address)) }
    return try body.bytes.withBytes { (bytes) throws(RequestError) in try ServiceRequest.reading(bytes, to: address) }
  }

  /// The certificate that a file of the folder should be; nil if it is not there, and for a single file.
  ///
  /// Throws `file-missing`, `file-not-regular`, and `file-differs` for something else.
  func certificate(
    _ file: RequestFolder.File, for address: RequestAddress, _ cryptography: any Cryptography
  ) throws(RequestError) -> Certificate? {
    guard let bytes = try bytes(of: file) else { return nil }
    do throws(KeyError) {
      return try bytes.bytes.withBytes { (bytes) throws(KeyError) in try cryptography.certificate(der: bytes) }
    } catch {
      throw RequestError(.fileDiffers, "\(file.name(for: address)) is not a DER certificate: \(error.message)")
    }
  }

  /// The saved `keyCredentials` in the folder of a removal; nil if they are not there, and for other requests.
  ///
  /// Throws `file-missing`, `file-not-regular`, and `file-differs` for something else.
  func keyCredentials(
    for address: RequestAddress, _ cryptography: any Cryptography
  ) throws(RequestError) -> KeyCredentials? {
    guard let bytes = try bytes(of: .keyCredentials) else { return nil }
    let name = RequestFolder.File.keyCredentials.name(for: address)
    do throws(KeyCredentialsError) {
      return try bytes.bytes.withBytes { (bytes) throws(KeyCredentialsError) in
        try KeyCredentials(bytes, of: name, choosing: address.objectIDs, cryptography: cryptography)
      }
    } catch {
      throw RequestError(.fileDiffers, "\(name) holds no saved keyCredentials: \(error.message)")
    }
  }

  private func missing(_ name: String) -> RequestError {
    RequestError(.fileMissing, "\(naming: self.name) has no \(name)", hint: "make the request again")
  }
}

/// The bytes of a file that was received: a password may be among them.
final class ReceivedBytes: Sendable {
  let bytes: SecretBytes

  init(_ bytes: consuming SecretBytes) { self.bytes = bytes }
}
