import Encodings
import Entra
import Messages
import Signing
public import System

/// A folder with requests as it was received: a package of a rollover, the windows of one request, or a folder of such.
///
/// As with a single request, nothing in it is trusted, and links in it are not followed.
public struct ReceivedPackage: Sendable {
  /// A folder in it that contains a file for curl.
  enum Request: Sendable {
    case request(ReceivedRequest)
    /// A list, which is a request without a body: the file for curl, and the other files beside it.
    case list([UInt8], others: [String])
    case unreadable(SystemError)
  }

  /// Its name in messages: the path that led to it.
  public let name: String
  /// By the names of their folders, those with the lower numbers first.
  private(set) var requests: [(folder: String, content: Request)] = []
  /// The packages in a folder of packages; such a folder has no requests of its own.
  public private(set) var packages: [ReceivedPackage] = []
  /// The files of a package, as far as they exist.
  private(set) var files: [String: [UInt8]] = [:]
  /// Files that do not belong to a package, and whether the list is complete.
  private(set) var others: (names: [String], isComplete: Bool) = ([], true)

  /// The names of the files of a package, and of those that are made where it is sent.
  static let ownFiles = [RequestWindows.readmeName, RunScript.fileName, PackageSteps.fileName]
  static let madeFiles = ["curl.log", "run.log", "sent-add-key", "sent-remove-key"]

  /// True for the name of a file that keyroll or `run.sh` writes, unless it contains an answer.
  package static func isOwnFile(_ name: String) -> Bool {
    let ofRequests = RequestFolder.File.allCases.flatMap(\.everyName)
    return (ownFiles + madeFiles + ofRequests).contains { $0.utf8.elementsEqual(name.utf8) }
  }

  /// True for a package that `run.sh` sends. Requests without `run.sh` and `steps` are sent one by one.
  var isSentByScript: Bool { files[PackageSteps.fileName] != nil || files[RunScript.fileName] != nil }

  /// Nil for a folder without folders with requests, and for a folder that is itself a request.
  ///
  /// Throws `file-unreadable` and `file-too-large` for a file of the package itself.
  public init?(at path: String) throws(SystemError) {
    guard let folder = ReceivedFolder(at: path) else { return nil }
    try self.init(folder, at: path, isOutermost: true)
  }

  private init?(_ folder: borrowing ReceivedFolder, at path: String, isOutermost: Bool) throws(SystemError) {
    if folder.status(of: ReceivedRequest.configurationName) != nil { return nil }
    name = path
    let entries = try folder.names()
    others.isComplete = entries.isComplete
    for entry in entries.names.sorted(by: Self.isBefore) {
      guard let entry = String(validating: entry, as: UTF8.self) else {
        others.names.append("a name that is not UTF-8")
        continue
      }
      if Self.ownFiles.contains(entry) {
        files[entry] = try Self.contents(of: entry, in: folder)
      } else if let inner = folder.folder(entry) {
        try take(inner, named: entry, isOutermost: isOutermost)
      } else if !Self.madeFiles.contains(entry) {
        others.names.append(entry)
      }
    }
    if requests.isEmpty && packages.isEmpty { return nil }
  }

  private mutating func take(
    _ folder: borrowing ReceivedFolder, named name: String, isOutermost: Bool
  ) throws(SystemError) {
    if folder.status(of: ReceivedRequest.configurationName) != nil {
      requests.append((name, Self.request(in: folder, named: name)))
    } else if isOutermost, let package = try ReceivedPackage(folder, at: "\(self.name)/\(name)", isOutermost: false) {
      packages.append(package)
    } else {
      others.names.append(name)
    }
  }

  private static func request(in folder: borrowing ReceivedFolder, named name: String) -> Request {
    do throws(SystemError) {
      let request = try ReceivedRequest(folder, at: name)
      if request.address != nil { return .request(request) }
      guard let configuration = try contents(of: ReceivedRequest.configurationName, in: folder),
        ListedPlace(in: configuration) != nil
      else { return .request(request) }
      let known = [ReceivedRequest.configurationName, CurlConfiguration.answerName]
      let others = try folder.names().names.map { String(validating: $0, as: UTF8.self) ?? "a name that is not UTF-8" }
      return .list(configuration, others: others.filter { !known.contains($0) })
    } catch {
      return .unreadable(error)
    }
  }

  private static func contents(of name: String, in folder: borrowing ReceivedFolder) throws(SystemError) -> [UInt8]? {
    try folder.contents(of: name, limit: RequestFolder.mostFileBytes)?.withBytes { [UInt8](copying: $0) }
  }

  /// `token-2` goes before `token-10`.
  private static func isBefore(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    let letters = { (name: [UInt8]) in name.prefix { !ASCII.isDigit($0) } }
    if letters(left) != letters(right) { return left.lexicographicallyPrecedes(right) }
    return left.count == right.count ? left.lexicographicallyPrecedes(right) : left.count < right.count
  }
}
