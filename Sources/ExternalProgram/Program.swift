import Messages
internal import Signing
import System

/// A program that gets one text and answers with another, within limits of time and length.
struct Program: Sendable {
  let path: ProgramPath
  let environment: [String: String]
  let timeout: Duration
  let observer: (any ProgramObserver)?

  /// The longest answer to read, in bytes.
  static let mostOutputBytes = 65_536

  /// The standard output of the program, and how it ended; blocks.
  ///
  /// Throws `program-failed` if it cannot be started, `program-timeout`, and `malformed-answer` if the output is too
  /// long.
  func run(_ input: [UInt8]) throws(SigningError) -> (output: [UInt8], end: ProgramEnd) {
    let interruption = observer?.willStart()
    // When the observer hears of its end, nothing of the program is left.
    defer { observer?.didEnd() }
    let deadline = ContinuousClock.now + timeout
    var program = try started(input)
    var output: [UInt8] = []
    var lines = LineReader()
    let outcome = program.follow(
      until: deadline, orReadable: interruption,
      takeOutput: { bytes in
        output += bytes
        return output.count <= Self.mostOutputBytes
      },
      takeError: { bytes in
        for line in lines.lines(completedBy: bytes) { observer?.didWrite(line) }
        return !lines.isFull
      })
    for line in lines.rest() { observer?.didWrite(line) }
    switch outcome {
    case .timeout, .interrupted, .unobserved: program.terminate()
    case .ended, .tooLong: break
    }
    let end = program.reap()
    switch outcome {
    case .ended: return (output, end)
    case .tooLong:
      throw SigningError(.malformedAnswer, "\(naming: path.name) answered with more than \(Self.mostOutputBytes) bytes")
    case .timeout:
      throw SigningError(
        .programTimeout, "\(naming: path.name) has not ended after \(timeout.components.seconds) s, and was ended",
        hint: "find out what it waits for: it has no terminal to ask on; a slow program needs more time")
    case .interrupted: throw SigningError(.programFailed, "\(naming: path.name) was interrupted")
    case .unobserved(let error):
      throw SigningError(.programFailed, "\(naming: path.name) cannot be waited for, and was ended: \(error)")
    }
  }

  private func started(_ input: [UInt8]) throws(SigningError) -> RunningProgram {
    do throws(SystemReason) {
      return try RunningProgram(path.resolved, named: path.name, environment: environment, input: input)
    } catch {
      throw SigningError(
        .programFailed, "\(naming: path.name) cannot be started: \(error)",
        hint: error == .unknownFormat ? "a script begins with #! and the path of what runs it" : nil)
    }
  }
}

/// Splits what a program writes to its standard error into lines, up to a limit.
struct LineReader {
  /// The longest line that is shown whole, and the most that is shown of a program's output, in bytes.
  static let mostLineBytes = 1_024
  static let mostBytes = 16_384

  private var line: [UInt8] = []
  private var byteCount = 0
  /// True if nothing more is taken.
  var isFull: Bool { byteCount > Self.mostBytes }

  /// The lines that these bytes complete. If there is too much, the last line says so.
  mutating func lines(completedBy bytes: [UInt8]) -> [String] {
    var lines: [String] = []
    for byte in bytes where !isFull {
      byteCount += 1
      if isFull {
        lines += rest() + ["the rest of what it says is left out"]
      } else if byte == UInt8(ascii: "\n") {
        lines.append(text)
        line = []
      } else if line.count < Self.mostLineBytes {
        line.append(byte)
      }
    }
    return lines
  }

  /// The last line, without a line feed.
  mutating func rest() -> [String] {
    defer { line = [] }
    return line.isEmpty ? [] : [text]
  }

  /// Bytes outside ASCII are shown as a mark.
  private var text: String {
    if let text = String(validating: line, as: UTF8.self) { return text }
    return String(String.UnicodeScalarView(line.map { $0 < 0x80 ? Unicode.Scalar($0) : "\u{FFFD}" }))
  }
}
