internal import Glibc
internal import Signing

/// The path of a module, which is code that will run with the PIN in reach.
struct ModulePath: Sendable, Hashable {
  /// Without symbolic links.
  let resolved: String

  /// Throws `module-unavailable` for a file that is not there, and for one that other users could replace.
  init(_ path: String) throws(KeyError) {
    guard let resolved = unsafe realpath(path, nil) else {
      let reason = unsafe strerror(errno).flatMap { unsafe String(validatingCString: $0) } ?? "error \(errno)"
      throw KeyError(.moduleUnavailable, "the module \(path) cannot be loaded: \(reason.lowercased())")
    }
    defer { unsafe free(resolved) }
    guard let text = unsafe String(validatingCString: resolved) else {
      throw KeyError(.moduleUnavailable, "the module \(path) cannot be loaded: its path is not text in UTF-8")
    }
    self.resolved = text
    // A folder that others can write to lets them put another file in the place of this one.
    var parts = text.utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }
    while true {
      let place = "/" + parts.joined(separator: "/")
      if Self.isOpenToOthers(place) {
        throw KeyError(
          .moduleUnavailable, "the module \(path) is not loaded: users other than you and root can change \(place)",
          hint: "install the module where only root can write")
      }
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
