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
}
