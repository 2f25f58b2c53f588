/// How a command ends. A command throws one of these when all has been said already.
package enum ExitStatus: Int32, Error {
  /// Done; for `verify` and `request check`: accepted.
  case success = 0
  /// `verify` or `request check` has judged and rejects.
  case rejected = 1
  /// Refused or failed: a file, key, secret, claim or output. Nothing was written.
  case failed = 2
  /// `request check` has judged and accepts, but the window is not open yet.
  case notYet = 3
  /// The command line itself is wrong (EX_USAGE of sysexits.h).
  case usage = 64
}
