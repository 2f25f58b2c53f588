internal import COpenSSL
internal import Signing

/// A ContentInfo (RFC 2315, section 7): its type is read before its content, so that a kind that no password opens is
/// named as such; plain content is wiped when it goes.
struct ContentInfo: ~Copyable {
  /// The NID of the content type.
  let type: Int32
  let typeName: String
  /// A `PKCS7`, or nil for content that does not fit its type.
  private let item: ASN1Item?

  /// Nil for anything but a SEQUENCE that begins with an object identifier.
  init?(_ bytes: Span<UInt8>) {
    guard let elements = ASN1Elements(whole: bytes), let object = unsafe elements.object(at: 0) else { return nil }
    type = unsafe OBJ_obj2nid(object)
    typeName = unsafe ASN1Text.name(of: object)
    item = unsafe ASN1Item(whole: bytes, as: PKCS7_it())
  }

  deinit {
    if let data = unsafe data { unsafe ASN1Reading.wipe(data) }
  }

  /// The octets of plain content; nil for another type, or when there are none.
  var data: UnsafeMutablePointer<ASN1_STRING>? {
    type == NID_pkcs7_data ? unsafe item?.structure(PKCS7.self).pointee.d.data : nil
  }

  /// The number of those that enveloped content is encrypted for; nil for another type, or when it cannot be read.
  var recipientCount: Int32? {
    guard type == NID_pkcs7_enveloped, let enveloped = unsafe item?.structure(PKCS7.self).pointee.d.enveloped else {
      return nil
    }
    return unsafe OPENSSL_sk_num(enveloped.pointee.recipientinfo)
  }

  /// The ciphertext of content that a password encrypts; nil for another type, or when there is none.
  func encryptedPart(of subject: String) throws(KeyError) -> EncryptedPart? {
    guard type == NID_pkcs7_encrypted, let item,
      let content = unsafe item.structure(PKCS7.self).pointee.d.encrypted?.pointee.enc_data,
      let identifier = unsafe content.pointee.algorithm, let ciphertext = unsafe content.pointee.enc_data
    else { return nil }
    return try unsafe EncryptedPart(ciphertext, holding: PKCS12_SAFEBAGS_it(), by: identifier, in: item, of: subject)
  }
}
