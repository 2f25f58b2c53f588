internal import COpenSSL
import Messages
internal import Signing

/// An EncryptedPrivateKeyInfo (RFC 5208, section 6) whose protection was judged.
struct EncryptedPrivateKey {
  private let part: EncryptedPart

  /// Derives nothing.
  ///
  /// Throws `malformed-key`, `trailing-data`, `unsupported-protection`, or `iteration-count-too-high`.
  init(_ der: Span<UInt8>, of subject: String, budget: inout IterationBudget) throws(KeyError) {
    OpenSSLErrors.clear()
    var consumed = 0
    guard let item = unsafe ASN1Item(der, as: X509_SIG_it(), consumed: &consumed) else {
      throw .malformedKey(OpenSSLErrors.drain().summary)
    }
    if consumed != der.count { throw .trailingKeyData(der.count - consumed) }
    var identifier: UnsafePointer<X509_ALGOR>?
    var ciphertext: UnsafePointer<ASN1_OCTET_STRING>?
    unsafe X509_SIG_get0(item.pointer, &identifier, &ciphertext)
    guard let identifier = unsafe identifier, let ciphertext = unsafe ciphertext else {
      throw .malformedKey("it says nothing of its encryption")
    }
    do {
      part = try unsafe EncryptedPart(
        ciphertext, holding: PKCS8_PRIV_KEY_INFO_it(), by: identifier, in: item, of: subject)
      try budget.spend(part.iterationCount)
    } catch {
      throw error.code == .malformedPFX ? KeyError(.malformedKey, error.message, hint: error.hint) : error
    }
  }

  /// Throws `wrong-password`, `damaged-file`, or what `PrivateKeyReader` throws.
  func privateKey(_ password: inout FilePassword) throws(KeyError) -> PrivateKey {
    var forms = try password.forms()
    // Only the schemes of PKCS#12 know more than one form.
    if !part.tellsAbsentFromEmpty { forms = Array(forms.drop { $0.isAbsent }.prefix(1)) }
    guard let item = try part.value(with: forms) else { throw password.wrong }
    return try unsafe PrivateKeyReader.privateKey(item.pointer)
  }
}
