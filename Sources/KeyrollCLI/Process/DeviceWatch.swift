import Keyroll
import Synchronization

/// Says which device keyroll waits for, and ends the process if a call to a module does not return in time: nothing
/// else can end such a call.
final class DeviceWatch: CallObserver {
  private struct Call {
    let function: StaticString
    let module: String
    let start: ContinuousClock.Instant
    /// Nil for a call that waits for a person, and for one that would leave a key behind.
    let deadline: ContinuousClock.Instant?
    var isTold = false
  }

  private struct State {
    var isWatching = false
    /// By the calling thread.
    var calls: [ThreadIdentity: Call] = [:]
    /// How the run ends, once only the modules are left to release.
    var status: ExitStatus?
    /// True from the moment at which the token is asked to make a key.
    var mayHaveMadeKey = false
    /// As it was before the first call.
    var workingFolder: WorkingFolder?
  }

  private let timeout: TimeSpan
  private let state = Mutex(State())

  /// The time after which a note names a call.
  private static let patience = Duration.seconds(2)

  init(timeout: TimeSpan) { self.timeout = timeout }

  func willCall(_ function: StaticString, ofModule module: String, waitsForPerson: Bool) {
    let start = ContinuousClock.now
    let deadline = waitsForPerson ? nil : start + .seconds(timeout.seconds)
    let call = Call(function: function, module: module, start: start, deadline: deadline)
    let starts = state.withLock { state in
      defer { state.isWatching = true }
      state.calls[ThreadIdentity.current] = call
      if Self.makesKey(call) { state.mayHaveMadeKey = true }
      if state.workingFolder == nil { state.workingFolder = WorkingFolder() }
      return !state.isWatching
    }
    if starts { self.start() }
    if Self.isLoading(function) { ModuleCrash.loadingBegins() }
  }

  /// Does not return while the watch ends the process: a call that returns too late ends with the run.
  ///
  /// If a module changes the current folder, relative paths still mean the same.
  func didReturn() {
    state.withLock { state in
      let call = state.calls.removeValue(forKey: ThreadIdentity.current)
      if call?.isTold ?? false { ChildProcesses.forget() }
      if let call, Self.isLoading(call.function) { ModuleCrash.loadingEnds() }
      state.workingFolder?.restore()
    }
  }

  private static func isLoading(_ function: StaticString) -> Bool { "\(function)" == "C_GetFunctionList" }

  func didNotice(_ warning: String) { Diagnostics.warning(warning) }

  /// From here on a module that hangs changes nothing: the run ends with this status.
  func runIsOver(with status: ExitStatus) { state.withLock { $0.status = status } }

  private func start() {
    do throws(SystemReason) { try BackgroundThread.start { self.watch() } } catch { refuse(error) }
  }

  /// Without the thread, a call that hangs would never end, so no call is made.
  private func refuse(_ reason: SystemReason) -> Never {
    let error = CommandError(
      .deviceUnwatched, "no call to a module was made, because it could not be ended after \(timeout): \(reason)",
      hint: "the system does not start another thread: see ulimit -u and ulimit -v")
    CurrentProcess.end(Diagnostics.report(error).rawValue)
  }

  private func watch() -> Never {
    while true {
      let wait = state.withLock { state in look(&state) }
      BackgroundThread.sleep(for: wait)
    }
  }

  /// Reports calls that take long, and ends the process if one takes too long; returns the time until there is
  /// something to do.
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
      let told = call.start + Self.patience(with: call)
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

  /// A note would not help: making a key always takes a while.
  private static func patience(with call: Call) -> Duration {
    makesKey(call) ? .seconds(10) : patience
  }

  private static func makesKey(_ call: Call) -> Bool { "\(call.function)" == "C_GenerateKeyPair" }

  private static func text(of call: Call) -> String {
    let reason =
      switch "\(call.function)" {
      case "C_GenerateKeyPair": ": the token is still making the key"
      case "C_Sign", "C_SignInit": ": the device may want a touch, or somebody's approval"
      case "C_Login": call.deadline == nil ? ": type the PIN at the device" : ""
      default: ""
      }
    return "waiting for \(call.function) of the module \(naming: call.module)\(reason)"
  }

  private func end(_ call: Call, _ state: State) -> Never {
    ChildProcesses.end()
    let message = "\(call.function) of the module \(naming: call.module) has not returned after \(timeout)"
    if let status = state.status {
      Diagnostics.warning("\(message); nothing is lost")
      CurrentProcess.end(status.rawValue)
    }
    if state.mayHaveMadeKey {
      let error = CommandError(
        .deviceTimeout, "\(message); the new key may be on the token",
        hint:
          "run the same command again: if the key exists, it says how to go on with it, and how to remove it")
      CurrentProcess.end(Diagnostics.report(error).rawValue)
    }
    let error = CommandError(
      .deviceTimeout, message,
      hint: "look at the device and its connection; a slow device needs a longer --device-timeout")
    CurrentProcess.end(Diagnostics.report(error).rawValue)
  }
}

/// Passes on the output of a program that signs, and makes sure that nothing that ends keyroll leaves the program
/// behind.
final class ProgramWatch: ProgramObserver {
  private let held = Mutex<Interruptions?>(nil)

  /// Ends the process if signals cannot be held back: one of them would leave the program behind.
  func willStart() -> Int32? {
    let descriptor = held.withLock { held in
      held = Interruptions(holding: Signals.endingThisProcess)
      return held?.descriptor
    }
    if let descriptor { return descriptor }
    let error = SigningError(
      .programFailed, "no program is started, because nothing could end it at ctrl-C: \(SystemReason.last)")
    CurrentProcess.end(Diagnostics.report(error).rawValue)
  }

  func didWrite(_ line: String) { Diagnostics.note("the signer says: \(quoting: line)") }

  /// A signal that was held back takes effect here, when the program is gone and nothing has been written.
  func didEnd() { held.withLock { $0 = nil } }
}
