import Foundation

/// A program that runs on a terminal of its own, with a person who reads and types.
public final class TerminalSession {
  public let processIdentifier: Int32
  private let terminal: NamelessFile
  private var screen: [UInt8] = []

  /// Starts it as leader of a session on a new terminal; `descriptors` takes streams away from the terminal.
  public init(
    _ path: String, _ arguments: [String], environment: [String: String] = [:], descriptors: [Int32: NamelessFile] = [:]
  ) throws {
    var near: Int32 = -1
    var far: Int32 = -1
    guard unsafe openpty(&near, &far, nil, nil, nil) == 0 else { throw SystemFailure("openpty") }
    terminal = NamelessFile(takingOwnershipOf: near)
    // Until the child has it open, reading would find nobody at the other end.
    let farEnd = NamelessFile(takingOwnershipOf: far)
    for descriptor in [near, far] { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    // Not `ttyname`, whose answer is shared between threads.
    let name = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(far)")
    var child = ChildProcess(path: path, arguments: arguments, environment: environment)
    child.terminal = name
    child.descriptors = descriptors
    processIdentifier = try child.start()
    withExtendedLifetime(farEnd) {}
  }

  /// All that has been shown so far.
  public var text: String { String(validating: screen, as: UTF8.self) ?? "not UTF-8: \(screen)" }

  /// True where the terminal shows what is typed.
  public var showsInput: Bool {
    var modes = termios()
    unsafe tcgetattr(terminal.descriptor, &modes)
    return modes.c_lflag & tcflag_t(ECHO) != 0
  }

  /// Reads until the screen ends so; throws when the program ends before, or shows nothing more for a long time.
  public func wait(for ending: String) throws {
    while !screen.suffix(ending.utf8.count).elementsEqual(ending.utf8) {
      guard try readMore() else { throw SystemFailure("waiting for '\(ending)', got '\(text)'", code: EIO) }
    }
  }

  public func type(_ text: String) throws {
    guard unsafe write(terminal.descriptor, text, text.utf8.count) == text.utf8.count else { throw SystemFailure("write") }
  }

  /// Reads to the end: the screen, with the terminal's line ends as line feeds, and the status.
  public func finish() throws -> Outcome {
    while try readMore() {}
    return Outcome(
      status: try ChildProcess.wait(for: processIdentifier), output: text.replacing("\r\n", with: "\n"))
  }

  /// False when nobody has the other end open any more.
  private func readMore() throws -> Bool {
    var ready = pollfd(fd: terminal.descriptor, events: Int16(POLLIN), revents: 0)
    // Only a program that hangs ever comes near this.
    guard unsafe poll(&ready, 1, 60_000) > 0 else { throw SystemFailure("nothing more came than '\(text)'", code: ETIMEDOUT) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = unsafe read(terminal.descriptor, &bytes, bytes.count)
    if count <= 0 { return false }
    screen += bytes.prefix(count)
    return true
  }
}
