import Foundation

extension TemporaryFolder {
  /// Writes a program with these permission bits and returns its path.
  ///
  /// Another process writes it: a file that any process has open for writing cannot be run, and programs that other
  /// tests start at the same time would have it open for a moment.
  @discardableResult
  public func program(_ text: String, named name: String = "signer", mode: String = "755") throws -> String {
    let source = try write(Array(text.utf8), to: "\(name).source")
    defer { try? FileManager.default.removeItem(atPath: source) }
    let installed = try Judge.run("/usr/bin/install", ["-m", mode, source, path(name)])
    if installed.status != 0 { throw SystemFailure("\(installed)", code: EACCES) }
    return path(name)
  }

  /// The first line of a file, as a process id.
  public func processIdentifier(_ name: String) throws -> Int32 {
    let text = String(validating: try bytes(name), as: UTF8.self) ?? ""
    guard let identifier = Int32(text.trimmingCharacters(in: .newlines)) else {
      throw SystemFailure("\(name) holds '\(text)'", code: EINVAL)
    }
    return identifier
  }
}
