internal import Glibc

/// How a program ended, by the status that `waitpid` gave.
enum ProgramEnd: Hashable {
  case exited(Int32)
  case killed(signal: Int32)
  /// Whoever runs this process has taken the status away, by ignoring SIGCHLD or by waiting for every child.
  case unknown

  init(waitStatus: Int32) {
    let signal = waitStatus & 0x7F
    self = signal == 0 ? .exited(waitStatus >> 8 & 0xFF) : .killed(signal: signal)
  }

  /// For the end of a message that begins with the program.
  var description: String {
    switch self {
    case .exited(let status): "ended with status \(status)"
    case .killed(let signal):
      // Not `strsignal`, whose answer is shared between threads.
      "was ended by signal \(signal)"
    case .unknown: "ended, and its status cannot be told"
    }
  }
}
