import Messages
import Testing

@testable import System

@Suite struct AccessListTests {
  /// An entry in the form of Linux.
  private static func entry(_ tag: UInt8, _ permissions: UInt8, _ id: UInt8 = 0xFF) -> [UInt8] {
    [tag, 0, permissions, 0, id, id == 0xFF ? 0xFF : 0, id == 0xFF ? 0xFF : 0, id == 0xFF ? 0xFF : 0]
  }

  private static let version: [UInt8] = [2, 0, 0, 0]
  private static let owner = entry(0x01, 7)
  private static let others = entry(0x20, 7)

  @Test(
    "a named user or group that may write within the mask is a writer",
    arguments: [
      ([entry(0x02, 7, 5), entry(0x04, 5), entry(0x10, 7)], [AccessList.Writer.user(5)]),
      ([entry(0x02, 5, 5), entry(0x04, 7), entry(0x10, 7)], [.owningGroup]),
      ([entry(0x04, 5), entry(0x08, 2, 9), entry(0x10, 2)], [.group(9)]),
      ([entry(0x02, 7, 5), entry(0x04, 7), entry(0x08, 7, 9), entry(0x10, 5)], []),
      ([entry(0x02, 7, 5), entry(0x04, 7), entry(0x08, 7, 9), entry(0x10, 6)], [.user(5), .owningGroup, .group(9)]),
      // Without a mask nothing limits the entries.
      ([entry(0x04, 7)], [.owningGroup]),
    ])
  func writers(entries: [[UInt8]], writers: [AccessList.Writer]) throws {
    let bytes = Self.version + Self.owner + entries.flatMap(\.self) + Self.others
    #expect(try AccessList(bytes: bytes[...]).writers == writers)
  }

  @Test(
    "a list of an unknown form is not taken for an empty one",
    arguments: [
      [], [2], [2, 0, 0], [1, 0, 0, 0], [2, 0, 0, 1], version + owner.dropLast(), version + [0],
      version + entry(0x40, 7),
      version + [0x01, 1, 7, 0, 0, 0, 0, 0],
    ])
  func malformed(bytes: [UInt8]) {
    #expect(throws: AccessList.Failure(reason: "its access control list has an unknown form")) {
      try AccessList(bytes: bytes[...])
    }
  }
}
