import CP11Kit
import Messages
import Signing
import System

/// The modules of one source, loaded and initialised until they are finalised and released.
@safe
final class ModuleSet: Sendable {
  let modules: [Module]
  /// Why a configured module is not in the set, and how to leave it out.
  let failures: [String]
  private let observer: (any CallObserver)?
  // One of the two, as it was loaded; released by `deinit` alone.
  private nonisolated(unsafe) let single: Module.Functions?
  private nonisolated(unsafe) let list: UnsafeMutablePointer<Module.Functions?>?

  /// Loads one module by its path. If a name is given, the module must have it. Throws `module-unavailable`.
  init(_ path: ModulePath, named name: String?, observer: (any CallObserver)?) throws(KeyError) {
    p11_kit_be_quiet()
    self.observer = observer
    observer?.willCall("C_GetFunctionList", ofModule: path.resolved, waitsForPerson: false)
    let offered = FunctionList(ofLibraryAt: path.resolved)
    let objection = offered.objection
    let functions = objection == nil ? unsafe p11_kit_module_load(path.resolved, 0) : nil
    _ = consume offered
    observer?.didReturn()
    if let objection {
      throw KeyError(.moduleUnavailable, "the module \(naming: path.resolved) cannot be used: \(objection)")
    }
    guard let functions = unsafe functions else {
      throw KeyError(
        .moduleUnavailable, "the module \(naming: path.resolved) cannot be loaded: \(Self.reason)",
        hint: "name a PKCS #11 module, a shared library for this machine, in module-path")
    }
    unsafe single = functions
    unsafe list = nil
    modules = [unsafe Module(functions, observer: observer)]
    failures = []
    if let name, !modules.allSatisfy({ $0.isNamed(name) }) {
      throw KeyError(
        .moduleUnavailable,
        "the module \(naming: path.resolved) is not the one that module-name means, which is \(naming: name)")
    }
    do throws(DeviceError) {
      for module in modules { try module.initialize() }
    } catch {
      throw KeyError(.moduleUnavailable, error.message, hint: error.returnValue.nextStep)
    }
  }

  /// Loads the modules in p11-kit's configuration. One that cannot be initialised is left out, unless it is marked as
  /// critical.
  ///
  /// Only those that `isWanted` accepts are initialised. Throws `module-unavailable`.
  init(configuredWhere isWanted: (Module) -> Bool, observer: (any CallObserver)?) throws(KeyError) {
    p11_kit_be_quiet()
    self.observer = observer
    observer?.willCall("C_GetFunctionList", ofModule: "that p11-kit is configured with", waitsForPerson: false)
    let list = unsafe p11_kit_modules_load(nil, 0)
    observer?.didReturn()
    guard let list = unsafe list else {
      throw KeyError(
        .moduleUnavailable, "p11-kit cannot load the modules that it is configured with: \(Self.reason)",
        hint: "see pkcs11.conf(5), and what p11-kit list-modules says")
    }
    unsafe single = nil
    unsafe self.list = list
    var found: [Module] = []
    var position = unsafe list
    while let functions = unsafe position.pointee {
      found.append(unsafe Module(functions, observer: observer))
      unsafe position += 1
    }
    var modules: [Module] = []
    var failures: [String] = []
    var criticalFailure: DeviceError?
    for module in found where isWanted(module) {
      if let path = module.path, let objection = FunctionList(ofLibraryAt: path).objection {
        failures.append("the module \(naming: module.name) cannot be used: \(objection)\(Self.wayOut)")
        continue
      }
      do throws(DeviceError) {
        try module.initialize()
        modules.append(module)
      } catch {
        failures.append("\(error.message)\(module.reasonForNoStart)\(Self.wayOut)")
        if module.isCritical { criticalFailure = error }
      }
    }
    self.modules = modules
    self.failures = failures
    if let criticalFailure {
      throw KeyError(.moduleUnavailable, criticalFailure.message, hint: criticalFailure.returnValue.nextStep)
    }
  }

  /// Finalises every module. It waits for running calls; later calls fail.
  func finalize() {
    for module in modules { module.finalize() }
  }

  deinit {
    finalize()
    release()
  }

  /// A library may hang when it is unloaded, as in any call.
  private func release() {
    let names = modules.map(\.name).joined(separator: ", ")
    observer?.willCall("dlclose", ofModule: names, waitsForPerson: false)
    defer { observer?.didReturn() }
    if let single = unsafe single { unsafe p11_kit_module_release(single) }
    if let list = unsafe list { unsafe p11_kit_modules_release(list) }
  }

  private static let wayOut = "; ?module-name=NAME in a reference uses that module and leaves the others out"

  private static var reason: String {
    unsafe p11_kit_message().flatMap { unsafe String(validatingCString: $0) }.map { "\(quoting: $0)" }
      ?? "p11-kit does not say why"
  }
}

/// The path of a module, whose code will run with access to the PIN.
struct ModulePath: Sendable, Hashable {
  /// Without symbolic links.
  let resolved: String

  /// Throws `module-unavailable` for a missing file, and for one that other users could replace.
  init(_ path: String) throws(KeyError) {
    do throws(CodePath.Refusal) {
      resolved = try CodePath(path).resolved
    } catch {
      switch error {
      case .absent(let reason, _): throw Self.unavailable(path, reason)
      case .notText: throw Self.unavailable(path, "its path is not text in UTF-8")
      case .changeable(let change):
        throw KeyError(
          .moduleUnavailable, "the module \(naming: path) is not loaded: \(change.reason)", hint: change.remedy)
      // Only files that run a program have an interpreter in their first line.
      case .unclearInterpreter(_, let reason, _): throw Self.unavailable(path, reason)
      }
    }
  }

  private static func unavailable(_ path: String, _ reason: String) -> KeyError {
    KeyError(.moduleUnavailable, "the module \(naming: path) cannot be loaded: \(reason)")
  }
}

/// Checks what a module offers, before p11-kit calls it: p11-kit assumes that the list of functions is complete.
@safe
struct FunctionList: ~Copyable {
  // Kept until p11-kit has loaded the library too, so that it is loaded only once.
  private let library: SharedLibrary?
  /// Why the module cannot be used; nil for a complete list, and for a library that p11-kit itself will refuse.
  let objection: String?

  /// Loads the library at this path, with the flags that p11-kit uses.
  init(ofLibraryAt path: String) {
    let library = SharedLibrary(path: path)
    objection =
      switch library {
      case .some(let library): Self.objection(to: library)
      case .none: nil
      }
    self.library = library
  }

  private static func objection(to library: borrowing SharedLibrary) -> String? {
    guard let symbol = unsafe library.symbol("C_GetFunctionList") else { return nil }
    typealias Entry = @convention(c) (UnsafeMutablePointer<Module.Functions?>) -> CK_RV
    // The type is the standard's for this name (PKCS #11 2.40, section 5.4).
    let entry = unsafe unsafeBitCast(symbol, to: Entry.self)
    var list: Module.Functions?
    guard unsafe entry(&list) == CKR_OK else { return nil }
    guard let list = unsafe list?.pointee else { return "its C_GetFunctionList gives no list of functions" }
    let needed: [(name: String, isThere: Bool)] = unsafe [
      ("C_Initialize", list.C_Initialize != nil), ("C_Finalize", list.C_Finalize != nil),
      ("C_GetSlotList", list.C_GetSlotList != nil), ("C_GetTokenInfo", list.C_GetTokenInfo != nil),
      ("C_OpenSession", list.C_OpenSession != nil), ("C_CloseSession", list.C_CloseSession != nil),
      ("C_FindObjectsInit", list.C_FindObjectsInit != nil), ("C_FindObjects", list.C_FindObjects != nil),
      ("C_FindObjectsFinal", list.C_FindObjectsFinal != nil), ("C_GetAttributeValue", list.C_GetAttributeValue != nil),
      ("C_Login", list.C_Login != nil), ("C_SignInit", list.C_SignInit != nil), ("C_Sign", list.C_Sign != nil),
    ]
    let missing = needed.filter { !$0.isThere }.map(\.name)
    return missing.isEmpty ? nil : "its list of functions has no \(missing.joined(separator: ", "))"
  }
}
