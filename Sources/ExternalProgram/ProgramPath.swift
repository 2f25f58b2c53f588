internal import Glibc
import Messages
internal import Signing
import System

/// The path of a program that signs, which nobody but its user and root can change.
struct ProgramPath: Sendable, Hashable {
  /// As it was named: the program's own name for itself, and ours in messages.
  let name: String
  /// Without symbolic links.
  let resolved: String

  /// `searchPath` is the `PATH` that the program is going to have, where `env` looks for the interpreter of a script.
  ///
  /// Throws `malformed-key-reference` for a bare name, because no folder is searched for it, and `program-unavailable` for
  /// what is not a program, or could be changed by others, or is a script whose interpreter could.
  init(_ path: String, of reference: KeyReference, searchPath: String) throws(KeyError) {
    guard path.utf8.contains(UInt8(ascii: "/")) else {
      throw KeyError(
        .malformedKeyReference,
        "the key reference \(naming: reference) names a program without saying in which folder it is",
        hint: "write \(reference.scheme):/PATH, or \(reference.scheme):./PATH for one in the current folder")
    }
    name = path
    let code: CodePath
    do throws(CodePath.Refusal) {
      code = try CodePath(path)
    } catch {
      throw Self.refused(path, error)
    }
    resolved = code.resolved
    var status = stat()
    guard unsafe stat(resolved, &status) == 0 else { throw Self.unavailable(path, SystemReason.last.description) }
    if status.st_mode & S_IFMT != S_IFREG { throw Self.unavailable(path, "it is not a file") }
    if unsafe access(resolved, X_OK) != 0 {
      throw Self.unavailable(
        path, SystemReason.last.description, hint: "make it executable with chmod +x, if it is the program")
    }
    do throws(CodePath.Refusal) {
      try code.requireInterpreter(searching: searchPath)
    } catch {
      throw Self.refused(path, error)
    }
  }

  private static func refused(_ path: String, _ refusal: CodePath.Refusal) -> KeyError {
    switch refusal {
    case .absent(let reason, _): unavailable(path, reason)
    case .notText: unavailable(path, "its path, or that of what runs it, is not text in UTF-8")
    case .changeable(let change):
      KeyError(.programUnavailable, "the program \(naming: path) is not run: \(change.reason)", hint: change.remedy)
    case .unclearInterpreter(let script, let reason, let remedy):
      KeyError(
        .programUnavailable,
        "the program \(naming: path) is not run: what runs the script \(naming: script) cannot be told, because \(reason)",
        hint: remedy)
    }
  }

  private static func unavailable(_ path: String, _ reason: String, hint: String? = nil) -> KeyError {
    KeyError(.programUnavailable, "the program \(naming: path) cannot be run: \(reason)", hint: hint)
  }
}
