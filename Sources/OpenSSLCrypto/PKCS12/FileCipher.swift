internal import COpenSSL
internal import Signing

/// A cipher that a file names and OpenSSL offers.
struct FileCipher {
  /// The context that offers it: the legacy provider is loaded only for a file that needs it.
  let library: LibraryContext
  /// In bytes, or nil for a cipher that takes keys of several lengths.
  let keyByteCount: Int64?
  /// In bytes.
  let vectorByteCount: Int

  /// Throws `unsupported-protection`, which says `name`, for a cipher that OpenSSL does not offer or that a password
  /// does not protect with.
  init(nid: Int32, named name: String, of subject: String) throws(KeyError) {
    guard nid != NID_undef, let shortName = unsafe OBJ_nid2sn(nid) else {
      throw .unsupportedProtection(by: name, of: subject)
    }
    var library = LibraryContext.standard
    var offered = unsafe EVP_CIPHER_fetch(library.pointer, shortName, nil)
    if unsafe offered == nil {
      library = LibraryContext.legacy
      unsafe offered = EVP_CIPHER_fetch(library.pointer, shortName, nil)
    }
    guard let cipher = unsafe offered else { throw .unsupportedProtection(by: name, of: subject) }
    defer { unsafe EVP_CIPHER_free(cipher) }
    self.library = library
    // The other modes carry parameters that OpenSSL does not read here, and would look like a wrong password.
    let modes = [EVP_CIPH_CBC_MODE, EVP_CIPH_CFB_MODE, EVP_CIPH_OFB_MODE, EVP_CIPH_STREAM_CIPHER]
    guard modes.contains(unsafe EVP_CIPHER_get_mode(cipher)) else {
      throw .unsupportedProtection(by: name, of: subject)
    }
    let takesAnyKey = unsafe EVP_CIPHER_get_flags(cipher) & UInt(EVP_CIPH_VARIABLE_LENGTH) != 0
    keyByteCount = takesAnyKey ? nil : unsafe Int64(EVP_CIPHER_get_key_length(cipher))
    vectorByteCount = unsafe Int(EVP_CIPHER_get_iv_length(cipher))
  }
}
