import Keyroll

/// Every file that a command reads, declared in one place.
///
/// A file that is read is never replaced, even with `--force`, and standard input is read only
/// once.
struct CommandInputs {
  /// A file, and its name in messages: "the key", "the certificate".
  private struct File {
    let role: String
    let place: Place
  }

  private enum Place {
    case path(String)
    case descriptor(Int32)

    init(_ path: String) { self = StandardInput.isNamed(by: path) ? .standardInput : .path(path) }

    static let standardInput = Place.descriptor(StandardInput.descriptor)
  }

  private var files: [File] = []

  init() {}

  /// Those of the paths that were given.
  init(_ paths: KeyValuePairs<String, String?>) {
    for (role, path) in paths { append(role, path) }
  }

  mutating func append(_ role: String, _ path: String?) {
    if let path { files.append(File(role: role, place: Place(path))) }
  }

  mutating func append(_ role: String, _ paths: [String]) {
    for path in paths { append(role, path) }
  }

  /// Certificates, which may also be on a token.
  mutating func append(certificates paths: [String], as role: String = "the certificate") throws(KeyError) {
    for path in paths {
      if let uri = try Toolkit.tokenReference(path) {
        append(role, uri.inputFiles)
      } else {
        append(role, path)
      }
    }
  }

  mutating func append(_ role: String, _ secret: SecretSource?) {
    switch secret {
    case .file(let path): append(role, path)
    case .descriptor(let descriptor): files.append(File(role: role, place: .descriptor(descriptor)))
    case .environment, nil: break
    }
  }

  mutating func append(_ reference: KeyReference?) {
    guard let reference else { return }
    for (index, path) in reference.inputFiles.enumerated() {
      append(index == 0 && !reference.path.isEmpty ? "the key" : "a file that the key names", path)
    }
  }

  mutating func append(_ others: CommandInputs) { files += others.files }

  /// True if this file is one of them, by whatever name or descriptor it is read.
  func contains(_ file: FileIdentity) -> Bool {
    files.contains { own in
      let status =
        switch own.place {
        case .path(let path): try? FileStatus(ofFileAt: path)
        case .descriptor(let descriptor): try? FileStatus(ofDescriptor: descriptor)
        }
      return status?.identity == file
    }
  }

  /// Throws `usage` if more than one of them is standard input, before anything is read.
  func requireOneReaderOfStandardInput() throws(CommandError) {
    let readers = files.filter { file in
      if case .descriptor(StandardInput.descriptor) = file.place { true } else { false }
    }
    if readers.count > 1 {
      throw CommandError(
        .usage, "standard input cannot be both \(readers.map(\.role).joined(separator: " and "))",
        hint: "give one of them as a file")
    }
  }
}
