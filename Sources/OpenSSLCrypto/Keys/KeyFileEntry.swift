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
  func matches(_ selection: KeyFileContents.Selection) -> Bool {
    let hasName = selection.name.map { $0.utf8.elementsEqual((friendlyName ?? "").utf8) } ?? true
    let hasID = selection.id.map { $0 == localKeyID || $0 == key.publicKey.sha256Fingerprint } ?? true
    return hasName && hasID
  }
}
