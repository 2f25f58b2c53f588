internal import Signing

/// The path of a module, which is code that will run with the PIN in reach.
struct ModulePath: Sendable, Hashable {
  /// Without symbolic links.
  let resolved: String

  /// Throws `module-unavailable` for a file that is not there, and for one that other users could replace.
  init(_ path: String) throws(KeyError) {
    do throws(CodePath.Refusal) {
      resolved = try CodePath(path).resolved
    } catch {
      switch error {
      case .absent(let reason):
        throw KeyError(.moduleUnavailable, "the module \(path) cannot be loaded: \(reason)")
      case .notText:
        throw KeyError(.moduleUnavailable, "the module \(path) cannot be loaded: its path is not text in UTF-8")
      case .changeable(let place):
        throw KeyError(
          .moduleUnavailable, "the module \(path) is not loaded: users other than you and root can change \(place)",
          hint: "install the module where only root can write")
      }
    }
  }
}
