import Encodings
import Entra
import Messages
public import System
public import Tokens

/// One request for windows that follow each other, in a folder for each; only the token differs.
///
/// For a courier who may come late: only the one whose window is open then is sent.
public struct RequestWindows: Sendable {
  /// The folder of a request, such as `add-key-2`, and when that can be sent.
  public private(set) var windows: [(folder: String, window: TokenWindow)] = []
  private var files: [(path: String, bytes: [UInt8])] = []
  private var address: RequestAddress?

  /// The text about them for the person who sends one.
  public static let readmeName = "README.txt"

  public init() {}

  /// Adds a request that was made for the next window.
  ///
  /// The added request is no longer in memory that is wiped, so this is not for a request with a password.
  public mutating func append(_ made: borrowing MadeRequest) {
    let address = made.folder.address
    let folder = "\(address.requestName)-\(windows.count + 1)"
    for file in made.folder.files {
      guard let bytes = made.folder.bytes(of: file) else { continue }
      files.append(("\(folder)/\(file.name(for: address))", bytes.withBytes { [UInt8](copying: $0) }))
    }
    windows.append((folder, made.window))
    self.address = address
  }

  /// Makes a folder with all of them, for its owner alone, whole or not at all.
  ///
  /// Throws `output-exists` if the path exists already, and `output-unwritable`.
  public func write(to path: String) throws(SystemError) {
    try OutputFolder.write([(Self.readmeName, Array(readme.utf8))] + files, to: path)
  }

  private var readme: String {
    let width = windows.map(\.folder.utf8.count).max() ?? 0
    var lines = [
      "keyroll request \(address?.requestName ?? ""): one request for \(windows.count) windows", "",
      "1. Take this folder to a machine that has curl 7.76 or later and reaches this host:",
      "     \(address?.host ?? "")",
      "2. Send one of them, the one whose window is open, and no other. All times are in UTC.",
    ]
    for (folder, window) in windows {
      let padding = String(repeating: " ", count: width - folder.utf8.count)
      lines.append("     \(folder)\(padding)  \(window)")
    }
    lines += [
      "   How it is sent is said in the summary.txt of its folder.",
      "3. Bring the whole folder back, whatever happened, to where keyroll is, and there:",
      "     keyroll explain FOLDER",
    ]
    return lines.map { $0 + "\n" }.joined()
  }
}
