import Keyroll
import Synchronization

/// The PKCS #11 modules of one run, from the first key that is opened to the end of the run.
final class Device: Sendable {
  private let backend: PKCS11Backend
  private let watch: DeviceWatch

  init(_ backend: PKCS11Backend, watchedBy watch: DeviceWatch) {
    self.backend = backend
    self.watch = watch
  }

  /// Finalises the modules when nothing is left to do except to end with this status.
  func end(with status: ExitStatus) {
    watch.runIsOver(with: status)
    backend.close()
  }
}

/// The devices of a run. They are released after its result or error is written, so a module that then crashes can no
/// longer prevent either.
final class Devices: Sendable {
  @TaskLocal static var current: Devices?

  private let kept = Mutex<[Device]>([])

  func keep(_ device: Device) { kept.withLock { $0.append(device) } }

  /// Finalises all modules. A module that hangs, crashes or ends the process does not change the status.
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

  /// Only what is allowed in a signal handler: no allocation, no lock.
  private static func end(with status: ExitStatus) -> Never {
    let warning: StaticString = "keyroll: warning: a PKCS #11 module crashed while it was closed; nothing is lost\n"
    CurrentProcess.end(status.rawValue, saying: warning)
  }
}

/// Handles a PKCS #11 module that crashes the process while it is loaded, with a better message than the system's.
enum ModuleCrash {
  /// Modules are loaded from here on. p11-kit loads all that are in its configuration, assumes that they have lists of
  /// functions, and crashes if one has none.
  static func loadingBegins() { CrashHandler.install(endsLoading) }

  /// A crash has its default action again, unless a module has changed it in the meantime.
  static func loadingEnds() { CrashHandler.remove(endsLoading) }

  private static let endsLoading: CrashHandler.Function = { _ in
    let message: StaticString = """
      keyroll: error: a PKCS #11 module crashed while it was loaded, or has no list of functions [module-unavailable]
      keyroll: hint: p11-kit loads every module in its configuration: remove the file of that module from there

      """
    CurrentProcess.end(ExitStatus.failed.rawValue, saying: message)
  }
}
