import Glibc
import Keyroll
import Synchronization

/// Passes on what a program that signs says, and lets nothing that ends keyroll leave the program behind.
final class ProgramWatch: ProgramObserver {
  private let held = Mutex<Interruptions?>(nil)

  /// Those that end the process, but not one that it was told to ignore.
  private static var signals: [Int32] { [SIGINT, SIGTERM, SIGHUP, SIGQUIT].filter { !SignalMask.isIgnored($0) } }

  /// Ends the process when signals cannot be held back: one of them would leave the program behind.
  func willStart() -> Int32? {
    let descriptor = held.withLock { held in
      held = Interruptions(holding: Self.signals)
      return held?.descriptor
    }
    if let descriptor { return descriptor }
    let error = SigningError(
      .programFailed, "no program is started, because nothing could end it at ctrl-C: \(SystemReason.last)")
    _exit(Diagnostics.report(error).rawValue)
  }

  func didWrite(_ line: String) { Diagnostics.note("the signer says: \(quoting: line)") }

  /// A signal that has waited takes effect here, when the program is gone and nothing has been written.
  func didEnd() { held.withLock { $0 = nil } }
}
