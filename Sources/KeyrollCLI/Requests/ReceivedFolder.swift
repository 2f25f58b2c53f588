import CLinux
import Glibc
import Keyroll

/// A folder that somebody else may have filled: what is in it is opened by its name in this very folder, links are not
/// followed, and nothing but a regular file is read.
struct ReceivedFolder: ~Copyable {
  let path: String
  private let descriptor: Int32

  /// The most entries that are looked at.
  static let mostEntries = 1000

  /// The descriptor of an open folder is closed when this goes.
  init(takingOwnershipOf descriptor: Int32, at path: String) {
    self.path = path
    self.descriptor = descriptor
  }

  /// The folder that the file of a path is in, by whatever way the path takes; nil where it cannot be opened.
  init?(around path: String) {
    let name = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).last ?? ""[...].utf8
    let parent = String(Substring(path.utf8.dropLast(name.count)))
    self.path = parent.isEmpty ? "." : parent
    descriptor = unsafe open(self.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if descriptor < 0 { return nil }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// What is there under a name, a link not followed; nil for nothing.
  func status(of name: String) -> FileStatus? {
    var status = stat()
    return unsafe fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 ? FileStatus(status) : nil
  }

  /// That of the folder itself.
  var status: FileStatus? {
    var status = stat()
    return unsafe fstat(descriptor, &status) == 0 ? FileStatus(status) : nil
  }

  /// Reads a whole file; nil where nothing has the name.
  ///
  /// Never waits for whoever has the other end of a pipe. Throws `file-not-regular` for a link, folder, pipe, device or
  /// socket, and `file-missing` for what cannot be read or is larger than the limit, in bytes.
  func contents(of name: String, limit: Int) throws(RequestError) -> SecretBytes? {
    let file = unsafe openat(descriptor, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
    guard file >= 0 else {
      let reason = SystemReason.last
      guard let status = status(of: name) else { return nil }
      if let kind = status.irregularKind { throw Self.notRegular(name, kind) }
      throw RequestError(.fileMissing, "\(naming: name) cannot be read: \(reason)")
    }
    defer { close(file) }
    var status = stat()
    guard unsafe fstat(file, &status) == 0 else {
      throw RequestError(.fileMissing, "\(naming: name) cannot be read: \(SystemReason.last)")
    }
    if let kind = FileStatus(status).irregularKind { throw Self.notRegular(name, kind) }
    do throws(SystemError) {
      return try SecretBytes.contents(ofDescriptor: file, named: name, limit: limit)
    } catch {
      throw RequestError(.fileMissing, error.message)
    }
  }

  static func notRegular(_ name: String, _ kind: String) -> RequestError {
    RequestError(
      .fileNotRegular, "\(naming: name) is \(kind), not a file",
      hint: "do not send it: whoever put that there wants something read or written elsewhere")
  }

  /// What is in it, hidden entries too, in no order and as the bytes that names are; no more than `mostEntries` of them.
  func names() throws(RequestError) -> (names: [[UInt8]], isComplete: Bool) {
    // A descriptor of its own, because reading moves on and closing closes it.
    let own = unsafe openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard own >= 0, let directory = unsafe fdopendir(own) else {
      let reason = SystemReason.last
      if own >= 0 { close(own) }
      throw RequestError(.fileMissing, "\(naming: path) cannot be read: \(reason)")
    }
    defer { unsafe closedir(directory) }
    var names: [[UInt8]] = []
    errno = 0
    while let entry = unsafe readdir(directory) {
      let name = unsafe Self.name(of: entry)
      if name == Array(".".utf8) || name == Array("..".utf8) { continue }
      if names.count == Self.mostEntries { return (names, false) }
      names.append(name)
    }
    if errno != 0 { throw RequestError(.fileMissing, "\(naming: path) cannot be read: \(SystemReason.last)") }
    return (names, true)
  }

  private static func name(of entry: UnsafeMutablePointer<dirent>) -> [UInt8] {
    // It ends with a zero byte, inside the entry.
    unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in unsafe Array(bytes.prefix { $0 != 0 }) }
  }
}
