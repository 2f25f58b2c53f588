internal import COpenSSL
import Messages
internal import Signing

/// A private key of a PFX, still as it lies there: plain or under a password (RFC 7292, sections 4.2.1 and 4.2.2).
struct KeyBag {
  @safe
  private enum Content {
    /// A `PKCS8_PRIV_KEY_INFO` that lives as long as the item.
    case plain(OpaquePointer, in: ASN1Item)
    case shrouded(EncryptedPart)
  }

  let attributes: BagAttributes
  private let content: Content

  /// Reads a key bag or a shrouded key bag; throws `malformed-pfx` or `unsupported-protection`.
  init(_ bag: OpaquePointer, in owner: ASN1Item, of subject: String) throws(KeyError) {
    attributes = unsafe BagAttributes(of: bag)
    if let information = unsafe PKCS12_SAFEBAG_get0_p8inf(bag) {
      content = unsafe .plain(information, in: owner)
      return
    }
    var identifier: UnsafePointer<X509_ALGOR>?
    var ciphertext: UnsafePointer<ASN1_OCTET_STRING>?
    if let encrypted = unsafe PKCS12_SAFEBAG_get0_pkcs8(bag) {
      unsafe X509_SIG_get0(encrypted, &identifier, &ciphertext)
    }
    guard let identifier = unsafe identifier, let ciphertext = unsafe ciphertext else {
      throw KeyError(.malformedPFX, "\(naming: subject) has a key bag that cannot be read")
    }
    let part = try unsafe EncryptedPart(
      ciphertext, holding: PKCS8_PRIV_KEY_INFO_it(), by: identifier, in: owner, of: subject)
    content = .shrouded(part)
  }

  /// The part that a password opens, or nil for a key that lies in the clear.
  var encryptedPart: EncryptedPart? {
    switch content {
    case .plain: nil
    case .shrouded(let part): part
    }
  }

  /// Decrypts the key with the first password that fits; nil when none fits.
  ///
  /// Throws `malformed-key` or `trailing-data` for what is not a key.
  func privateKey(with passwords: [PasswordForm]) throws(KeyError) -> PrivateKey? {
    switch content {
    case .plain(let information, _):
      return try unsafe PrivateKeyReader.privateKey(information)
    case .shrouded(let part):
      guard let item = try part.value(with: passwords) else { return nil }
      return try unsafe PrivateKeyReader.privateKey(item.pointer)
    }
  }
}
