internal import CLinux
internal import Glibc
import System

/// A pipe of which no program that is started inherits anything, and on which nothing blocks.
struct Pipe: ~Copyable {
  let reading: Descriptor
  let writing: Descriptor

  init() throws(SystemReason) {
    var ends: [Int32] = [-1, -1]
    guard unsafe linux_pipe(&ends) == 0 else { throw .last }
    // Both are owned before anything can fail.
    let first = Descriptor(takingOwnershipOf: ends[0])
    let second = Descriptor(takingOwnershipOf: ends[1])
    let reading = try Self.besideStandardStreams(first)
    let writing = try Self.besideStandardStreams(second)
    self.reading = reading
    self.writing = writing
  }

  /// Where a standard stream is closed, its number is free, and would be taken by another stream of the program.
  private static func besideStandardStreams(_ end: consuming Descriptor) throws(SystemReason) -> Descriptor {
    if end.number > STDERR_FILENO { return end }
    let copy = fcntl(end.number, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
    if copy < 0 { throw .last }
    return Descriptor(takingOwnershipOf: copy)
  }
}
