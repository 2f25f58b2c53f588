internal import CLinux
import Messages

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What messages about an output say that only the caller knows: what took its path, and what else can be done.
package struct OutputWording: Sendable {
  /// What makes the file, such as an option of a command.
  let maker: String
  /// What can be done about a file that already exists besides choosing another name.
  let replacement: String?
  /// What can be done where no file can be made.
  let alternative: String?

  package init(maker: String = "keyroll", replacement: String? = nil, alternative: String? = nil) {
    self.maker = maker
    self.replacement = replacement
    self.alternative = alternative
  }
}

/// A file that is written whole or not at all, and that only its owner may read.
package struct OutputFile: Sendable {
  package let path: String
  private let directoryPath: String
  private let name: String
  private let replaces: Bool
  private let wording: OutputWording

  /// False for a path that names no file: an empty one, and one that ends with a slash.
  package static func isNamed(by path: String) -> Bool { parts(of: path) != nil }

  /// `replacing` lets it take the place of a file that is there. Throws `output-unwritable` for a path that names no file.
  package init(path: String, replacing: Bool, wording: OutputWording = OutputWording()) throws(SystemError) {
    guard let parts = Self.parts(of: path) else {
      throw SystemError(.outputUnwritable, "\(naming: path) is not the path of a file")
    }
    self.path = path
    (directoryPath, name) = parts
    replaces = replacing
    self.wording = wording
  }

  /// Throws what `write` would throw for what is there now, so that a key is not used for nothing.
  package func check() throws(SystemError) { try check(in: try openDirectory()) }

  /// The file that is there now, which may be one that is read; nil if nothing is.
  package var existing: FileIdentity? { try? FileStatus(ofFileAt: path).identity }

  /// True when both are to have the same name in the same folder, by whatever path.
  package func isSame(as other: OutputFile) -> Bool {
    guard let own = try? FileStatus(ofFileAt: directoryPath),
      let others = try? FileStatus(ofFileAt: other.directoryPath)
    else { return false }
    return own.identity == others.identity && name.utf8.elementsEqual(other.name.utf8)
  }

  /// Puts the bytes into a new file beside, with mode 0600, and gives it the name when all of it is on the disk.
  ///
  /// A symbolic link of that name is neither followed nor replaced: `/dev/stdout` is one. Throws `output-exists` or `output-unwritable`.
  package func write(_ bytes: Span<UInt8>) throws(SystemError) {
    let directory = try openDirectory()
    try check(in: directory)
    // Who interrupts a slow disk must not leave half a file behind.
    let mask = SignalMask(blocking: Signals.ending)
    defer { mask.restore() }
    let temporaryName = NewFile.temporaryName()
    do throws(SystemError) {
      if let reason = NewFile.make(temporaryName, in: directory.number, holding: bytes) { throw unwritable(reason) }
      try giveName(to: temporaryName, in: directory.number)
    } catch {
      unsafe unlinkat(directory.number, temporaryName, 0)
      throw error
    }
    do throws(SystemReason) { try directory.synchronize() } catch { throw unwritable(.system(error)) }
  }

  /// Takes back what `write` has just written; a file that may have replaced another stays, which could not be had back.
  package func remove() {
    if !replaces { unsafe unlink(path) }
  }

  /// The folder that it goes into and its name.
  private static func parts(of path: String) -> (directory: String, name: String)? {
    let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard let last = parts.last, !last.isEmpty, !path.utf8.contains(0) else { return nil }
    return (parts.count == 1 ? "." : String(Substring(path.utf8.dropLast(last.count))), String(Substring(last)))
  }

  private func openDirectory() throws(SystemError) -> Descriptor {
    do throws(SystemReason) {
      return try Descriptor(openingFolder: directoryPath)
    } catch {
      throw unwritable(.system(error))
    }
  }

  private func check(in directory: borrowing Descriptor) throws(SystemError) {
    let status: FileStatus
    do throws(SystemReason) {
      status = try FileStatus(of: name, inFolder: directory.number)
    } catch {
      if error.code == ENOENT { return }
      throw unwritable(.system(error))
    }
    if status.isFolder { throw unwritable(.system(SystemReason(code: EISDIR))) }
    if status.isRegular {
      if !replaces { throw exists }
    } else if status.isLink {
      let hint = ["name the file that it should lead to", wording.alternative].compactMap { $0 }
      throw SystemError(
        .outputUnwritable, "\(naming: path) is a symbolic link, and \(wording.maker) makes files",
        hint: hint.joined(separator: ", or "))
    } else {
      throw SystemError(
        .outputUnwritable, "\(naming: path) is a device, pipe or socket, and \(wording.maker) makes files",
        hint: wording.alternative)
    }
  }

  private func giveName(to temporaryName: String, in directory: Int32) throws(SystemError) {
    if replaces {
      guard unsafe renameat(directory, temporaryName, directory, name) == 0 else { throw unwritable(.last) }
      return
    }
    if unsafe linux_rename_noreplace(directory, temporaryName, name) == 0 { return }
    // Not every file system knows that rename; a hard link is refused over a file that is there, too.
    if errno == EINVAL || errno == ENOSYS, unsafe linkat(directory, temporaryName, directory, name, 0) == 0 {
      unsafe unlinkat(directory, temporaryName, 0)
      return
    }
    throw errno == EEXIST ? exists : unwritable(.last)
  }

  private var exists: SystemError {
    let hint = ["choose another name", wording.replacement].compactMap { $0 }
    return SystemError(.outputExists, "\(naming: path) already exists", hint: hint.joined(separator: ", or "))
  }

  private func unwritable(_ reason: WriteFailure) -> SystemError {
    SystemError(.outputUnwritable, "\(naming: path) cannot be written: \(reason)")
  }
}

/// Files that are written all or none, and over none that is there: that could not be taken back.
package struct OutputFileSet: Sendable {
  private let files: [OutputFile]

  package init(_ files: [OutputFile]) { self.files = files }

  /// Throws what `write` would throw for what is there now.
  package func check() throws(SystemError) {
    for file in files { try file.check() }
  }

  /// Writes one of the contents into each file; when one fails, those before it are removed.
  package func write(_ contents: [[UInt8]]) throws(SystemError) {
    // Who interrupts a slow disk must not leave some of them behind.
    let mask = SignalMask(blocking: Signals.ending)
    defer { mask.restore() }
    var written: [OutputFile] = []
    do throws(SystemError) {
      for (file, bytes) in zip(files, contents) {
        try file.write(bytes.span)
        written.append(file)
      }
    } catch {
      for file in written { file.remove() }
      throw error
    }
  }
}

/// A file that is made in an open folder, for its owner alone, and that is on the disk when it is made.
enum NewFile {
  /// A name that nothing has, for what has no name of its own yet.
  static func temporaryName() -> String { ".keyroll-\(String(UInt64.random(in: .min ... .max), radix: 16))" }

  /// Makes it with mode 0600 and these bytes, or gives the reason why not; what was begun stays for the caller to remove.
  static func make(_ name: String, in directory: Int32, holding bytes: Span<UInt8>) -> WriteFailure? {
    let number = unsafe openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard number >= 0 else { return .last }
    let file = Descriptor(takingOwnershipOf: number)
    if let failure = WriteFailure.settingMode(0o600, of: file.number) { return failure }
    if let reason = FileOutput.write(bytes, to: file.number) { return .system(reason) }
    do throws(SystemReason) { try file.synchronize() } catch { return .system(error) }
    return nil
  }
}

/// Why something new was not written.
enum WriteFailure: Error, CustomStringConvertible {
  /// A system call failed.
  case system(SystemReason)
  /// What was made belongs to this user, who is not the one that keyroll runs as.
  case foreignOwner(UInt32)

  /// The reason of the last call that failed.
  static var last: WriteFailure { .system(.last) }

  /// For the end of a message, as that of a `SystemReason`.
  var description: String {
    switch self {
    case .system(let reason): reason.description
    case .foreignOwner(let owner):
      "it belongs to user \(owner) as soon as it is made, who could read it, and keyroll runs as user \(geteuid())"
    }
  }

  /// Gives what was just made the mode, or the reason why not: the umask may have taken the owner's bits away.
  ///
  /// EPERM is a file system without modes, such as FAT, which is tolerated, or somebody else's file, which is not: put in
  /// the place of ours in a folder that others may write to, or on a file system that gives all files to one user.
  static func settingMode(_ mode: mode_t, of descriptor: Int32) -> WriteFailure? {
    if fchmod(descriptor, mode) == 0 { return nil }
    guard errno == EPERM else { return .last }
    do throws(SystemReason) {
      let owner = try FileStatus(ofDescriptor: descriptor).owner
      return owner == geteuid() ? nil : .foreignOwner(owner)
    } catch {
      return .system(error)
    }
  }
}
