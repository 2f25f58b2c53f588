import Foundation

/// An open file without a name, which is removed when the last reference to it is destroyed.
public final class NamelessFile {
  public let descriptor: Int32

  /// A file of these bytes, to be read from its start.
  public init(holding bytes: [UInt8] = []) throws {
    let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    descriptor = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw SystemFailure("open \(path)") }
    unsafe unlink(path)
    guard unsafe write(descriptor, bytes, bytes.count) == bytes.count, lseek(descriptor, 0, SEEK_SET) == 0 else {
      throw SystemFailure("write")
    }
  }

  /// An existing file or device, opened for writing.
  public init(opening path: String) throws {
    descriptor = unsafe open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY)
    guard descriptor >= 0 else { throw SystemFailure("open \(path)") }
  }

  /// Takes over an open descriptor.
  public init(takingOwnershipOf descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// Everything that was written; throws for anything except UTF-8.
  public func text() throws -> String {
    let end = lseek(descriptor, 0, SEEK_END)
    var bytes = [UInt8](repeating: 0, count: max(Int(end), 0))
    guard unsafe pread(descriptor, &bytes, bytes.count, 0) == bytes.count else { throw SystemFailure("pread") }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw SystemFailure("output is not UTF-8") }
    return text
  }
}
