internal import CLinux
import Messages

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The parts of a message about an output that only the caller knows: what makes the file, and what else can be done.
package struct OutputWording: Sendable {
  /// What makes the file, such as an option of a command.
  let maker: String
  /// What can be done about a file that already exists, besides choosing another name.
  let replacement: String?
  /// What can be done if a file cannot be made.
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

  /// `replacing` lets it replace an existing file. Throws `output-unwritable` for a path that names no file.
  package init(path: String, replacing: Bool, wording: OutputWording = OutputWording()) throws(SystemError) {
    guard let parts = Self.parts(of: path) else {
      throw SystemError(.outputUnwritable, "\(naming: path) is not the path of a file")
    }
    self.path = path
    (directoryPath, name) = parts
    replaces = replacing
    self.wording = wording
  }

  /// Throws now what `write` would throw, so that a key is not used in vain.
  package func check() throws(SystemError) { try check(in: try openDirectory()) }

  /// The file that exists now, which may be one that is read; nil if there is none.
  package var existing: FileIdentity? { try? FileStatus(ofFileAt: path).identity }

  /// True if both would have the same name in the same folder, by whatever path.
  package func isSame(as other: OutputFile) -> Bool {
    guard let own = try? FileStatus(ofFileAt: directoryPath),
      let others = try? FileStatus(ofFileAt: other.directoryPath)
    else { return false }
    return own.identity == others.identity && name.utf8.elementsEqual(other.name.utf8)
  }

  /// Writes the bytes to a new file of mode 0600 beside it, and renames it when everything is on the disk.
  ///
  /// A symbolic link of that name is neither followed nor replaced, for example `/dev/stdout`. Throws `output-exists`
  /// or `output-unwritable`.
  package func write(_ bytes: Span<UInt8>) throws(SystemError) {
    let directory = try openDirectory()
    try check(in: directory)
    // Somebody who interrupts a slow write must not leave half a file behind.
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

  /// Its folder and its name.
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
    // Not every file system has that rename. A hard link fails too if the file exists.
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

/// Files that are written all together or not at all. They replace no existing file, because that could not be undone.
package struct OutputFileSet: Sendable {
  private let files: [OutputFile]

  package init(_ files: [OutputFile]) { self.files = files }

  /// Throws now what `write` would throw.
  package func check() throws(SystemError) {
    for file in files { try file.check() }
  }

  /// Writes one of the contents into each file. If one fails, those before it are removed.
  package func write(_ contents: [[UInt8]]) throws(SystemError) {
    // Somebody who interrupts a slow write must not leave some of them behind.
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

/// A file that is made in an open folder, for its owner alone, and synced to the disk.
enum NewFile {
  /// A temporary name that nothing else has.
  static func temporaryName() -> String { ".keyroll-\(String(UInt64.random(in: .min ... .max), radix: 16))" }

  /// Makes it with mode 0600 and these bytes, or returns the reason why not; the caller removes what was begun.
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
  /// The new file belongs to this user, who is not the one that keyroll runs as.
  case foreignOwner(UInt32)

  /// The reason for which the last call failed.
  static var last: WriteFailure { .system(.last) }

  /// For the end of a message, as that of a `SystemReason`.
  var description: String {
    switch self {
    case .system(let reason): reason.description
    case .foreignOwner(let owner):
      "a new file here belongs to user \(owner), who could read it, but keyroll runs as user \(geteuid())"
    }
  }

  /// Sets the mode of a new file, or returns the reason why not: the umask may have removed the bits of the owner.
  ///
  /// EPERM has two causes. A file system without modes, such as FAT, is tolerated. A file of another user is not:
  /// somebody put it in place of ours in a folder that others can write to, or the file system gives all files to one
  /// user.
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
