import CP11Kit
import Encodings
import Messages
import Signing
import System

/// Hears of every call to a module, on the calling thread, so that a call that does not return can be named.
public protocol CallObserver: Sendable {
  /// `function` is spelt as in the standard, such as `C_Sign`. `C_GetFunctionList` includes the loading of the module,
  /// and `dlclose` its end.
  ///
  /// - Parameter waitsForPerson: true for a call without a time limit: it takes as long as a person takes to type a PIN at
  ///   the token, or as the token takes to make a key, which would be left behind.
  func willCall(_ function: StaticString, ofModule module: String, waitsForPerson: Bool)
  /// The last call that this thread announced is over.
  func didReturn()
  /// Something that a person must know before a PIN is given, such as that PINs are logged.
  func didNotice(_ warning: String)
}

/// One PKCS #11 module, from `C_Initialize` to `C_Finalize` (PKCS #11 2.40, section 5.4).
@safe
final class Module: Sendable {
  typealias Functions = UnsafeMutablePointer<CK_FUNCTION_LIST>

  private struct State {
    var isOpen = false
    var runningCalls = 0
    var hasWarned = false
  }

  /// Its name in p11-kit's configuration; the last component of its path if it has none.
  let name: String
  /// The file that was loaded, if p11-kit knows it.
  let path: String?
  // The list is constant while its owner, the module set, has it loaded. No call uses it after that.
  private nonisolated(unsafe) let functions: Functions
  private let state = Monitor(State())
  private let observer: (any CallObserver)?

  /// The functions belong to p11-kit, and to the module set that loaded them.
  init(_ functions: Functions, observer: (any CallObserver)?) {
    path = unsafe Self.text(takingOwnershipOf: p11_kit_module_get_filename(functions))
    let name = unsafe Self.text(takingOwnershipOf: p11_kit_module_get_name(functions))
    self.name = name ?? path?.split(separator: "/").last.map(String.init) ?? "without a name"
    unsafe self.functions = functions
    self.observer = observer
  }

  /// Calls `C_Initialize`.
  func initialize() throws(DeviceError) {
    state.withLock { $0.isOpen = true }
    do {
      try ModuleTurn.take(path) { () throws(DeviceError) in
        try unsafe call("C_Initialize") { unsafe p11_kit_module_initialize($0) }
      }
    } catch {
      state.withLock { $0.isOpen = false }
      throw error
    }
  }

  /// Calls `C_Finalize` after the running calls have returned; no call starts after that.
  func finalize() {
    let wasOpen = state.withLock { state in
      defer { state.isOpen = false }
      return state.isOpen
    }
    guard wasOpen else { return }
    state.wait { $0.runningCalls == 0 ? () : nil }
    observer?.willCall("C_Finalize", ofModule: name, waitsForPerson: false)
    defer { observer?.didReturn() }
    // The return value does not matter: the module is not used again.
    _ = unsafe p11_kit_module_finalize(functions)
  }

  /// Makes one call and throws for every return value except `CKR_OK`.
  ///
  /// - Parameter waitsForPerson: true for a call that may take any time: see `CallObserver`.
  func call(
    _ function: StaticString, waitsForPerson: Bool = false, _ body: (Functions) -> CK_RV?
  ) throws(DeviceError) {
    let returned = unsafe result(function, waitsForPerson: waitsForPerson, body)
    if returned != CKR_OK {
      throw DeviceError(function: "\(function)", returnValue: ReturnValue(rawValue: returned), module: name)
    }
  }

  private func result(_ function: StaticString, waitsForPerson: Bool, _ body: (Functions) -> CK_RV?) -> CK_RV {
    let isOpen = state.withLock { state in
      if state.isOpen { state.runningCalls += 1 }
      return state.isOpen
    }
    guard isOpen else { return CKR_CRYPTOKI_NOT_INITIALIZED }
    observer?.willCall(function, ofModule: name, waitsForPerson: waitsForPerson)
    defer {
      observer?.didReturn()
      state.withLock { $0.runningCalls -= 1 }
    }
    // A module may leave functions out.
    return unsafe body(functions) ?? CKR_FUNCTION_NOT_SUPPORTED
  }

  /// What a person must know about a module whose calls are logged; nil for any other.
  var callLogWarning: String? {
    callLog.map { "calls to the module \(naming: name) are logged by \($0), PINs included, in clear text" }
  }

  /// Gives that warning to the observer, once. If there is no observer, returns it for later.
  func warnOfCallLog() -> [String] {
    let isFirst = state.withLock { state in
      defer { state.hasWarned = true }
      return !state.hasWarned
    }
    guard isFirst, let warning = callLogWarning else { return [] }
    guard let observer else { return [warning] }
    observer.didNotice(warning)
    return []
  }

  /// What makes the module or p11-kit log every call with its arguments, PINs included; nil for nothing.
  private var callLog: String? {
    if let path, path.split(separator: "/").last?.utf8.starts(with: "pkcs11-spy".utf8) ?? false { return "pkcs11-spy" }
    // The global option of p11-kit takes precedence over that of the module.
    let global = unsafe Self.text(takingOwnershipOf: p11_kit_config_option(nil, "log-calls"))
    let own = unsafe Self.text(takingOwnershipOf: p11_kit_config_option(functions, "log-calls"))
    return (global ?? own).map { $0.utf8.elementsEqual("yes".utf8) } ?? false ? "log-calls" : nil
  }

  /// Where a module in a process of its own runs: the text after `remote:` in p11-kit's configuration.
  var remote: String? { unsafe Self.text(takingOwnershipOf: p11_kit_config_option(functions, "remote")) }

  /// True for a module with certificates to trust and without keys.
  var isTrustPolicy: Bool {
    let option = unsafe Self.text(takingOwnershipOf: p11_kit_config_option(functions, "trust-policy"))
    return option.map { $0.utf8.elementsEqual("yes".utf8) } ?? false
  }

  var isCritical: Bool { unsafe p11_kit_module_get_flags(functions) & Int32(P11_KIT_MODULE_CRITICAL) != 0 }

  private static func text(takingOwnershipOf text: UnsafeMutablePointer<CChar>?) -> String? {
    defer { unsafe CP11Kit_freeText(text) }
    return unsafe text.flatMap { unsafe String(validatingCString: $0) }
  }
}

extension Module {
  /// True for a module whose name says that its keys are in a TPM.
  static func isOfTPM(named name: String) -> Bool {
    name.utf8.split(whereSeparator: { !ASCII.isLetter($0) }).contains { ASCII.isEqualIgnoringCase($0, "tpm".utf8) }
  }

  /// True for the name in p11-kit's configuration, and for that of the file without `lib` and what follows `.so`.
  func isNamed(_ wanted: String) -> Bool {
    if wanted.utf8.elementsEqual(name.utf8) { return true }
    guard let file = path?.split(separator: "/").last else { return false }
    return ["\(wanted).so", "lib\(wanted).so"].contains {
      file.utf8.elementsEqual($0.utf8) || file.utf8.starts(with: "\($0).".utf8)
    }
  }
}

/// A turn among the processes that use one module, held while tokens are loaded or logged in to.
///
/// Modules that keep tokens in files write to them at each login, and may read a file that another process has only
/// half written. The turn is a lock on the file of the module. A process that never releases it is waited for at most
/// five seconds.
enum ModuleTurn {
  private static let mostTries = 1000
  /// In microseconds.
  private static let pause: ClosedRange<UInt32> = 1_000...9_000

  /// Does the work in a turn of its own; `path` is nil for a module without a local file, which needs no turn.
  static func take<Result, E: Error>(_ path: String?, _ body: () throws(E) -> Result) throws(E) -> Result {
    guard let path else { return try body() }
    return try FileLock(path, mostTries: mostTries, pause: pause).hold(during: body)
  }
}
