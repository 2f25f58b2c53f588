import CLinux
import Glibc
import Keyroll
import Synchronization

/// Ends the process when a call to a module does not come back in time: nothing else can end such a call.
final class DeviceWatch: CallObserver {
  private struct Call {
    let function: StaticString
    let module: String
    let deadline: ContinuousClock.Instant
  }

  private struct State {
    var isWatching = false
    var call: Call?
  }

  private let timeout: TimeSpan
  private let state = Mutex(State())

  init(timeout: TimeSpan) { self.timeout = timeout }

  func willCall(_ function: StaticString, ofModule module: String) {
    let call = Call(function: function, module: module, deadline: .now + .seconds(timeout.seconds))
    let starts = state.withLock { state in
      defer { state.isWatching = true }
      state.call = call
      return !state.isWatching
    }
    if starts { start() }
  }

  func didReturn() { state.withLock { $0.call = nil } }

  /// A thread of its own, from which every signal stays away: they are the business of the one that prompts.
  private func start() {
    let mask = SignalMask(blocking: Array(1...64))
    defer { mask.restore() }
    var thread = pthread_t()
    // Kept until the process ends, as the thread is.
    let watch = unsafe Unmanaged.passRetained(self).toOpaque()
    let failure = unsafe pthread_create(
      &thread, nil,
      { argument in
        guard let argument = unsafe argument else { return nil }
        unsafe Unmanaged<DeviceWatch>.fromOpaque(argument).takeUnretainedValue().watch()
      }, watch)
    if failure != 0 { refuse(SystemError(code: failure)) }
  }

  /// Without the thread a call that hangs would hang for ever, so none is made.
  private func refuse(_ reason: SystemError) -> Never {
    let error = CommandError(
      .deviceUnwatched, "no call to a module is made, because none could be ended after \(timeout): \(reason)",
      hint: "the system starts no further thread: see ulimit -u and ulimit -v")
    _exit(Diagnostics.report(error).rawValue)
  }

  private func watch() -> Never {
    while true {
      let call = state.withLock { $0.call }
      let wait = call.map { ContinuousClock.now.duration(to: $0.deadline) } ?? .seconds(timeout.seconds)
      if let call, wait <= .zero { end(call) }
      let (seconds, attoseconds) = wait.components
      var time = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000) + 1)
      unsafe nanosleep(&time, nil)
    }
  }

  private func end(_ call: Call) -> Never {
    let error = CommandError(
      .deviceTimeout, "\(call.function) of the module \(naming: call.module) has not come back after \(timeout)",
      hint: "look at the device and its connection; a slow device needs a longer --device-timeout")
    _exit(Diagnostics.report(error).rawValue)
  }
}
