import Messages

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension CodePath {
  /// The most interpreters that run one another, of which the kernel follows five (execve(2)).
  private static let mostInterpreters = 8

  /// Throws unless what runs the file, where it is a script, can be changed by nobody else either.
  ///
  /// A script names its interpreter in the line that begins with `#!` (execve(2)); that may be a script too. For `env NAME`,
  /// the name is looked up in `searchPath`, the `PATH` that the program is going to have. An interpreter that is not there
  /// is no refusal, as nothing will run, unless somebody else can put it there.
  package func requireInterpreter(searching searchPath: String) throws(Refusal) {
    var script = self
    for _ in 0..<Self.mostInterpreters {
      guard let line = try script.interpreterLine() else { return }
      guard let interpreter = try Self.existing(line.path) else { return }
      guard Self.isEnv(line.path) || Self.isEnv(interpreter.resolved) else {
        script = interpreter
        continue
      }
      guard let name = try script.commandName(inArgumentOfEnv: line.argument),
        let command = try Self.command(name, in: searchPath)
      else { return }
      script = command
    }
    throw .unclearInterpreter(
      resolved, reason: "too many interpreters run one another", remedy: "name a program that is not a script")
  }

  /// The program and the one argument that the kernel runs the file with; nil for what is not a script.
  private func interpreterLine() throws(Refusal) -> (path: String, argument: String?)? {
    let mostBytes = 256  // BINPRM_BUF_SIZE
    let file = unsafe open(resolved, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
    guard file >= 0 else {
      throw .unclearInterpreter(
        resolved, reason: "it cannot be read: \(Self.reason(errno))",
        remedy: "let yourself read it: chmod a+r \(naming: resolved)")
    }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: mostBytes)
    var count = 0
    while count < mostBytes {
      let received = unsafe bytes[count...].withUnsafeMutableBytes { unsafe read(file, $0.baseAddress, $0.count) }
      if received < 0 && errno == EINTR { continue }
      // A folder, for one, which nothing runs.
      if received <= 0 { break }
      count += received
    }
    guard bytes.starts(with: "#!".utf8) else { return nil }
    let line = bytes.dropFirst(2).prefix { $0 != UInt8(ascii: "\n") && $0 != 0 }
    let words = line.drop(while: Self.isBlank)
    let path = words.prefix { !Self.isBlank($0) }
    if path.isEmpty { return nil }
    let argument = words[path.endIndex...].drop(while: Self.isBlank)
    let end = argument.lastIndex { !Self.isBlank($0) }.map { $0 + 1 } ?? argument.startIndex
    guard let pathText = String(validating: path, as: UTF8.self),
      let argumentText = String(validating: argument[..<end], as: UTF8.self)
    else { throw .notText }
    return (pathText, argumentText.isEmpty ? nil : argumentText)
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

  private static func isEnv(_ path: String) -> Bool {
    path.utf8.split(separator: UInt8(ascii: "/")).last?.elementsEqual("env".utf8) ?? false
  }

  /// The name of the program that `env` runs with this argument; nil where it runs none.
  ///
  /// Names, and `-S` with plain words, are read here; any other option of `env` could change where the name is looked up.
  private func commandName(inArgumentOfEnv argument: String?) throws(Refusal) -> String? {
    guard let argument else { return nil }
    guard argument.utf8.first == UInt8(ascii: "-") else {
      // Without -S all of it is one word: a variable to set, or a name.
      return argument.utf8.contains(UInt8(ascii: "=")) ? nil : argument
    }
    let unclear = Refusal.unclearInterpreter(
      resolved, reason: "its first line gives env an option that is not followed here",
      remedy: "let its first line name the interpreter by its path")
    guard argument.utf8.starts(with: "-S".utf8), !argument.utf8.contains(where: "\\\"'$#".utf8.contains) else {
      throw unclear
    }
    for word in argument.utf8.dropFirst(2).split(whereSeparator: Self.isBlank) {
      if word.first == UInt8(ascii: "-") || word.starts(with: "PATH=".utf8) { throw unclear }
      if !word.contains(UInt8(ascii: "=")) { return String(Substring(word)) }
    }
    return nil
  }

  /// What `execvp` runs by this name (exec(3)); nil where there is none.
  private static func command(_ name: String, in searchPath: String) throws(Refusal) -> CodePath? {
    if name.utf8.contains(UInt8(ascii: "/")) { return try existing(name) }
    for folder in searchPath.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false) {
      let folder = folder.isEmpty ? "." : String(Substring(folder))
      guard let candidate = try existing("\(folder)/\(name)") else { continue }
      var status = stat()
      let isFile = unsafe stat(candidate.resolved, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
      if isFile, unsafe access(candidate.resolved, X_OK) == 0 { return candidate }
    }
    return nil
  }

  /// Nil where nothing is there and nobody else can put something there.
  private static func existing(_ path: String) throws(Refusal) -> CodePath? {
    do throws(Refusal) {
      return try CodePath(path)
    } catch {
      guard case .absent(_, let folder) = error else { throw error }
      try requireClosed(folder: folder)
      return nil
    }
  }
}
