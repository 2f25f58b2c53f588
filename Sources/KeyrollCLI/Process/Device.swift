import Glibc
import Keyroll

/// The PKCS #11 modules of one run, from the first key that is opened to the end.
///
/// Whoever writes a result keeps it and calls `conclude()` after that: what a module does when it is let go comes too late
/// to take the result along. Where there is no result, modules are finalised when this value goes.
final class Device {
  let backend: PKCS11Backend
  private let watch: DeviceWatch

  init(allowsFinalPINTry: Bool, timeout: TimeSpan) {
    watch = DeviceWatch(timeout: timeout)
    backend = PKCS11Backend(
      cryptography: OpenSSLCryptography(), allowsFinalPINTry: allowsFinalPINTry, observer: watch)
  }

  deinit { backend.close() }

  /// Finalises the modules of a run that has succeeded: one that hangs, crashes or ends the process then ends it well.
  func conclude() {
    watch.didWriteResult()
    for signal in [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS] {
      // Only what a signal handler may do: no allocation, no lock.
      Glibc.signal(signal) { _ in Device.endWell() }
    }
    atexit { _exit(ExitStatus.success.rawValue) }
    backend.close()
  }

  private static func endWell() -> Never {
    let warning: StaticString =
      "keyroll: warning: a PKCS #11 module crashed when it was let go; the result is complete\n"
    unsafe write(STDERR_FILENO, warning.utf8Start, warning.utf8CodeUnitCount)
    _exit(0)
  }
}
