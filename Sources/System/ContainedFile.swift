internal import CLinux
import Encodings
import Messages

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Files in a folder that somebody else may have filled: no link is followed, and no pipe is waited for.
package enum ContainedFile {
  /// The bytes of a file by the names that lead to it from the folder; nil if there is none.
  ///
  /// Throws `file-unreadable` for what is not a regular file, and `file-too-large`.
  package static func contents(
    _ names: [String], in folder: String, limit: Int
  ) throws(SystemError) -> [UInt8]? {
    let shown = "\(naming: ([folder] + names).joined(separator: "/"))"
    func unreadable(_ reason: SystemReason) -> SystemError {
      SystemError(.fileUnreadable, "\(shown) cannot be read: \(reason)")
    }
    var place = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    defer { if place >= 0 { close(place) } }
    for (index, name) in names.enumerated() where place >= 0 {
      let isLast = index == names.count - 1
      let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | (isLast ? 0 : O_DIRECTORY)
      let next = unsafe openat(place, name, flags)
      let reason = errno
      close(place)
      place = next
      errno = reason
    }
    if place < 0 {
      if errno == ENOENT { return nil }
      throw unreadable(.last)
    }
    var status = stat()
    guard unsafe fstat(place, &status) == 0 else { throw unreadable(.last) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw SystemError(.fileUnreadable, "\(shown) is not a regular file")
    }
    let bytes = try SecretBytes.contents(ofDescriptor: place, named: shown, limit: limit)
    return bytes.withBytes { [UInt8](copying: $0) }
  }

  /// The names in a folder, sorted by their bytes, without those that begin with a dot; nil if there is no such folder.
  ///
  /// Names that are not UTF-8 are skipped: nothing of ours has one. With `includingHidden` only `.` and `..` are left out.
  package static func names(in folder: String, includingHidden: Bool = false) -> [String]? {
    guard let stream = unsafe opendir(folder) else { return nil }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      // The name is in the entry, which the next call overwrites.
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(validatingCString: $0) }
      }
      guard let name else { continue }
      let isHidden = name.utf8.first == UInt8(ascii: ".")
      if !isHidden || includingHidden && name != "." && name != ".." { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// True for a folder, which a link may lead to.
  package static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}
