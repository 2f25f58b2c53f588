import Glibc

/// A PKCS #11 module that crashes the process, where something better can be said of it than what the system says.
enum ModuleCrash {
  typealias Handler = @convention(c) (Int32) -> Void

  private static let signals = [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS]

  /// What a handler does must be known before a signal comes, and it can capture nothing: it may neither allocate nor lock.
  static func handle(_ handler: @escaping Handler) {
    for crash in signals { signal(crash, handler) }
  }

  /// From here on modules are loaded. p11-kit loads all that it is configured with, takes their lists of functions for granted,
  /// and crashes where a module gives none.
  static func loadingBegins() { handle(endsLoading) }

  /// A crash is what it is again, unless a module has taken it over in the meantime.
  static func loadingEnds() {
    for crash in signals {
      var current = sigaction()
      guard unsafe sigaction(crash, nil, &current) == 0 else { continue }
      let handler = unsafe unsafeBitCast(current.__sigaction_handler.sa_handler, to: Int.self)
      if unsafe handler == unsafeBitCast(endsLoading, to: Int.self) { signal(crash, SIG_DFL) }
    }
  }

  private static let endsLoading: Handler = { _ in
    let message: StaticString = """
      keyroll: error: a PKCS #11 module crashed while it was loaded, or gives no list of functions [module-unavailable]
      keyroll: hint: p11-kit loads all that it is configured with: take the file of that module out of its configuration

      """
    unsafe write(STDERR_FILENO, message.utf8Start, message.utf8CodeUnitCount)
    _exit(ExitStatus.failed.rawValue)
  }
}
