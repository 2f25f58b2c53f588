public import Encodings
import Entra
import Messages
import System

// Copies of packages: those that are sent, and those that came back.

extension RolloverFolder {
  /// Writes a copy of a package that is in the folder, as it was made. A copy that is there already must be one of this package.
  ///
  /// Throws `file-unreadable` if the folder has lost the package, `output-exists` and `output-unwritable`.
  public func copyPackage(_ package: ExactText, to destination: String) throws(RolloverError) {
    let own = "\(path)/\(package)"
    guard try Self.returnedFile([PackageSteps.fileName], in: own) != nil else {
      throw RolloverError(
        id: "file-unreadable", "\(naming: own) is not there, so that it cannot be copied",
        hint: "send the copy that there is, or wait until its last window has closed")
    }
    if FileStatus.isThere(destination) {
      var isCopy = false
      do throws(RolloverError) { isCopy = try differingFile(of: package.text, in: destination) == nil } catch {
        // What cannot be read is none.
      }
      if isCopy { return }
      throw RolloverError(
        id: "output-exists", "\(naming: destination) is there already, and is not a copy of \(naming: own)",
        hint: "send each time to a new folder")
    }
    var files: [(path: String, bytes: [UInt8])] = []
    for entry in ContainedFile.names(in: own) ?? [] where !Self.isMade(entry) {
      let inner = ContainedFile.names(in: "\(own)/\(entry)")
      for names in inner.map({ $0.filter { !Self.isMade($0) }.map { [entry, $0] } }) ?? [[entry]] {
        guard let bytes = try Self.returnedFile(names, in: own) else { continue }
        files.append((names.joined(separator: "/"), bytes))
      }
    }
    try RolloverError.passing { () throws(SystemError) in try OutputFolder.write(files, to: destination) }
  }

  func compare(_ name: String, with returned: String) throws(RolloverError) {
    guard let file = try differingFile(of: name, in: returned) else { return }
    throw RolloverError(
      .packageDiffers, "\(file) of \(naming: returned) is not what was sent from here",
      hint: "trust none of its answers: find out who changed it, and list what is registered by another way")
  }

  /// The first file that another folder does not have as the package has it; nil for a copy.
  private func differingFile(of name: String, in returned: String) throws(RolloverError) -> String? {
    let own = "\(path)/\(name)"
    for entry in ContainedFile.names(in: own) ?? [] where !Self.isMade(entry) {
      let inner = ContainedFile.isFolder("\(own)/\(entry)") ? ContainedFile.names(in: "\(own)/\(entry)") ?? [] : []
      for names in inner.isEmpty ? [[entry]] : inner.filter({ !Self.isMade($0) }).map({ [entry, $0] }) {
        if try Self.returnedFile(names, in: own) == (try Self.returnedFile(names, in: returned)) { continue }
        return names.joined(separator: "/")
      }
    }
    return nil
  }

  /// True for what `run.sh` makes.
  private static func isMade(_ name: String) -> Bool {
    name.utf8.elementsEqual(CurlConfiguration.answerName.utf8) || ReceivedPackage.madeFiles.contains(name)
  }
}

extension RolloverPackage {
  /// Writes a copy that is sent; throws `output-exists` or `output-unwritable`.
  public func write(to path: String) throws(RolloverError) {
    try RolloverError.passing { () throws(SystemError) in try OutputFolder.write(files, to: path) }
  }

  /// Puts the script beside the packages of a folder that sends them all; throws `output-exists` if there is another one.
  public static func writeParcelScript(to folder: String) throws(RolloverError) {
    let path = "\(folder)/\(RunScript.fileName)"
    if ContainedFile.names(in: folder)?.contains(RunScript.fileName) ?? false {
      let script = try? RolloverFolder.returnedFile([RunScript.fileName], in: folder)
      if script == Array(RunScript.parcelText.utf8) { return }
      throw RolloverError(
        id: "output-exists", "\(naming: path) is there already, and is not the script that is written here",
        hint: "send each time to a new folder")
    }
    try RolloverError.passing { () throws(SystemError) in
      try OutputFile(path: path, replacing: true).write(Array(RunScript.parcelText.utf8).span)
    }
  }
}
