internal import Signing
import System

/// A PIN in memory that is wiped, shared by the keys of a token that was logged in to with it.
final class PIN: Sendable {
  let bytes: SecretBytes

  init(_ bytes: consuming SecretBytes) { self.bytes = bytes }

  /// Takes the same time wherever they differ.
  func equals(_ other: PIN) -> Bool {
    bytes.withBytes { mine in
      other.bytes.withBytes { theirs in
        guard mine.count == theirs.count else { return false }
        var difference: UInt8 = 0
        for index in mine.indices { difference |= mine[index] ^ theirs[index] }
        return difference == 0
      }
    }
  }
}
