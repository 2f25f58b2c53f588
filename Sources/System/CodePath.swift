import CLinux
import Messages

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The path of a file whose code is about to run with access to a key or a PIN.
package struct CodePath: Sendable, Hashable {
  /// Why the code must not run.
  package enum Refusal: Error, Hashable {
    /// The file does not exist, for this reason of the system; `folder` is the last existing folder on the way to it.
    case absent(String, in: String)
    /// The path without symbolic links is not text in UTF-8.
    case notText
    /// Users other than this one and root can change the file, something on the way to it, or the program that runs it.
    case changeable(CodeChange)
    /// It is unknown what runs the script at this path, for this reason; the last text is the next step.
    case unclearInterpreter(String, reason: String, remedy: String)
  }

  /// Without symbolic links.
  package let resolved: String

  /// The most symbolic links to follow, as in the kernel (path_resolution(7)).
  private static let mostLinks = 40

  /// Accepts a file only if nobody else can change it, replace it, or lead the path to another one.
  ///
  /// It checks every folder on the way, and every folder on the way of a symbolic link: it follows the path as the
  /// kernel does, one name after the other. In a folder with the sticky bit, users cannot replace the files of others.
  package init(_ path: String) throws(Refusal) {
    var place = "/"
    try Self.require(place, status: try Self.status(of: place, in: place))
    var rest = Array(Self.names(in: path).reversed())
    if !Self.isAbsolute(path) {
      rest += Self.names(in: try Self.currentFolder()).reversed()
    }
    var linkCount = 0
    var isFolder = true
    while let name = rest.popLast() {
      if name == ".." {
        place = Self.parent(of: place)
        isFolder = true
        continue
      }
      let next = place == "/" ? "/\(name)" : "\(place)/\(name)"
      let status = try Self.status(of: next, in: place)
      if status.st_mode & S_IFMT == S_IFLNK {
        // The mode of a link says nothing: its owner can put another link in its place, and so can everybody who can
        // write to the folder.
        if let change = CodeChange.ofOwner(of: next, status) { throw .changeable(change) }
        linkCount += 1
        if linkCount > Self.mostLinks { throw .absent(Self.reason(ELOOP), in: place) }
        let target = try Self.target(ofLink: next, in: place)
        rest += Self.names(in: target).reversed()
        if Self.isAbsolute(target) { place = "/" }
        continue
      }
      try Self.require(next, status: status)
      isFolder = status.st_mode & S_IFMT == S_IFDIR
      if !rest.isEmpty && !isFolder { throw .absent(Self.reason(ENOTDIR), in: place) }
      place = next
    }
    if path.utf8.isEmpty { throw .absent(Self.reason(ENOENT), in: place) }
    if path.utf8.last == UInt8(ascii: "/") && !isFolder { throw .absent(Self.reason(ENOTDIR), in: place) }
    resolved = place
  }

  /// Throws if somebody else can make a new file in this folder, which must be one that was checked on the way.
  package static func requireClosed(folder: String) throws(Refusal) {
    let status = try status(of: folder, in: folder)
    if let change = CodeChange.others(at: folder, status, sparingSticky: false) { throw .changeable(change) }
  }

  /// Throws if others can change what has this path, in a folder that was judged. What is not there is no refusal, nor is a link:
  /// whoever reads must not follow it.
  package static func requireOwn(_ place: String) throws(Refusal) {
    var status = stat()
    guard unsafe lstat(place, &status) == 0, status.st_mode & S_IFMT != S_IFLNK else { return }
    if let change = CodeChange.others(at: place, status, sparingSticky: false) { throw .changeable(change) }
  }

  private static func require(_ place: String, status: stat) throws(Refusal) {
    if let change = CodeChange.others(at: place, status, sparingSticky: true) { throw .changeable(change) }
  }
}

extension CodePath {
  private static func isAbsolute(_ path: String) -> Bool { path.utf8.first == UInt8(ascii: "/") }

  /// The names of the path, without those that mean the folder itself.
  private static func names(in path: String) -> [String] {
    path.utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }.filter { $0 != "." }
  }

  private static func parent(of place: String) -> String {
    "/" + names(in: place).dropLast().joined(separator: "/")
  }

  private static func status(of place: String, in folder: String) throws(Refusal) -> stat {
    var status = stat()
    guard unsafe lstat(place, &status) == 0 else { throw .absent(reason(errno), in: folder) }
    return status
  }

  private static func target(ofLink path: String, in folder: String) throws(Refusal) -> String {
    var target = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = unsafe readlink(path, &target, target.count)
    guard count >= 0 else { throw .absent(reason(errno), in: folder) }
    return try text(target.prefix(count))
  }

  private static func currentFolder() throws(Refusal) -> String {
    let folder: String?
    do throws(SystemReason) { folder = try WorkingFolder.path() } catch { throw .absent(error.description, in: "/") }
    guard let folder else { throw .notText }
    return folder
  }

  private static func text(_ characters: ArraySlice<CChar>) throws(Refusal) -> String {
    guard let text = String(validating: characters.map { UInt8(bitPattern: $0) }, as: UTF8.self) else { throw .notText }
    return text
  }

  /// In lower case, for the end of a message.
  private static func reason(_ code: Int32) -> String { SystemReason(code: code).description }
}

extension CodePath {
  /// The most interpreters in a row; the kernel follows five (execve(2)).
  private static let mostInterpreters = 8

  /// If the file is a script, throws if somebody else can change the program that runs it.
  ///
  /// A script names its interpreter in the line that begins with `#!` (execve(2)), which may be a script too. For `env
  /// NAME`, the name is looked up in `searchPath`, the `PATH` that the program gets. A missing interpreter is accepted,
  /// since nothing will run, unless somebody else can put one there.
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

  /// The program and the one argument that the kernel runs the file with; nil if it is not a script.
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
      // Something that cannot run, such as a folder.
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

  /// The name of the program that `env` runs with this argument; nil if it runs none.
  ///
  /// Only names, and `-S` with plain words, are read here. Any other option of `env` could change where it looks for
  /// the name.
  private func commandName(inArgumentOfEnv argument: String?) throws(Refusal) -> String? {
    guard let argument else { return nil }
    guard argument.utf8.first == UInt8(ascii: "-") else {
      // Without -S the whole argument is one word: a variable to set, or a name.
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

  /// The path that `execvp` runs for this name (exec(3)); nil if there is none.
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

  /// Nil if nothing is there and nobody else can put something there.
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
