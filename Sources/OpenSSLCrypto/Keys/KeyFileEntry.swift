internal import Signing

/// A private key in a file, with what the file calls it.
struct KeyFileEntry: Sendable {
  let key: PrivateKey
  /// PKCS#9 friendlyName (RFC 2985, section 5.5.1).
  let friendlyName: String?
  /// PKCS#9 localKeyId (RFC 2985, section 5.5.2).
  let localKeyID: [UInt8]?

  init(key: PrivateKey, friendlyName: String? = nil, localKeyID: [UInt8]? = nil) {
    self.key = key
    self.friendlyName = friendlyName
    self.localKeyID = localKeyID
  }

  /// True when all that is named is this entry's.
  func matches(_ selection: KeySelection) -> Bool {
    let hasName = selection.name.map { $0.utf8.elementsEqual((friendlyName ?? "").utf8) } ?? true
    let hasID = selection.id.map { $0 == localKeyID || $0 == key.publicKey.sha256Fingerprint } ?? true
    return hasName && hasID
  }

  /// For a list to choose from: `RSA 2048 "name" (id 0A1B)`; the name comes from the file.
  var summary: String {
    let name = friendlyName.map { " \"\($0)\"" } ?? ""
    return "\(key.publicKey.summary)\(name) (id \(idText))"
  }

  /// An id that a reference may name the key by.
  var idText: String { Hexadecimal.text(localKeyID ?? key.publicKey.sha256Fingerprint) }
}
