import Glibc
import Keyroll

/// A place that a person names for a secret to be read from.
enum SecretSource: Sendable, Hashable {
  case file(String)
  case descriptor(Int32)
  case environment(String)

  /// The longest secret in bytes.
  static let limit = 4096

  /// The file of this path, or standard input for `-`.
  static func path(_ path: String) -> SecretSource {
    StandardInput.isNamed(by: path) ? .descriptor(STDIN_FILENO) : .file(path)
  }

  var readsStandardInput: Bool { self == .descriptor(STDIN_FILENO) }

  /// Reads all of it as what `word` names in messages, "password" or "PIN", without the line
  /// feed, or carriage return and line feed, that ends a file.
  ///
  /// Throws `secret-unavailable` for whatever cannot be read, and for no bytes at all, which are more likely an
  /// accident than an empty password. A variable is taken out of the environment.
  func read(as word: String = "password") throws(KeyError) -> SecretBytes {
    let secret: SecretBytes
    switch self {
    case .file(let path):
      let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
      guard descriptor >= 0 else {
        throw KeyError(.secretUnavailable, "\(name(word)) cannot be read: \(SystemError.last)")
      }
      defer { close(descriptor) }
      secret = try contents(of: descriptor, as: word).withoutTrailingNewline()
    case .descriptor(let descriptor): secret = try contents(of: descriptor, as: word).withoutTrailingNewline()
    case .environment(let variable): secret = try SecretBytes(takingEnvironmentVariable: variable, as: word)
    }
    if secret.count > Self.limit { throw Self.tooLong(name(word), as: word) }
    return secret
  }

  static func tooLong(_ name: String, as word: String = "password") -> KeyError {
    KeyError(.secretUnavailable, "\(name) holds more than \(limit) bytes, the most that a \(word) may have")
  }

  private func name(_ word: String) -> String {
    switch self {
    case .file(let path): "the \(word) file \(path)"
    case .descriptor(STDIN_FILENO): "standard input"
    case .descriptor(let descriptor): "file descriptor \(descriptor)"
    case .environment: "the environment variable for the \(word)"
    }
  }

  private func contents(of descriptor: Int32, as word: String) throws(KeyError) -> SecretBytes {
    let name = name(word)
    if isatty(descriptor) == 1 {
      throw KeyError(
        .secretUnavailable, "\(name) is a terminal, which would show the \(word)",
        hint: "leave the option out to be asked for the \(word)")
    }
    let contents: SecretBytes
    do {
      contents = try SecretBytes.contents(ofDescriptor: descriptor, named: name, limit: Self.limit + 2)
    } catch {
      throw error.code == .fileTooLarge ? Self.tooLong(name, as: word) : KeyError(.secretUnavailable, error.message)
    }
    if contents.isEmpty {
      throw KeyError(.secretUnavailable, "\(name) is empty", hint: Self.emptyHint(word))
    }
    return contents
  }

  static func emptyHint(_ word: String) -> String? {
    word.utf8.elementsEqual("password".utf8)
      ? "a key without a password needs no option; the empty password is a file of one line feed" : nil
  }
}
