import Glibc

/// The programs that this process has started and not waited for: what p11-kit runs for `remote: |PROGRAM`.
enum ChildProcesses {
  /// Ends them: one that a hanging module keeps would live on, logged in, and hold standard error open.
  static func end() {
    for child in identifiers { kill(child, SIGKILL) }
  }

  // For a signal handler, which may neither allocate nor lock; zero where there is none.
  private nonisolated(unsafe) static let remembered = {
    let identifiers = UnsafeMutablePointer<pid_t>.allocate(capacity: mostRemembered)
    unsafe identifiers.initialize(repeating: 0, count: mostRemembered)
    return unsafe identifiers
  }()
  private static let mostRemembered = 16

  /// Lets a signal that ends this process end them too, until they are forgotten: while a call hangs, what p11-kit has started
  /// does not learn that nobody waits for it.
  static func endWithSignals() {
    for (index, child) in identifiers.prefix(mostRemembered).enumerated() { unsafe remembered[index] = child }
    for ending in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] {
      var current = sigaction()
      // One that is ignored, as by nohup, stays so.
      guard unsafe sigaction(ending, nil, &current) == 0,
        unsafe unsafeBitCast(current.__sigaction_handler.sa_handler, to: Int.self) == 0
      else { continue }
      signal(ending) { ending in
        for index in 0..<ChildProcesses.mostRemembered {
          let child = unsafe ChildProcesses.remembered[index]
          if child > 0 { kill(child, SIGKILL) }
        }
        signal(ending, SIG_DFL)
        raise(ending)
      }
    }
  }

  /// From here on they end by themselves, and their numbers may become those of other processes.
  static func forget() { unsafe remembered.update(repeating: 0, count: mostRemembered) }

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
