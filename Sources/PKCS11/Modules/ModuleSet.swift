internal import CP11Kit
import Messages
internal import Signing

/// The modules of one source, loaded and initialised, until they are finalised and released.
@safe
final class ModuleSet: Sendable {
  let modules: [Module]
  /// Why a configured module is not among them, and how it is left out.
  let failures: [String]
  private let observer: (any CallObserver)?
  // One of the two, as it was loaded; released by `deinit` alone.
  private nonisolated(unsafe) let single: Module.Functions?
  private nonisolated(unsafe) let list: UnsafeMutablePointer<Module.Functions?>?

  /// Loads one module by its path, which must have the name where one is given; throws `module-unavailable`.
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

  /// Loads what p11-kit is configured with; one that cannot be initialised is left out, unless it is marked as critical.
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

  /// Finalises every module; calls that are running are waited for, later ones fail.
  func finalize() {
    for module in modules { module.finalize() }
  }

  deinit {
    finalize()
    release()
  }

  /// What a library does when it is unloaded may hang as any call may.
  private func release() {
    let names = modules.map(\.name).joined(separator: ", ")
    observer?.willCall("dlclose", ofModule: names, waitsForPerson: false)
    defer { observer?.didReturn() }
    if let single = unsafe single { unsafe p11_kit_module_release(single) }
    if let list = unsafe list { unsafe p11_kit_modules_release(list) }
  }

  private static let wayOut = "; ?module-name=NAME in a reference names the module that is meant, and leaves others out"

  private static var reason: String {
    unsafe p11_kit_message().flatMap { unsafe String(validatingCString: $0) }.map { "\(quoting: $0)" }
      ?? "p11-kit does not say why"
  }
}
