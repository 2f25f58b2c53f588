internal import CLinux
import Encodings
import Messages

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Files in a folder that somebody else may have filled. Links are not followed, and reading never waits on a pipe.
package enum ContainedFile {
  /// The bytes of the file at these names under the folder; nil if there is none.
  ///
  /// Throws `file-unreadable` if it is not a regular file, and `file-too-large`.
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
  /// Skips names that are not UTF-8: keyroll writes no such names. With `includingHidden` only `.` and `..` are left out.
  package static func names(in folder: String, includingHidden: Bool = false) -> [String]? {
    guard let stream = unsafe opendir(folder) else { return nil }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = String(validating: unsafe FolderEntry.name(of: entry), as: UTF8.self)
      guard let name else { continue }
      let isHidden = name.utf8.first == UInt8(ascii: ".")
      if !isHidden || includingHidden && name != "." && name != ".." { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// True for a folder, or a link to one.
  package static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}

/// What reading a folder gives (readdir(3)).
enum FolderEntry {
  /// The bytes of its name, which the next entry overwrites.
  ///
  /// Read in place: an entry is shorter than its type, so that a copy of the whole name would go past it.
  static func name(of entry: UnsafeMutablePointer<dirent>) -> [UInt8] {
    unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in unsafe Array(bytes.prefix { $0 != 0 }) }
  }
}
