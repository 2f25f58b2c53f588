import Foundation

/// A program that runs on a terminal of its own, with a person who reads and types.
public final class TerminalSession {
  public let processIdentifier: Int32
  private let terminal: NamelessFile
  /// The end of the program: open here too, so that the terminal and its modes outlive the program.
  private var farEnd: NamelessFile?
  private var screen: [UInt8] = []
  private var awaitedCount = 0

  /// Starts it as leader of a session on a new terminal; `descriptors` replaces streams of the terminal.
  ///
  /// The terminal has so many columns that no line is folded, unless another width is asked for; with 0 it does not
  /// know its width.
  public init(
    _ path: String, _ arguments: [String], environment: [String: String] = [:],
    descriptors: [Int32: NamelessFile] = [:], columns: UInt16 = 1000
  ) throws {
    var near: Int32 = -1
    var far: Int32 = -1
    var size = winsize(ws_row: columns == 0 ? 0 : 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    guard unsafe openpty(&near, &far, nil, nil, &size) == 0 else { throw SystemFailure("openpty") }
    terminal = NamelessFile(takingOwnershipOf: near)
    farEnd = NamelessFile(takingOwnershipOf: far)
    for descriptor in [near, far] { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    // This replaces `ttyname`, whose answer is shared between threads.
    let name = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(far)")
    var child = ChildProcess(path: path, arguments: arguments, environment: environment)
    child.terminal = name
    child.descriptors = descriptors
    processIdentifier = try child.start()
  }

  /// All that has been shown so far.
  public var text: String { String(validating: screen, as: UTF8.self) ?? "not UTF-8: \(screen)" }

  /// True if the terminal shows what is typed.
  public var showsInput: Bool {
    var modes = termios()
    unsafe tcgetattr(terminal.descriptor, &modes)
    return modes.c_lflag & tcflag_t(ECHO) != 0
  }

  /// Reads until this is shown, after the text of the last wait; throws if the program hangs.
  public func wait(for text: String) throws {
    while true {
      let rest = screen.dropFirst(awaitedCount)
      if let found = rest.firstRange(of: Array(text.utf8)) {
        awaitedCount = found.upperBound
        return
      }
      guard try readMore() else { throw SystemFailure("waiting for '\(text)' after '\(self.text)'", code: EIO) }
    }
  }

  public func type(_ text: String) throws {
    guard unsafe write(terminal.descriptor, text, text.utf8.count) == text.utf8.count else {
      throw SystemFailure("write")
    }
  }

  /// Waits for the program to end without reading its output, which must be short; the terminal stays.
  public func wait() throws -> Int32 { try ChildProcess.wait(for: processIdentifier) }

  /// Reads to the end: the screen, with the terminal's line ends as line feeds, and the status.
  public func finish() throws -> Outcome {
    farEnd = nil
    while try readMore() {}
    return Outcome(status: try wait(), output: text.replacing("\r\n", with: "\n"))
  }

  /// The same for a program that asks: types the closure's answer to an unfinished line that ends with a colon and a
  /// space.
  public func finish(answering answer: (_ question: String) -> String?) throws -> Outcome {
    farEnd = nil
    var answered = 0
    while try readMore() {
      let question = String(text.split(separator: "\n", omittingEmptySubsequences: false).last ?? "")
      guard question.hasSuffix(": "), screen.count > answered, let answer = answer(question) else { continue }
      answered = screen.count
      try type(answer + "\n")
    }
    return Outcome(status: try wait(), output: text.replacing("\r\n", with: "\n"))
  }

  /// False if nobody has the other end open any more.
  private func readMore() throws -> Bool {
    var ready = pollfd(fd: terminal.descriptor, events: Int16(POLLIN), revents: 0)
    // Only a program that hangs comes near this.
    guard unsafe poll(&ready, 1, 60_000) > 0 else {
      throw SystemFailure("nothing more came than '\(text)'", code: ETIMEDOUT)
    }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = unsafe read(terminal.descriptor, &bytes, bytes.count)
    if count <= 0 { return false }
    screen += bytes.prefix(count)
    return true
  }
}
