import Messages
internal import Signing
import System

/// The password of a new file, kept to write the file and to open it again.
final class NewPassword: SecretProvider {
  private let bytes: SecretBytes
  let isAbsent: Bool

  init(_ bytes: consuming SecretBytes?) {
    switch consume bytes {
    case .some(let bytes):
      self.bytes = bytes
      isAbsent = false
    case .none:
      self.bytes = SecretBytes(capacity: 0)
      isAbsent = true
    }
  }

  /// True for a password that was given but is empty.
  var isEmpty: Bool { !isAbsent && bytes.isEmpty }

  var isPrintableASCII: Bool {
    bytes.withBytes { bytes in bytes.indices.allSatisfy { (0x20..<0x7F).contains(bytes[$0]) } }
  }

  func withSecret<Result: ~Copyable>(
    _ body: (borrowing SecretBytes?) throws(KeyError) -> Result
  ) throws(KeyError) -> Result {
    if isAbsent { return try body(nil) }
    let copy: SecretBytes? = bytes.withBytes { bytes in SecretBytes(copying: bytes) }
    return try body(copy)
  }

  func secret(for request: SecretRequest) throws(KeyError) -> SecretBytes? {
    if isAbsent { return nil }
    return bytes.withBytes { bytes in SecretBytes(copying: bytes) }
  }
}
