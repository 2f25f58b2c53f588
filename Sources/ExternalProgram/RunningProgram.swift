internal import CLinux
internal import Glibc
import System

/// A program in a session of its own, ended with all that is left of that session when this value goes.
struct RunningProgram: ~Copyable {
  let output: Descriptor
  let error: Descriptor
  /// Readable when the program has ended.
  let watch: Descriptor
  private let identifier: pid_t
  private var end: ProgramEnd?

  /// How long a program is given to tidy up when it is told to end, in milliseconds.
  private static let grace: Int32 = 1_000

  /// Starts it with these variables and its path as the only argument; `input` must fit into a pipe at once.
  ///
  /// It has the three standard streams and no other descriptor, no terminal, and the signals as a new process has them; where
  /// the system cannot give it these, it is not started.
  init(_ path: ProgramPath, environment: [String: String], input: [UInt8]) throws(SystemReason) {
    let standardInput = try Self.stream(holding: input)
    let output = try Pipe()
    let error = try Pipe()
    try standardInput.makeBlocking()
    try output.writing.makeBlocking()
    try error.writing.makeBlocking()
    let identifier = try Self.spawn(
      path, environment, streams: [standardInput.number, output.writing.number, error.writing.number])
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

  /// Asks the whole session to end, and waits a moment for the program to do it.
  borrowing func terminate() {
    kill(-identifier, SIGTERM)
    var event = pollfd(fd: watch.number, events: Int16(POLLIN), revents: 0)
    _ = unsafe poll(&event, 1, Self.grace)
  }

  /// Ends what is left of the session, the program too, and says how the program ended.
  mutating func reap() -> ProgramEnd {
    let end = end ?? Self.reap(identifier)
    self.end = end
    return end
  }

  /// The group cannot be another's: its number is not given away before the program has been waited for.
  private static func reap(_ identifier: pid_t) -> ProgramEnd {
    kill(-identifier, SIGKILL)
    var status: Int32 = 0
    while unsafe waitpid(identifier, &status, 0) != identifier {
      if errno != EINTR { return .unknown }
    }
    return ProgramEnd(waitStatus: status)
  }

  /// The reading end of a pipe with all of the input in it: nothing is written to a program, which may not read.
  private static func stream(holding input: [UInt8]) throws(SystemReason) -> Descriptor {
    let pipe = try Pipe()
    guard unsafe write(pipe.writing.number, input, input.count) == input.count else { throw .last }
    return pipe.reading
  }

  /// Every call is judged: a program that is started without one of them has our descriptors, our terminal or our signals.
  private static func spawn(
    _ path: ProgramPath, _ environment: [String: String], streams: [Int32]
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
    // What is ignored and held back here is so in a program that is started, unless it is told otherwise.
    var signals = sigset_t()
    unsafe sigfillset(&signals)
    try require(unsafe posix_spawnattr_setsigdefault(&attributes, &signals))
    unsafe sigemptyset(&signals)
    try require(unsafe posix_spawnattr_setsigmask(&attributes, &signals))
    let flags = Int32(LINUX_SPAWN_NEW_SESSION) | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
    try require(unsafe posix_spawnattr_setflags(&attributes, Int16(flags)))

    let variables = environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    var arguments = unsafe [strdup(path.name)]
    var strings = unsafe variables.map { unsafe strdup($0) }
    defer { unsafe (arguments + strings).forEach { unsafe free($0) } }
    // A null pointer would be the end of the list.
    if unsafe (arguments + strings).contains(where: { unsafe $0 == nil }) { throw SystemReason(code: ENOMEM) }
    unsafe arguments.append(nil)
    unsafe strings.append(nil)
    var identifier: pid_t = 0
    try require(unsafe posix_spawn(&identifier, path.resolved, &actions, &attributes, &arguments, &strings))
    return identifier
  }

  /// Throws what the calls of `posix_spawn` return, which set no `errno`.
  private static func require(_ failure: Int32) throws(SystemReason) {
    if failure != 0 { throw SystemReason(code: failure) }
  }
}
