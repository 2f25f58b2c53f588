import Messages

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A file or open descriptor that holds one password or PIN and nothing else, read in one way wherever it is named.
package enum SecretFile {
  /// What it holds, as messages call it.
  package enum Content: String, Sendable {
    case password
    case pin = "PIN"
  }

  /// The longest secret in bytes.
  package static let limit = 4096

  /// The secret in the file of this path, without the line feed, or carriage return and line feed, that ends it; `-` is
  /// standard input.
  ///
  /// Throws `secret-unavailable` for whatever cannot be read, for what `check` refuses, and for no bytes at all, which are more
  /// likely an accident than an empty password. A terminal is refused: it would show what is typed.
  package static func secret(at path: String, _ content: Content) throws(SystemError) -> SecretBytes {
    if path.utf8.elementsEqual("-".utf8) {
      return try secret(ofDescriptor: STDIN_FILENO, named: "standard input", content)
    }
    let name = "the \(content.rawValue) file \(naming: path)"
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
    guard descriptor >= 0 else {
      let reason = unsafe strerror(errno).flatMap { unsafe String(validatingCString: $0) } ?? "error \(errno)"
      throw SystemError(.secretUnavailable, "\(name) cannot be read: \(reason.lowercased())")
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

  /// Throws `secret-unavailable` for what an editor or a shell has put around a secret or made of it: a byte order mark, text
  /// in UTF-16, a second line, a NUL or another control character. A token would count it as a wrong PIN.
  package static func check(
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

  package static func tooLong(_ name: String, _ content: Content) -> SystemError {
    SystemError(
      .secretUnavailable, "\(name) holds more than \(limit) bytes, the most that a \(content.rawValue) may have")
  }

  package static func emptyHint(_ content: Content) -> String? {
    content == .password
      ? "a key without a password needs no option; the empty password is a file of one line feed" : nil
  }
}
