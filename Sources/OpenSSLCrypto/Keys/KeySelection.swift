/// Which of several private keys in a file is meant; nothing named means the only one.
struct KeySelection: Sendable, Hashable {
  /// Compared with the friendly name by code points.
  var name: String?
  /// Compared with the local key id, and with the SHA-256 of the key's SubjectPublicKeyInfo.
  var id: [UInt8]?
}
