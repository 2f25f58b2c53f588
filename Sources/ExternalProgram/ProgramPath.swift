internal import Glibc
internal import Signing

/// The path of a program that signs, which nobody but its user and root can change.
struct ProgramPath: Sendable, Hashable {
  /// As it was named: the program's own name for itself, and ours in messages.
  let name: String
  /// Without symbolic links.
  let resolved: String

  /// Throws `malformed-key-reference` for a bare name, because no folder is searched for it, and `program-unavailable` for
  /// what is no program, or could be changed by others.
  init(_ path: String, of reference: KeyReference) throws(KeyError) {
    guard path.utf8.contains(UInt8(ascii: "/")) else {
      throw KeyError(
        .malformedKeyReference,
        "the key reference \(naming: reference) names a program without saying in which folder it is",
        hint: "write \(reference.scheme):/PATH, or \(reference.scheme):./PATH for one in the current folder")
    }
    name = path
    do throws(CodePath.Refusal) {
      resolved = try CodePath(path).resolved
    } catch {
      switch error {
      case .absent(let reason): throw Self.unavailable(path, reason)
      case .notText: throw Self.unavailable(path, "its path is not text in UTF-8")
      case .changeable(let place):
        throw KeyError(
          .programUnavailable, "the program \(path) is not run: users other than you and root can change \(place)",
          hint: "put the program where only you or root can write")
      }
    }
    var status = stat()
    guard unsafe stat(resolved, &status) == 0 else { throw Self.unavailable(path, SystemError.last.description) }
    if status.st_mode & S_IFMT != S_IFREG { throw Self.unavailable(path, "it is not a file") }
    if unsafe access(resolved, X_OK) != 0 {
      throw Self.unavailable(
        path, SystemError.last.description, hint: "make it executable with chmod +x, if it is the program")
    }
  }

  private static func unavailable(_ path: String, _ reason: String, hint: String? = nil) -> KeyError {
    KeyError(.programUnavailable, "the program \(path) cannot be run: \(reason)", hint: hint)
  }
}
