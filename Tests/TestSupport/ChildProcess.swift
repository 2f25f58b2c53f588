import Foundation

/// Missing in the headers that Swift sees, which are not those of _GNU_SOURCE.
private let spawnInNewSession: Int32 = 0x80

/// A program to be started with exactly these arguments, environment and descriptors.
public struct ChildProcess {
  public let path: String
  public var arguments: [String]
  public var environment: [String: String]
  /// The open descriptors of the child, by number, besides those that the runner of the tests passes on.
  public var descriptors: [Int32: NamelessFile] = [:]
  /// The path of a terminal that becomes the controlling terminal of a session of its own.
  public var terminal: String?

  public init(path: String, arguments: [String], environment: [String: String] = [:]) {
    self.path = path
    self.arguments = arguments
    self.environment = environment
  }

  /// Starts it, always in a session of its own, so that it never reaches the terminal of the person who runs
  /// the tests.
  public func start() throws -> Int32 {
    var actions = unsafe posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    unsafe posix_spawn_file_actions_init(&actions)
    unsafe posix_spawnattr_init(&attributes)
    defer {
      unsafe posix_spawn_file_actions_destroy(&actions)
      unsafe posix_spawnattr_destroy(&attributes)
    }
    // Test runners may ignore SIGPIPE, and a child would inherit that.
    var signals = sigset_t()
    unsafe sigfillset(&signals)
    unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
    unsafe sigemptyset(&signals)
    unsafe posix_spawnattr_setsigmask(&attributes, &signals)
    unsafe posix_spawnattr_setflags(
      &attributes, Int16(spawnInNewSession | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))

    // The first terminal that the leader of a session opens becomes its controlling terminal.
    if let terminal {
      for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
        unsafe posix_spawn_file_actions_addopen(&actions, descriptor, terminal, O_RDWR, 0)
      }
    }
    // From high numbers, so that none is overwritten before it is moved.
    let sources = descriptors.mapValues { fcntl($0.descriptor, F_DUPFD_CLOEXEC, 100) }
    defer {
      for (_, source) in sources { close(source) }
    }
    for (number, source) in sources { unsafe posix_spawn_file_actions_adddup2(&actions, source, number) }

    var argv = unsafe ([path] + arguments).map { unsafe strdup($0) } + [nil]
    var envp = unsafe environment.map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
    defer {
      unsafe (argv + envp).forEach { unsafe free($0) }
    }
    var identifier: Int32 = 0
    let failure = unsafe posix_spawn(&identifier, path, &actions, &attributes, &argv, &envp)
    if failure != 0 { throw SystemFailure("posix_spawn \(path)", code: failure) }
    return identifier
  }

  /// Waits for the end of a child: its exit status, or 128 and the signal's number.
  public static func wait(for identifier: Int32) throws -> Int32 {
    var status: Int32 = 0
    while unsafe waitpid(identifier, &status, 0) != identifier {
      if errno != EINTR { throw SystemFailure("waitpid") }
    }
    let signal = status & 0x7f
    return signal == 0 ? (status >> 8) & 0xff : 128 + signal
  }
}
