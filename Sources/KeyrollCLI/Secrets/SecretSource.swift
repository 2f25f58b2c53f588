import Glibc
import Keyroll

/// A place that a person names for a secret to be read from.
enum SecretSource: Sendable, Hashable {
  case file(String)
  case descriptor(Int32)
  case environment(String)

  /// The file of this path, or standard input for `-`.
  static func path(_ path: String) -> SecretSource {
    StandardInput.isNamed(by: path) ? .descriptor(STDIN_FILENO) : .file(path)
  }

  var readsStandardInput: Bool { self == .descriptor(STDIN_FILENO) }

  /// Reads all of it, without the line break that ends a file; throws `secret-unavailable` (see `SecretFile`).
  ///
  /// A variable is taken out of the environment.
  func read(_ content: SecretFile.Content) throws(SystemError) -> SecretBytes {
    switch self {
    case .file(let path): return try SecretFile.secret(at: path, content)
    case .descriptor(STDIN_FILENO):
      return try SecretFile.secret(ofDescriptor: STDIN_FILENO, named: "standard input", content)
    case .descriptor(let descriptor):
      // Who mistakes the option for that of the secret itself has written the secret there: a PIN is a number.
      return try SecretFile.secret(
        ofDescriptor: descriptor, named: "the file descriptor for the \(content.rawValue)", content)
    case .environment(let variable):
      let secret = try SecretBytes(takingEnvironmentVariable: variable, as: content)
      let name = "the environment variable for the \(content.rawValue)"
      if secret.count > SecretFile.limit { throw SecretFile.tooLong(name, content) }
      try SecretFile.check(secret, named: name, content)
      return secret
    }
  }

  /// What the user should know of it although it was read.
  func warning(_ content: SecretFile.Content) -> String? {
    guard case .file(let path) = self else { return nil }
    return FileExposure.warning(of: path, holding: "the \(content.rawValue)")
  }
}
