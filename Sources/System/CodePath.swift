#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The path of a file whose code is going to run with a key or a PIN in reach.
package struct CodePath: Sendable, Hashable {
  /// Why the code must not run.
  package enum Refusal: Error, Hashable {
    /// There is no such file, for this reason of the system's; `folder` is the last one on the way that is there.
    case absent(String, in: String)
    /// The path without symbolic links is not text in UTF-8.
    case notText
    /// Users other than this one and root can change the file, what is on the way to it, or what runs it.
    case changeable(CodeChange)
    /// Nobody can tell what runs the script at this path, for this reason; the last text says what to do.
    case unclearInterpreter(String, reason: String, remedy: String)
  }

  /// Without symbolic links.
  package let resolved: String

  /// The most symbolic links that are followed, as for the kernel (path_resolution(7)).
  private static let mostLinks = 40

  /// Takes a file only if nobody else can change it, replace it, or lead the path to another one.
  ///
  /// Every folder on the way is judged, and so is each folder on the way of a symbolic link: the path is followed here as the
  /// kernel follows it, one name after the other. In a folder with the sticky bit nobody replaces what is somebody else's.
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
        // Its mode says nothing: its owner can put another link in its place, and so can whoever can write to the folder.
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

  /// Throws unless nobody else can make a new file in this folder, which must be one that was judged on the way.
  package static func requireClosed(folder: String) throws(Refusal) {
    let status = try status(of: folder, in: folder)
    if let change = CodeChange.others(at: folder, status, sparingSticky: false) { throw .changeable(change) }
  }

  private static func require(_ place: String, status: stat) throws(Refusal) {
    if let change = CodeChange.others(at: place, status, sparingSticky: true) { throw .changeable(change) }
  }
}

extension CodePath {
  private static func isAbsolute(_ path: String) -> Bool { path.utf8.first == UInt8(ascii: "/") }

  /// Without those that mean the folder itself.
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
    var folder = [CChar](repeating: 0, count: Int(PATH_MAX))
    guard unsafe getcwd(&folder, folder.count) != nil else { throw .absent(reason(errno), in: "/") }
    return try text(folder.prefix { $0 != 0 })
  }

  private static func text(_ characters: ArraySlice<CChar>) throws(Refusal) -> String {
    guard let text = String(validating: characters.map { UInt8(bitPattern: $0) }, as: UTF8.self) else { throw .notText }
    return text
  }

  /// In lower case, for the end of a message.
  static func reason(_ code: Int32) -> String {
    unsafe strerror(code).flatMap { unsafe String(validatingCString: $0) }?.lowercased() ?? "error \(code)"
  }
}
