import Keyroll

/// A secret that several requests are answered with, each by a copy.
final class SharedSecret: Sendable {
  private let bytes: SecretBytes

  init(_ bytes: consuming SecretBytes) { self.bytes = bytes }

  var copy: SecretBytes { bytes.withBytes { SecretBytes(copying: $0) } }
}
