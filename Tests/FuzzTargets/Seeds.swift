import Encodings
import Foundation
import Signing
import System
import TestSupport

/// The places of inputs to start from.
enum Seeds {
  /// The files of a folder of the fixtures, sorted; without manifests, and without files that are longer than any
  /// search makes.
  static func fixtures(_ folder: String, endingIn suffixes: String...) throws -> [[UInt8]] {
    try files(in: Fixtures.url(folder)).filter { file in suffixes.isEmpty || suffixes.contains(file.pathExtension) }
      .map { file in try bytes(of: file) }
  }

  /// The same for a folder of the corpora and the folders in it; empty if there are no corpora.
  static func corpus(_ folder: String, endingIn suffixes: String...) throws -> [[UInt8]] {
    guard let corpora = Corpora.folder else { return [] }
    return try files(in: corpora.appending(path: folder))
      .filter { file in suffixes.isEmpty || suffixes.contains(file.pathExtension) }
      .map { file in try bytes(of: file) }
  }

  /// The lines of a file of the corpora; empty if there are no corpora.
  static func corpusLines(_ file: String) throws -> [[UInt8]] {
    guard let corpora = Corpora.folder else { return [] }
    let text = try bytes(of: corpora.appending(path: file))
    return text.split(separator: UInt8(ascii: "\n")).map(Array.init)
  }

  /// All available compact serializations.
  static func tokens() throws -> [[UInt8]] {
    try fixtures("tokens", endingIn: "jwt") + corpus("jwt/tokens") + corpus("jose-vectors", endingIn: "jwsc")
  }

  /// In bytes.
  private static let mostBytes = 1 << 17

  // Foundation leaks a little for each empty file that it reads, and leaks count here.
  private static func bytes(of file: URL) throws -> [UInt8] {
    try SecretBytes.contents(ofFile: file.path, limit: mostBytes).withBytes { bytes in [UInt8](copying: bytes) }
  }

  private static func files(in folder: URL) throws -> [URL] {
    let paths = try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
    return try paths.map { folder.appending(path: $0) }.filter { file in
      let values = try file.resourceValues(forKeys: [.isRegularFileKey, .fileSizeKey])
      return values.isRegularFile == true && values.fileSize ?? 0 <= mostBytes
        && !file.lastPathComponent.hasPrefix("manifest.")
    }
  }
}
