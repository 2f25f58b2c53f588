internal import Signing

/// A private key in a file, with what the file calls it.
struct KeyFileEntry: Sendable {
  let key: PrivateKey
  /// PKCS#9 friendlyName (RFC 2985, section 5.5.1) of the key and of its certificate, which some tools give names of their
  /// own; each once.
  let friendlyNames: [String]
  /// PKCS#9 localKeyId (RFC 2985, section 5.5.2).
  let localKeyID: [UInt8]?

  init(key: PrivateKey, friendlyNames: [String] = [], localKeyID: [UInt8]? = nil) {
    self.key = key
    self.friendlyNames = friendlyNames
    self.localKeyID = localKeyID
  }

  /// True when all that is named is this entry's.
  func matches(_ selection: KeyFileContents.Selection) -> Bool {
    let hasName =
      selection.name.map { name in friendlyNames.contains { $0.utf8.elementsEqual(name.utf8) } } ?? true
    let hasID = selection.id.map { $0 == localKeyID || $0 == key.publicKey.sha256Fingerprint } ?? true
    return hasName && hasID
  }
}
