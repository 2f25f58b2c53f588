import CLinux
import Messages

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A place that a person names to read a secret from.
package enum SecretSource: Sendable, Hashable {
  case file(String)
  case descriptor(Int32)
  case environment(String)

  /// The file of this path, or standard input for `-`.
  package static func path(_ path: String) -> SecretSource {
    StandardInput.isNamed(by: path) ? .descriptor(STDIN_FILENO) : .file(path)
  }

  package var readsStandardInput: Bool { self == .descriptor(STDIN_FILENO) }

  /// Reads all of it, without the line break that ends a file; throws `secret-unavailable` (see `SecretFile`).
  ///
  /// A variable is removed from the environment.
  package func read(_ content: SecretFile.Content) throws(SystemError) -> SecretBytes {
    switch self {
    case .file(let path): return try SecretFile.secret(at: path, content)
    case .descriptor(STDIN_FILENO):
      return try SecretFile.secret(ofDescriptor: STDIN_FILENO, named: "standard input", content)
    case .descriptor(let descriptor):
      // The message leaves the number out. A person who takes the option for that of the secret itself has written the
      // secret there, and a PIN is a number.
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

  /// What the user should know about it, although it was read.
  package func warning(_ content: SecretFile.Content) -> String? {
    guard case .file(let path) = self else { return nil }
    return FileExposure.warning(of: path, holding: "the \(content.rawValue)")
  }
}

/// A file or open descriptor that contains one password or PIN and nothing else. Every option and attribute reads it in
/// this one way.
package enum SecretFile {
  /// What it contains, as messages call it.
  package enum Content: String, Sendable {
    case password
    case pin = "PIN"
  }

  /// The longest secret in bytes.
  package static let limit = 4096

  /// The secret in the file at this path, without the line feed, or carriage return and line feed, at its end; `-` is
  /// standard input.
  ///
  /// Throws `secret-unavailable` for a file that cannot be read, for contents that `check` refuses, and for an empty
  /// file, which is more likely an accident than an empty password. A terminal is refused, because it would show what
  /// is typed.
  package static func secret(at path: String, _ content: Content) throws(SystemError) -> SecretBytes {
    if path.utf8.elementsEqual("-".utf8) {
      return try secret(ofDescriptor: STDIN_FILENO, named: "standard input", content)
    }
    let name = "the \(content.rawValue) file \(naming: path)"
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
    guard descriptor >= 0 else {
      throw SystemError(.secretUnavailable, "\(name) cannot be read: \(SystemReason.last)")
    }
    defer { close(descriptor) }
    return try secret(ofDescriptor: descriptor, named: name, content)
  }

  /// The same for an open descriptor, which stays open; `name` is what messages call it.
  package static func secret(
    ofDescriptor descriptor: Int32, named name: String, _ content: Content
  ) throws(SystemError) -> SecretBytes {
    if isatty(descriptor) == 1 {
      throw SystemError(
        .secretUnavailable, "\(name) is a terminal, which would show the \(content.rawValue)",
        hint: "leave the option out to be asked for the \(content.rawValue)")
    }
    let contents: SecretBytes
    do {
      contents = try SecretBytes.contents(ofDescriptor: descriptor, named: name, limit: limit + 2)
    } catch {
      throw error.code == .fileTooLarge ? tooLong(name, content) : SystemError(.secretUnavailable, error.message)
    }
    if contents.isEmpty {
      throw SystemError(.secretUnavailable, "\(name) is empty", hint: emptyHint(content))
    }
    let secret = contents.withoutTrailingNewline()
    if secret.count > limit { throw tooLong(name, content) }
    try check(secret, named: name, content)
    return secret
  }

  /// Throws `secret-unavailable` if an editor or a shell has added something to the secret or changed it: a byte order
  /// mark, text in UTF-16, a second line, a NUL or another control character. A token would count it as a wrong PIN.
  static func check(
    _ secret: borrowing SecretBytes, named name: String, _ content: Content
  ) throws(SystemError) {
    if let objection = secret.withBytes(objection) {
      throw SystemError(
        .secretUnavailable, "\(name) holds \(objection), which no \(content.rawValue) has; nothing was tried",
        hint: "write the \(content.rawValue) alone, as printf '%s' writes it")
    }
  }

  private static func objection(to bytes: Span<UInt8>) -> String? {
    func begins(with prefix: [UInt8]) -> Bool {
      bytes.count >= prefix.count && prefix.indices.allSatisfy { bytes[$0] == prefix[$0] }
    }
    if begins(with: [0xEF, 0xBB, 0xBF]) { return "a byte order mark" }
    if begins(with: [0xFF, 0xFE]) || begins(with: [0xFE, 0xFF]) { return "text in UTF-16" }
    let nulCount = bytes.indices.count { bytes[$0] == 0 }
    if nulCount > 0 { return bytes.count.isMultiple(of: 2) && nulCount * 2 == bytes.count ? "text in UTF-16" : "a NUL" }
    for index in bytes.indices {
      switch bytes[index] {
      case UInt8(ascii: "\n"), UInt8(ascii: "\r"): return "more than one line"
      case 0..<0x20, 0x7F: return "a control character"
      default: continue
      }
    }
    return nil
  }

  static func tooLong(_ name: String, _ content: Content) -> SystemError {
    SystemError(
      .secretUnavailable, "\(name) holds more than \(limit) bytes, the most that a \(content.rawValue) may have")
  }

  static func emptyHint(_ content: Content) -> String? {
    content == .password
      ? "a key without a password needs no option; the empty password is a file of one line feed" : nil
  }
}

/// Finds out whether other users of the machine can read a file with secrets.
package enum FileExposure {
  /// A warning for a regular file that its group or everybody may read; nil for any other, and for `-`.
  ///
  /// - Parameter contents: what the file holds: "the key", "the password".
  package static func warning(of path: String, holding contents: String) -> String? {
    var status = stat()
    guard !path.utf8.elementsEqual("-".utf8), unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      status.st_mode & (S_IRGRP | S_IROTH) != 0
    else { return nil }
    let readers = status.st_mode & S_IROTH != 0 ? "every user of this machine" : "the group of the file"
    let name = "\(naming: path)"
    // A name that is quoted or left out here would not work in a shell.
    let command = name.utf8.elementsEqual(path.utf8) ? "chmod go-r \(name)" : "chmod go-r"
    return "\(name) holds \(contents), and \(readers) can read it: \(command)"
  }
}
