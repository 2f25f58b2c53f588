import Glibc
import Keyroll
import Synchronization

/// The PKCS #11 modules of one run, from the first key that is opened until the run has ended.
final class Device: Sendable {
  let backend: PKCS11Backend
  private let watch: DeviceWatch

  init(allowsFinalPINTry: Bool, timeout: TimeSpan) {
    watch = DeviceWatch(timeout: timeout)
    backend = PKCS11Backend(
      cryptography: OpenSSLCryptography(), allowsFinalPINTry: allowsFinalPINTry, observer: watch)
    Devices.current?.keep(self)
  }

  /// Finalises the modules when nothing is left to do but to end with this status.
  func end(with status: ExitStatus) {
    watch.runIsOver(with: status)
    backend.close()
  }
}

/// The devices of a run, which are let go when its result is written or its error said: what a module does then comes too
/// late to take either along.
final class Devices: Sendable {
  @TaskLocal static var current: Devices?

  private let kept = Mutex<[Device]>([])

  func keep(_ device: Device) { kept.withLock { $0.append(device) } }

  /// Finalises all modules; one that hangs, crashes or ends the process changes nothing of the status.
  func end(with status: ExitStatus) {
    let devices = kept.withLock { $0 }
    if devices.isEmpty { return }
    if status == .success {
      ModuleCrash.handle { _ in Devices.end(with: .success) }
      atexit { _exit(ExitStatus.success.rawValue) }
    } else if status == .rejected {
      ModuleCrash.handle { _ in Devices.end(with: .rejected) }
      atexit { _exit(ExitStatus.rejected.rawValue) }
    } else if status == .notYet {
      ModuleCrash.handle { _ in Devices.end(with: .notYet) }
      atexit { _exit(ExitStatus.notYet.rawValue) }
    } else {
      ModuleCrash.handle { _ in Devices.end(with: .failed) }
      atexit { _exit(ExitStatus.failed.rawValue) }
    }
    for device in devices { device.end(with: status) }
  }

  /// Only what a signal handler may do: no allocation, no lock.
  private static func end(with status: ExitStatus) -> Never {
    let warning: StaticString = "keyroll: warning: a PKCS #11 module crashed when it was let go; nothing is lost\n"
    unsafe write(STDERR_FILENO, warning.utf8Start, warning.utf8CodeUnitCount)
    _exit(status.rawValue)
  }
}
