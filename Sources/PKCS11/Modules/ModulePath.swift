import Messages
internal import Signing
import System

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
      case .absent(let reason, _): throw Self.unavailable(path, reason)
      case .notText: throw Self.unavailable(path, "its path is not text in UTF-8")
      case .changeable(let change):
        throw KeyError(
          .moduleUnavailable, "the module \(naming: path) is not loaded: \(change.reason)", hint: change.remedy)
      // Only what runs a program is looked for in its first line.
      case .unclearInterpreter(_, let reason, _): throw Self.unavailable(path, reason)
      }
    }
  }

  private static func unavailable(_ path: String, _ reason: String) -> KeyError {
    KeyError(.moduleUnavailable, "the module \(naming: path) cannot be loaded: \(reason)")
  }
}
