import CLinux
import Glibc
import Keyroll
import Synchronization

/// Says what a device is waited for, and ends the process when a call to a module does not come back in time: nothing else
/// can end such a call.
final class DeviceWatch: CallObserver {
  private struct Call {
    let function: StaticString
    let module: String
    let start: ContinuousClock.Instant
    /// Nil for a call that takes as long as a person takes.
    let deadline: ContinuousClock.Instant?
    var isTold = false
  }

  private struct State {
    var isWatching = false
    /// By the thread that calls.
    var calls: [pthread_t: Call] = [:]
    /// How the run ends, when what is left is to let go of the modules.
    var status: ExitStatus?
    /// The folder that relative paths begin in, before the first call; -1 where it cannot be opened.
    var workingFolder: Int32?
  }

  private let timeout: TimeSpan
  private let state = Mutex(State())

  /// How long a device is waited for before somebody is told what for.
  private static let patience = Duration.seconds(2)

  init(timeout: TimeSpan) { self.timeout = timeout }

  func willCall(_ function: StaticString, ofModule module: String, waitsForPerson: Bool) {
    let start = ContinuousClock.now
    let deadline = waitsForPerson ? nil : start + .seconds(timeout.seconds)
    let call = Call(function: function, module: module, start: start, deadline: deadline)
    let starts = state.withLock { state in
      defer { state.isWatching = true }
      state.calls[pthread_self()] = call
      if state.workingFolder == nil { state.workingFolder = unsafe open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
      return !state.isWatching
    }
    if starts { self.start() }
    if Self.isLoading(function) { ModuleCrash.loadingBegins() }
  }

  /// Does not return while the watch ends the process: a call that comes back too late is over with the run.
  ///
  /// A module that has gone to another folder has not moved what relative paths mean.
  func didReturn() {
    state.withLock { state in
      let call = state.calls.removeValue(forKey: pthread_self())
      if call?.isTold ?? false { ChildProcesses.forget() }
      if let call, Self.isLoading(call.function) { ModuleCrash.loadingEnds() }
      if let folder = state.workingFolder, folder >= 0 { _ = fchdir(folder) }
    }
  }

  private static func isLoading(_ function: StaticString) -> Bool { "\(function)" == "C_GetFunctionList" }

  func didNotice(_ warning: String) { Diagnostics.warning(warning) }

  /// From here on a module that does not let go changes nothing: the run ends with this status.
  func runIsOver(with status: ExitStatus) { state.withLock { $0.status = status } }

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
    if failure != 0 { refuse(SystemReason(code: failure)) }
  }

  /// Without the thread a call that hangs would hang for ever, so none is made.
  private func refuse(_ reason: SystemReason) -> Never {
    let error = CommandError(
      .deviceUnwatched, "no call to a module is made, because none could be ended after \(timeout): \(reason)",
      hint: "the system starts no further thread: see ulimit -u and ulimit -v")
    _exit(Diagnostics.report(error).rawValue)
  }

  private func watch() -> Never {
    while true {
      let wait = state.withLock { state in look(&state) }
      let (seconds, attoseconds) = wait.components
      var time = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000) + 1)
      unsafe nanosleep(&time, nil)
    }
  }

  /// Tells of the calls that take long and ends the process for one that takes too long; returns how long there is nothing
  /// to do.
  private func look(_ state: inout State) -> Duration {
    let now = ContinuousClock.now
    // A call that begins while this thread sleeps is seen in time.
    var wait = min(Self.patience, .seconds(timeout.seconds))
    for (thread, call) in state.calls {
      if let deadline = call.deadline {
        if deadline <= now { end(call, state) }
        wait = min(wait, now.duration(to: deadline))
      }
      if call.isTold { continue }
      let told = call.start + Self.patience
      if told <= now {
        Diagnostics.note(Self.text(of: call))
        ChildProcesses.endWithSignals()
        state.calls[thread]?.isTold = true
      } else {
        wait = min(wait, now.duration(to: told))
      }
    }
    return wait
  }

  private static func text(of call: Call) -> String {
    let reason =
      switch "\(call.function)" {
      case "C_Sign", "C_SignInit": ": the device may want a touch, or somebody's approval"
      case "C_Login": call.deadline == nil ? ": type the PIN at the device" : ""
      default: ""
      }
    return "waiting for \(call.function) of the module \(naming: call.module)\(reason)"
  }

  private func end(_ call: Call, _ state: State) -> Never {
    ChildProcesses.end()
    let message = "\(call.function) of the module \(naming: call.module) has not come back after \(timeout)"
    if let status = state.status {
      Diagnostics.warning("\(message); nothing is lost")
      _exit(status.rawValue)
    }
    let error = CommandError(
      .deviceTimeout, message,
      hint: "look at the device and its connection; a slow device needs a longer --device-timeout")
    _exit(Diagnostics.report(error).rawValue)
  }
}
