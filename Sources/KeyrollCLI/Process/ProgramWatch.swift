import Glibc
import Keyroll
import Synchronization

/// Passes on what a program that signs says, and lets nothing that ends keyroll leave the program behind.
final class ProgramWatch: ProgramObserver {
  private let held = Mutex<Interruptions?>(nil)

  /// Those that end the process, but not one that it was told to ignore.
  private static var signals: [Int32] { [SIGINT, SIGTERM, SIGHUP, SIGQUIT].filter { !SignalMask.isIgnored($0) } }

  func willStart() -> Int32? {
    held.withLock { held in
      held = Interruptions(holding: Self.signals)
      return held?.descriptor
    }
  }

  func didWrite(_ line: String) { Diagnostics.note("the signer says: \(line)") }

  /// A signal that has waited takes effect here, when the program is gone and nothing has been written.
  func didEnd() { held.withLock { $0 = nil } }
}
