internal import Glibc
import Messages
internal import Signing
import System

/// A program that is handed one text and answers with another, within bounds of time and length.
struct Program: Sendable {
  /// Why the program is no longer waited for.
  private enum Outcome {
    case ended, tooLong, timeout, interrupted
    /// It cannot be followed any longer, for this reason.
    case unobserved(SystemReason)
  }

  let path: ProgramPath
  let environment: [String: String]
  let timeout: Duration
  let observer: (any ProgramObserver)?

  /// The longest input that every pipe takes at once, and the longest answer that is read, in bytes.
  static let mostInputBytes = 4_096
  static let mostOutputBytes = 65_536

  /// What the program wrote to its standard output, and how it ended; blocks.
  ///
  /// Throws `program-failed` when it cannot be started, `program-timeout`, and `malformed-answer` for too long an output.
  func run(_ input: [UInt8]) throws(SigningError) -> (output: [UInt8], end: ProgramEnd) {
    let interruption = observer?.willStart()
    // Whoever is told must find nothing of the program left.
    defer { observer?.didEnd() }
    let deadline = ContinuousClock.now + timeout
    var program = try started(input)
    var output: [UInt8] = []
    let outcome = follow(program, into: &output, until: deadline, interruption)
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
        hint: "look at what it waits for: it has no terminal to ask on; a slow one needs a longer --signer-timeout")
    case .interrupted: throw SigningError(.programFailed, "\(naming: path.name) was interrupted")
    case .unobserved(let error):
      throw SigningError(.programFailed, "\(naming: path.name) cannot be waited for, and was ended: \(error)")
    }
  }

  private func started(_ input: [UInt8]) throws(SigningError) -> RunningProgram {
    do throws(SystemReason) {
      return try RunningProgram(path, environment: environment, input: input)
    } catch {
      throw SigningError(
        .programFailed, "\(naming: path.name) cannot be started: \(error)",
        hint: error.code == ENOEXEC ? "a script begins with #! and the path of what runs it" : nil)
    }
  }

  /// Reads until the program has ended: what it has started may keep its streams open for as long as it likes.
  private func follow(
    _ program: borrowing RunningProgram, into output: inout [UInt8], until deadline: ContinuousClock.Instant,
    _ interruption: Int32?
  ) -> Outcome {
    var events = [program.output.number, program.error.number, program.watch.number, interruption ?? -1].map {
      pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
    }
    var lines = LineReader()
    defer { for line in lines.rest() { observer?.didWrite(line) } }
    while true {
      if unsafe poll(&events, nfds_t(events.count), Self.milliseconds(until: deadline)) < 0 {
        if errno != EINTR { return .unobserved(.last) }
        if ContinuousClock.now >= deadline { return .timeout }
        continue
      }
      // Once it has ended all that it wrote is there, whatever was seen of the streams before.
      let hasEnded = events[2].revents != 0
      if hasEnded || events[0].revents != 0 {
        let isOpen = program.output.read(all: hasEnded) { bytes in
          output += bytes
          return output.count <= Self.mostOutputBytes
        }
        if !isOpen { events[0].fd = -1 }
      }
      if hasEnded || events[1].revents != 0 {
        let isOpen = program.error.read(all: hasEnded) { bytes in
          for line in lines.lines(completedBy: bytes) { observer?.didWrite(line) }
          return !lines.isFull
        }
        if !isOpen { events[1].fd = -1 }
      }
      if output.count > Self.mostOutputBytes { return .tooLong }
      if hasEnded { return .ended }
      if events[3].revents != 0 { return .interrupted }
      if ContinuousClock.now >= deadline { return .timeout }
    }
  }

  /// Rounded up, and at most the hour after which it is asked again.
  private static func milliseconds(until deadline: ContinuousClock.Instant) -> Int32 {
    let rest = ContinuousClock.now.duration(to: deadline)
    if rest <= .zero { return 0 }
    let (seconds, attoseconds) = min(rest, .seconds(3_600)).components
    return Int32(seconds * 1_000 + attoseconds / 1_000_000_000_000_000 + 1)
  }
}
