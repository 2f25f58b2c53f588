import Glibc

/// The programs that this process has started and not waited for: what p11-kit runs for `remote: |PROGRAM`.
enum ChildProcesses {
  /// Ends them: one that a hanging module keeps would live on, logged in, and hold standard error open.
  static func end() {
    for child in identifiers { kill(child, SIGKILL) }
  }

  /// Those whose parent is this process, from `/proc`.
  private static var identifiers: [pid_t] {
    guard let folder = unsafe opendir("/proc") else { return [] }
    defer { unsafe closedir(folder) }
    var children: [pid_t] = []
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { unsafe Array($0.prefix { $0 != 0 }) }
      guard let text = String(validating: name, as: UTF8.self), let identifier = pid_t(text),
        parent(of: identifier) == getpid()
      else { continue }
      children.append(identifier)
    }
    return children
  }

  /// The fourth field of `stat`; the second is a name between parentheses, which may hold anything.
  private static func parent(of identifier: pid_t) -> pid_t? {
    let file = unsafe open("/proc/\(identifier)/stat", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 1024)
    let count = unsafe read(file, &bytes, bytes.count)
    guard count > 0, let end = bytes[..<count].lastIndex(of: UInt8(ascii: ")")) else { return nil }
    let fields = bytes[(end + 1)..<count].split(separator: UInt8(ascii: " "))
    return fields.count > 1 ? String(validating: fields[1], as: UTF8.self).flatMap { pid_t($0) } : nil
  }
}
