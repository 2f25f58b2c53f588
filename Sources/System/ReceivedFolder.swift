import Messages

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A folder that somebody else may have filled. Everything in it is opened by its name in this very folder, links are
/// not followed, and only regular files are read.
package struct ReceivedFolder: ~Copyable {
  package let path: String
  private let folder: Descriptor

  /// The most entries to look at.
  package static let mostEntries = 1000

  /// Takes the descriptor of an open folder, and the path that led to it.
  package init(_ folder: consuming Descriptor, at path: String) {
    self.path = path
    self.folder = folder
  }

  /// The folder at a path, links included; nil if there is none, or if it cannot be opened.
  package init?(at path: String) {
    do throws(SystemReason) { folder = try Descriptor(openingFolder: path) } catch { return nil }
    self.path = path
  }

  /// The folder of the file at a path, links included; nil if it cannot be opened.
  package init?(around path: String) {
    let name = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).last ?? ""[...].utf8
    let parent = String(Substring(path.utf8.dropLast(name.count)))
    do throws(SystemReason) {
      folder = try Descriptor(openingFolder: parent.isEmpty ? "." : parent)
    } catch {
      return nil
    }
    self.path = parent.isEmpty ? "." : parent
  }

  /// A folder in it; nil for anything else, also for a link to a folder.
  package func folder(_ name: String) -> ReceivedFolder? {
    let number = unsafe openat(folder.number, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    if number < 0 { return nil }
    return ReceivedFolder(Descriptor(takingOwnershipOf: number), at: "\(path)/\(name)")
  }

  /// The status of the entry with a name, a link not followed; nil if there is none.
  package func status(of name: String) -> FileStatus? { try? FileStatus(of: name, inFolder: folder.number) }

  /// The status of the folder itself.
  package var status: FileStatus? { try? FileStatus(ofDescriptor: folder.number) }

  /// Reads a whole file; nil if there is none of that name.
  ///
  /// Never waits for the other end of a pipe. Throws `file-not-regular` for a link, folder, pipe, device or socket,
  /// `file-unreadable`, and `file-too-large` for more bytes than the limit.
  package func contents(of name: String, limit: Int) throws(SystemError) -> SecretBytes? {
    let number = unsafe openat(folder.number, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
    guard number >= 0 else {
      let reason = SystemReason.last
      guard let status = status(of: name) else { return nil }
      try Self.requireRegular(status, name)
      throw Self.unreadable(name, reason)
    }
    let file = Descriptor(takingOwnershipOf: number)
    let status: FileStatus
    do throws(SystemReason) {
      status = try FileStatus(ofDescriptor: file.number)
    } catch {
      throw Self.unreadable(name, error)
    }
    try Self.requireRegular(status, name)
    return try SecretBytes.contents(ofDescriptor: file.number, named: name, limit: limit)
  }

  /// The names in it as bytes, hidden ones too, in no particular order, and at most `mostEntries` of them.
  ///
  /// Throws `file-unreadable`.
  package func names() throws(SystemError) -> (names: [[UInt8]], isComplete: Bool) {
    // A descriptor of its own, because reading moves the position and closing closes it.
    let own = unsafe openat(folder.number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard own >= 0, let directory = unsafe fdopendir(own) else {
      let reason = SystemReason.last
      if own >= 0 { close(own) }
      throw Self.unreadable(path, reason)
    }
    defer { unsafe closedir(directory) }
    var names: [[UInt8]] = []
    errno = 0
    while let entry = unsafe readdir(directory) {
      let name = unsafe FolderEntry.name(of: entry)
      if name == Array(".".utf8) || name == Array("..".utf8) { continue }
      if names.count == Self.mostEntries { return (names, false) }
      names.append(name)
    }
    if errno != 0 { throw Self.unreadable(path, .last) }
    return (names, true)
  }

  private static func requireRegular(_ status: FileStatus, _ name: String) throws(SystemError) {
    if let kind = status.irregularKind {
      throw SystemError(.fileNotRegular, "\(naming: name) is \(kind), not a file")
    }
  }

  private static func unreadable(_ name: String, _ reason: SystemReason) -> SystemError {
    SystemError(.fileUnreadable, "\(naming: name) cannot be read: \(reason)")
  }
}
