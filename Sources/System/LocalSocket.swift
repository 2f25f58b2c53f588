import CLinux

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A socket in the file system (unix(7)), examined without a connection: nothing here calls a function that could reach
/// a network.
package struct LocalSocket: Sendable {
  /// What is known about the process at the other end.
  package enum State: Sendable, Hashable {
    case absent
    /// It cannot be reached, for this reason of the system, in lower case.
    case unreachable(String)
    /// The file is there, but no process has it open.
    case abandoned
    /// Some process has it open, or that is unknown.
    case open
  }

  package let path: String

  package init(_ path: String) { self.path = path }

  package var state: State {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else {
      let reason = SystemReason.last
      return reason.code == ENOENT ? .absent : .unreachable(reason.description)
    }
    return isListed ? .open : .abandoned
  }

  /// True when something is at the path.
  package var isThere: Bool { unsafe access(path, F_OK) == 0 }

  /// True if `/proc/net/unix` lists the path, or cannot be read.
  private var isListed: Bool {
    let file = unsafe open("/proc/net/unix", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return true }
    defer { close(file) }
    var contents: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while contents.count < Self.mostBytes {
      let count = unsafe read(file, &buffer, buffer.count)
      if count <= 0 { break }
      contents += buffer.prefix(count)
    }
    let end = Array(" \(path)".utf8)
    return contents.split(separator: UInt8(ascii: "\n")).contains { $0.suffix(end.count).elementsEqual(end) }
  }

  private static let mostBytes = 1 << 24
}
