import Glibc

/// A command that is run as a whole process, again and again.
struct OneShot {
  let path: String
  let arguments: [String]

  /// What one run took.
  struct Run {
    let seconds: Double
    /// Seconds of a processor, in the program and in the system for it.
    let processorSeconds: Double
    /// Peak resident memory in KiB.
    let peakKiB: Int
  }

  /// Runs it once with its output thrown away; throws when it does not end with status 0.
  func run() throws(BenchmarkError) -> Run {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
    unsafe posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
    var words = unsafe ([path] + arguments).map { unsafe strdup($0) }
    defer { unsafe words.forEach { unsafe free($0) } }
    unsafe words.append(nil)

    let clock = ContinuousClock()
    let start = clock.now
    var process = pid_t()
    guard unsafe posix_spawn(&process, path, &actions, nil, words, environ) == 0 else {
      throw BenchmarkError("\(path) cannot be started")
    }
    var status: Int32 = 0
    var usage = rusage()
    guard unsafe wait4(process, &status, 0, &usage) == process, status == 0 else {
      throw BenchmarkError("\(path) failed with status \(status)")
    }
    let spent = [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
    return Run(
      seconds: start.duration(to: clock.now) / .seconds(1), processorSeconds: spent, peakKiB: usage.ru_maxrss)
  }
}
