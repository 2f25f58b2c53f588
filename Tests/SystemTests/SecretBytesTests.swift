import Encodings
import Messages
import System
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

@Suite("SecretBytes")
struct SecretBytesTests {
  private func copy(_ secret: borrowing SecretBytes) -> [UInt8] { secret.withBytes { [UInt8](copying: $0) } }

  @Test("the bytes are those that were copied") func copying() {
    let bytes: [UInt8] = [1, 2, 0, 255]
    let secret = SecretBytes(copying: bytes.span)
    #expect(copy(secret) == bytes)
    let count = secret.count
    #expect(count == 4)
  }

  @Test("a secret may be empty") func empty() {
    let nothing: [UInt8] = []
    let secret = SecretBytes(copying: nothing.span)
    let isEmpty = secret.isEmpty
    #expect(isEmpty)
    #expect(copy(secret) == [])
  }

  @Test("the filled bytes count, but never more than there is room for", arguments: [(-1, 0), (0, 0), (3, 3), (9, 4)])
  func filling(_ claimed: Int, _ counted: Int) {
    let secret = unsafe SecretBytes(capacity: 4) { memory in
      unsafe memory.copyBytes(from: [7, 7, 7, 7])
      return claimed
    }
    #expect(copy(secret) == [UInt8](repeating: 7, count: counted))
  }

  @Test("truncating removes bytes from the end, and never adds any", arguments: [(0, 0), (2, 2), (9, 3), (-5, 0)])
  func truncating(_ newCount: Int, _ counted: Int) {
    let bytes: [UInt8] = [1, 2, 3]
    var secret = SecretBytes(copying: bytes.span)
    secret.truncate(to: newCount)
    #expect(copy(secret) == Array(bytes.prefix(counted)))
  }

  @Test("a pipe is read to its end, however long it is", arguments: [0, 1, 4095, 4096, 4097, 50_000])
  func readsToTheEnd(_ count: Int) throws {
    let descriptors = openPipe(holding: count)
    defer { close(descriptors) }
    let secret = try SecretBytes.contents(ofDescriptor: descriptors, named: "a pipe", limit: 60_000)
    #expect(copy(secret) == [UInt8](repeating: 9, count: count))
  }

  @Test("more bytes than the limit are refused, and exactly as many are not") func limit() throws {
    for (count, isRead) in [(100, true), (101, false)] {
      let descriptor = openPipe(holding: count)
      defer { close(descriptor) }
      do throws(SystemError) {
        _ = try SecretBytes.contents(ofDescriptor: descriptor, named: "a pipe", limit: 100)
        #expect(isRead)
      } catch {
        #expect(!isRead && error.code == .fileTooLarge)
      }
    }
  }

  @Test("a folder and a missing file cannot be read", arguments: ["/", "/nonexistent/file"])
  func unreadable(_ path: String) {
    do throws(SystemError) {
      _ = try SecretBytes.contents(ofFile: path, limit: 10)
      Issue.record("it is read")
    } catch {
      #expect(error.code == .fileUnreadable)
      #expect(error.message.contains(path))
    }
  }

  @Test("base64 is decoded without a copy, and only tolerated irregularities are accepted")
  func base64() throws {
    let text = Array("Zm9v\r\nYg==".utf8)
    #expect(copy(try SecretBytes(decoding: text.span, as: .standard, tolerating: [.whitespace])) == Array("foob".utf8))
    do throws(Base64Error) {
      _ = try SecretBytes(decoding: text.span, as: .standard)
      Issue.record("it is decoded")
    } catch { #expect(error.code == .whitespace) }
  }

  /// The reading end of a pipe with this many bytes in it, which then ends.
  private func openPipe(holding count: Int) -> Int32 {
    var ends: [Int32] = [-1, -1]
    _ = unsafe pipe(&ends)
    _ = unsafe write(ends[1], [UInt8](repeating: 9, count: count), count)
    close(ends[1])
    return ends[0]
  }
}
