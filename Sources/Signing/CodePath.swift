#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The path of a file whose code is going to run with a key or a PIN in reach.
package struct CodePath: Sendable, Hashable {
  /// Why the code must not run.
  package enum Refusal: Error, Hashable {
    /// There is no such file, for this reason of the system's.
    case absent(String)
    /// The path without symbolic links is not text in UTF-8.
    case notText
    /// Users other than this one and root can change what is at this path.
    case changeable(String)
  }

  /// Without symbolic links.
  package let resolved: String

  /// Takes a file only if nobody else can replace it or what it is in.
  package init(_ path: String) throws(Refusal) {
    guard let resolved = unsafe realpath(path, nil) else {
      let reason = unsafe strerror(errno).flatMap { unsafe String(validatingCString: $0) } ?? "error \(errno)"
      throw .absent(reason.lowercased())
    }
    defer { unsafe free(resolved) }
    guard let text = unsafe String(validatingCString: resolved) else { throw .notText }
    self.resolved = text
    // A folder that others can write to lets them put another file in the place of this one.
    var parts = text.utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }
    while true {
      let place = "/" + parts.joined(separator: "/")
      if Self.isOpenToOthers(place) { throw .changeable(place) }
      if parts.isEmpty { break }
      parts.removeLast()
    }
  }

  private static func isOpenToOthers(_ path: String) -> Bool {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { return true }
    if status.st_uid != 0 && status.st_uid != geteuid() { return true }
    // In a folder with the sticky bit nobody replaces what is somebody else's.
    let isSticky = status.st_mode & S_IFMT == S_IFDIR && status.st_mode & S_ISVTX != 0
    return status.st_mode & S_IWOTH != 0 && !isSticky
  }
}
