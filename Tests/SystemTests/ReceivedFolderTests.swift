import Foundation
import Messages
import System
import TestSupport
import Testing

@Suite struct ReceivedFolderTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func received() throws -> ReceivedFolder {
    ReceivedFolder(try Descriptor(openingFolder: folder.path("")), at: folder.path(""))
  }

  @Test("a file is read whole, and a missing one gives nothing")
  func contents() throws {
    try folder.write([1, 2, 3], to: "a")
    let received = try received()
    let bytes = try received.contents(of: "a", limit: 3)?.withBytes { bytes in bytes.indices.map { bytes[$0] } }
    #expect(bytes == [1, 2, 3])
    let isAbsent = try received.contents(of: "b", limit: 3) == nil
    #expect(isAbsent)
  }

  @Test("a link, a folder and a pipe are not read, and reading does not wait on the pipe")
  func irregular() throws {
    try folder.write([1], to: "a")
    try folder.link("link", to: "a")
    try FileManager.default.createDirectory(atPath: folder.path("folder"), withIntermediateDirectories: false)
    #expect(unsafe mkfifo(folder.path("pipe"), 0o600) == 0)
    let received = try received()
    for (name, kind) in [("link", "a symbolic link"), ("folder", "a folder"), ("pipe", "a pipe")] {
      do throws(SystemError) {
        _ = try received.contents(of: name, limit: 10)
        Issue.record("\(name) is read")
      } catch {
        #expect(error.code == .fileNotRegular)
        #expect(error.message == "\(name) is \(kind), not a file")
      }
    }
  }

  @Test("a file with more bytes than the limit is refused, and every entry is listed")
  func limits() throws {
    try folder.write([1, 2, 3], to: ".a")
    let received = try received()
    do throws(SystemError) {
      _ = try received.contents(of: ".a", limit: 2)
      Issue.record("it is read")
    } catch {
      #expect(error.code == .fileTooLarge)
    }
    let entries = try received.names()
    #expect(entries.isComplete && entries.names == [Array(".a".utf8)])
  }
}
