import Keyroll

/// Every file that a command reads, declared in one place.
///
/// What is read is never replaced, whatever `--force` says, and standard input is read once.
struct CommandInputs {
  /// A file under the name that messages call it by: "the key", "the certificate".
  private struct File {
    let role: String
    let path: String
  }

  private var files: [File] = []

  init() {}

  /// Those of the paths that were given.
  init(_ paths: KeyValuePairs<String, String?>) {
    for (role, path) in paths { append(role, path) }
  }

  mutating func append(_ role: String, _ path: String?) {
    if let path { files.append(File(role: role, path: path)) }
  }

  mutating func append(_ role: String, _ paths: [String]) {
    for path in paths { append(role, path) }
  }

  /// Certificates, which may also be on a token.
  mutating func append(certificates paths: [String], as role: String = "the certificate") throws(KeyError) {
    for path in paths {
      if let uri = try CertificateFiles.tokenReference(path) {
        append(role, uri.inputFiles)
      } else {
        append(role, path)
      }
    }
  }

  mutating func append(_ role: String, _ secret: SecretSource?) {
    switch secret {
    case .file(let path): append(role, path)
    case .descriptor where secret?.readsStandardInput == true: append(role, StandardInput.name)
    default: break
    }
  }

  mutating func append(_ reference: KeyReference?) {
    guard let reference else { return }
    for (index, path) in reference.inputFiles.enumerated() {
      append(index == 0 && !reference.path.isEmpty ? "the key" : "a file that the key names", path)
    }
  }

  mutating func append(_ others: CommandInputs) { files += others.files }

  var paths: [String] { files.map(\.path) }

  /// Throws `usage` when more than one of them is standard input, before anything is read.
  func requireOneReaderOfStandardInput() throws(CommandError) {
    let readers = files.filter { StandardInput.isNamed(by: $0.path) }
    if readers.count > 1 {
      throw CommandError(
        .usage, "standard input cannot be both \(readers.map(\.role).joined(separator: " and "))",
        hint: "give one of them by a file")
    }
  }
}
