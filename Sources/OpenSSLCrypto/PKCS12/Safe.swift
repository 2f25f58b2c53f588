internal import COpenSSL
import Messages
internal import Signing

/// One part of the AuthenticatedSafe (RFC 7292, section 4.1).
enum Safe {
  /// A `STACK_OF(PKCS12_SAFEBAG)` that anybody can read.
  case plain(ASN1Item)
  case encrypted(EncryptedPart)
  /// Encrypted for somebody's certificate (public-key privacy mode), so that no password opens it.
  case enveloped
  /// Encrypted for nobody: no one can ever open it.
  case lost

  /// Throws `malformed-pfx` or `unsupported-protection`.
  init(_ part: borrowing ContentInfo, of subject: String) throws(KeyError) {
    switch part.type {
    case NID_pkcs7_data:
      guard let data = unsafe part.data,
        let bags = unsafe ASN1Reading.withBytes(
          of: data, { bytes in unsafe ASN1Item(whole: bytes, as: PKCS12_SAFEBAGS_it()) })
      else { throw KeyError(.malformedPFX, "\(naming: subject) has a part that does not hold safe bags") }
      self = .plain(bags)
    case NID_pkcs7_encrypted:
      guard let encrypted = try part.encryptedPart(of: subject) else {
        throw KeyError(.malformedPFX, "\(naming: subject) has an encrypted part that cannot be read")
      }
      self = .encrypted(encrypted)
    case NID_pkcs7_enveloped:
      self = part.recipientCount == 0 ? .lost : .enveloped
    default:
      throw KeyError(.malformedPFX, "\(naming: subject) has a part of the type \(part.typeName), which no PFX has")
    }
  }
}
