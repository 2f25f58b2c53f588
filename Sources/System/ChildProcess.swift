internal import CLinux

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A program in a session of its own. When this value is destroyed, the program and everything left of that session are
/// ended.
package struct RunningProgram: ~Copyable {
  private let output: Descriptor
  private let error: Descriptor
  /// Readable once the program has ended.
  private let watch: Descriptor
  private let identifier: pid_t
  private var end: ProgramEnd?

  /// How long a program has to tidy up after it is told to end, in milliseconds.
  private static let grace: Int32 = 1_000

  /// The longest input that every pipe takes at once, in bytes.
  package static let mostInputBytes = 4_096

  /// Starts the file of this path with these variables and `name` as the only argument; `input` has at most `mostInputBytes`.
  ///
  /// It gets the three standard streams, no other descriptor, no terminal, and the signals of a new process. If the
  /// system cannot give it these, it is not started.
  package init(
    _ path: String, named name: String, environment: [String: String], input: [UInt8]
  ) throws(SystemReason) {
    let standardInput = try Self.stream(holding: input)
    let output = try Pipe()
    let error = try Pipe()
    try standardInput.makeBlocking()
    try output.writing.makeBlocking()
    try error.writing.makeBlocking()
    let identifier = try Self.spawn(
      path, name, environment, streams: [standardInput.number, output.writing.number, error.writing.number])
    let watch = linux_watch_process(identifier)
    if watch < 0 {
      let reason = SystemReason.last
      _ = Self.reap(identifier)
      throw reason
    }
    self.identifier = identifier
    self.watch = Descriptor(takingOwnershipOf: watch)
    self.output = output.reading
    self.error = error.reading
  }

  deinit { if end == nil { _ = Self.reap(identifier) } }

  /// Asks the whole session to end, and gives the program a moment to do it.
  package borrowing func terminate() {
    kill(-identifier, SIGTERM)
    var event = pollfd(fd: watch.number, events: Int16(POLLIN), revents: 0)
    _ = unsafe poll(&event, 1, Self.grace)
  }

  /// Ends what is left of the session, the program included, and returns how the program ended.
  package mutating func reap() -> ProgramEnd {
    let end = end ?? Self.reap(identifier)
    self.end = end
    return end
  }

  /// The group cannot belong to another process: its number is not reused before this process has waited for the
  /// program.
  private static func reap(_ identifier: pid_t) -> ProgramEnd {
    kill(-identifier, SIGKILL)
    var status: Int32 = 0
    while unsafe waitpid(identifier, &status, 0) != identifier {
      if errno != EINTR { return .unknown }
    }
    return ProgramEnd(waitStatus: status)
  }

  /// The reading end of a pipe that already contains all of the input. Nothing is written to a running program, because
  /// it may not read.
  private static func stream(holding input: [UInt8]) throws(SystemReason) -> Descriptor {
    let pipe = try Pipe()
    guard unsafe write(pipe.writing.number, input, input.count) == input.count else { throw .last }
    return pipe.reading
  }

  /// Every call is checked: if one failed, the program would start with our descriptors, our terminal or our signals.
  private static func spawn(
    _ path: String, _ name: String, _ environment: [String: String], streams: [Int32]
  ) throws(SystemReason) -> pid_t {
    var actions = unsafe posix_spawn_file_actions_t()
    try require(unsafe posix_spawn_file_actions_init(&actions))
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    for (number, stream) in zip(STDIN_FILENO..., streams) {
      try require(unsafe posix_spawn_file_actions_adddup2(&actions, stream, number))
    }
    try require(unsafe linux_spawn_close_from(&actions, STDERR_FILENO + 1))

    var attributes = posix_spawnattr_t()
    try require(unsafe posix_spawnattr_init(&attributes))
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    // A started program inherits the ignored and blocked signals of this process, unless it is told otherwise.
    var signals = sigset_t()
    unsafe sigfillset(&signals)
    try require(unsafe posix_spawnattr_setsigdefault(&attributes, &signals))
    unsafe sigemptyset(&signals)
    try require(unsafe posix_spawnattr_setsigmask(&attributes, &signals))
    let flags = Int32(LINUX_SPAWN_NEW_SESSION) | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
    try require(unsafe posix_spawnattr_setflags(&attributes, Int16(flags)))

    let variables = environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    var arguments = unsafe [strdup(name)]
    var strings = unsafe variables.map { unsafe strdup($0) }
    defer { unsafe (arguments + strings).forEach { unsafe free($0) } }
    // A null pointer would be the end of the list.
    if unsafe (arguments + strings).contains(where: { unsafe $0 == nil }) { throw SystemReason(code: ENOMEM) }
    unsafe arguments.append(nil)
    unsafe strings.append(nil)
    var identifier: pid_t = 0
    try require(unsafe posix_spawn(&identifier, path, &actions, &attributes, &arguments, &strings))
    return identifier
  }

  /// Throws the error that the calls of `posix_spawn` return; they do not set `errno`.
  private static func require(_ failure: Int32) throws(SystemReason) {
    if failure != 0 { throw SystemReason(code: failure) }
  }
}

extension RunningProgram {
  /// Why a program is no longer watched.
  package enum Outcome: Sendable {
    case ended, tooLong, timeout, interrupted
    /// It cannot be watched any longer, for this reason.
    case unobserved(SystemReason)
  }

  /// Passes on what the program writes until it ends. Programs that it started may keep its streams open as long as
  /// they like.
  ///
  /// - Parameters:
  ///   - interruption: the number of a descriptor that becomes readable when the program is to be followed no longer.
  ///   - takeOutput: takes some of its standard output; false when that is more than is wanted.
  ///   - takeError: takes some of its standard error; false when no more is wanted of what is there now.
  package borrowing func follow(
    until deadline: ContinuousClock.Instant, orReadable interruption: Int32?, takeOutput: ([UInt8]) -> Bool,
    takeError: ([UInt8]) -> Bool
  ) -> Outcome {
    var events = [output.number, error.number, watch.number, interruption ?? -1].map {
      pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
    }
    var isTooLong = false
    while true {
      if unsafe poll(&events, nfds_t(events.count), Self.milliseconds(until: deadline)) < 0 {
        if errno != EINTR { return .unobserved(.last) }
        if ContinuousClock.now >= deadline { return .timeout }
        continue
      }
      // After it has ended, everything that it wrote is there, whatever the streams showed before.
      let hasEnded = events[2].revents != 0
      if hasEnded || events[0].revents != 0 {
        let isOpen = output.read(all: hasEnded) { bytes in
          isTooLong = !takeOutput(bytes)
          return !isTooLong
        }
        if !isOpen { events[0].fd = -1 }
      }
      if hasEnded || events[1].revents != 0, !error.read(all: hasEnded, takeError) { events[1].fd = -1 }
      if isTooLong { return .tooLong }
      if hasEnded { return .ended }
      if events[3].revents != 0 { return .interrupted }
      if ContinuousClock.now >= deadline { return .timeout }
    }
  }

  /// Rounded up, and at most one hour, after which it is checked again.
  private static func milliseconds(until deadline: ContinuousClock.Instant) -> Int32 {
    let rest = ContinuousClock.now.duration(to: deadline)
    if rest <= .zero { return 0 }
    let (seconds, attoseconds) = min(rest, .seconds(3_600)).components
    return Int32(seconds * 1_000 + attoseconds / 1_000_000_000_000_000 + 1)
  }
}

/// How a program ended, by the status that `waitpid` gave.
package enum ProgramEnd: Sendable, Hashable {
  case exited(Int32)
  case killed(signal: Int32)
  /// The status is already gone: whoever runs this process ignores SIGCHLD or waits for every child.
  case unknown

  init(waitStatus: Int32) {
    let signal = waitStatus & 0x7F
    self = signal == 0 ? .exited(waitStatus >> 8 & 0xFF) : .killed(signal: signal)
  }

  /// For the end of a message that begins with the program.
  package var description: String {
    switch self {
    case .exited(let status): "ended with status \(status)"
    case .killed(let signal):
      // Not `strsignal`, whose answer is shared between threads.
      "was ended by signal \(signal)"
    case .unknown: "ended, and its status cannot be told"
    }
  }
}

/// A pipe that started programs do not inherit, and that never blocks.
struct Pipe: ~Copyable {
  let reading: Descriptor
  let writing: Descriptor

  init() throws(SystemReason) {
    var ends: [Int32] = [-1, -1]
    guard unsafe linux_pipe(&ends) == 0 else { throw .last }
    // Both ends have an owner before anything can fail.
    let first = Descriptor(takingOwnershipOf: ends[0])
    let second = Descriptor(takingOwnershipOf: ends[1])
    let reading = try Self.besideStandardStreams(first)
    let writing = try Self.besideStandardStreams(second)
    self.reading = reading
    self.writing = writing
  }

  /// If a standard stream is closed, its number is free, and another stream of the program would take it.
  private static func besideStandardStreams(_ end: consuming Descriptor) throws(SystemReason) -> Descriptor {
    if end.number > STDERR_FILENO { return end }
    let copy = fcntl(end.number, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
    if copy < 0 { throw .last }
    return Descriptor(takingOwnershipOf: copy)
  }
}

/// The programs that this process has started and not waited for: those that p11-kit runs for `remote: |PROGRAM`.
package enum ChildProcesses {
  /// Ends them. A program that a hanging module keeps would live on, logged in, with standard error open.
  package static func end() {
    for child in identifiers { kill(child, SIGKILL) }
  }

  // For a signal handler, which may neither allocate nor lock; zero if there is none.
  private nonisolated(unsafe) static let remembered = {
    let identifiers = UnsafeMutablePointer<pid_t>.allocate(capacity: mostRemembered)
    unsafe identifiers.initialize(repeating: 0, count: mostRemembered)
    return unsafe identifiers
  }()
  private static let mostRemembered = 16

  /// Until they are forgotten, a signal that ends this process ends them too. While a call hangs, the programs that
  /// p11-kit has started do not learn that nobody waits for them.
  package static func endWithSignals() {
    for (index, child) in identifiers.prefix(mostRemembered).enumerated() { unsafe remembered[index] = child }
    // An ignored signal stays ignored, as under nohup.
    for ending in Signals.ending where Signals.action(of: ending) == 0 {
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

  /// From here on they end by themselves, and their numbers may be given to other processes.
  package static func forget() { unsafe remembered.update(repeating: 0, count: mostRemembered) }

  /// Those whose parent is this process, from `/proc`.
  private static var identifiers: [pid_t] {
    guard let folder = unsafe opendir("/proc") else { return [] }
    defer { unsafe closedir(folder) }
    var children: [pid_t] = []
    while let entry = unsafe readdir(folder) {
      guard let text = String(validating: unsafe FolderEntry.name(of: entry), as: UTF8.self),
        let identifier = pid_t(text),
        parent(of: identifier) == getpid()
      else { continue }
      children.append(identifier)
    }
    return children
  }

  /// The fourth field of `stat`; the second is a name between parentheses, which may contain anything.
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
