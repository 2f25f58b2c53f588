import Keyroll
import Synchronization

/// The PKCS #11 modules of one run, from the first key that is opened until the run has ended.
final class Device: Sendable {
  private let backend: PKCS11Backend
  private let watch: DeviceWatch

  init(_ backend: PKCS11Backend, watchedBy watch: DeviceWatch) {
    self.backend = backend
    self.watch = watch
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
      CrashHandler.install { _ in Devices.end(with: .success) }
      CurrentProcess.atEnd { CurrentProcess.end(ExitStatus.success.rawValue) }
    } else if status == .rejected {
      CrashHandler.install { _ in Devices.end(with: .rejected) }
      CurrentProcess.atEnd { CurrentProcess.end(ExitStatus.rejected.rawValue) }
    } else if status == .notYet {
      CrashHandler.install { _ in Devices.end(with: .notYet) }
      CurrentProcess.atEnd { CurrentProcess.end(ExitStatus.notYet.rawValue) }
    } else {
      CrashHandler.install { _ in Devices.end(with: .failed) }
      CurrentProcess.atEnd { CurrentProcess.end(ExitStatus.failed.rawValue) }
    }
    for device in devices { device.end(with: status) }
  }

  /// Only what a signal handler may do: no allocation, no lock.
  private static func end(with status: ExitStatus) -> Never {
    let warning: StaticString = "keyroll: warning: a PKCS #11 module crashed while it was closed; nothing is lost\n"
    CurrentProcess.end(status.rawValue, saying: warning)
  }
}

/// A PKCS #11 module that crashes the process while it is loaded, where something better can be said of it than what the
/// system says.
enum ModuleCrash {
  /// From here on modules are loaded. p11-kit loads all that it is configured with, takes their lists of functions for granted,
  /// and crashes where a module gives none.
  static func loadingBegins() { CrashHandler.install(endsLoading) }

  /// A crash is what it is again, unless a module has taken it over in the meantime.
  static func loadingEnds() { CrashHandler.remove(endsLoading) }

  private static let endsLoading: CrashHandler.Function = { _ in
    let message: StaticString = """
      keyroll: error: a PKCS #11 module crashed while it was loaded, or has no list of functions [module-unavailable]
      keyroll: hint: p11-kit loads all that it is configured with: take the file of that module out of its configuration

      """
    CurrentProcess.end(ExitStatus.failed.rawValue, saying: message)
  }
}
