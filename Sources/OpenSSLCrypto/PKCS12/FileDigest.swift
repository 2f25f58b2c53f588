internal import COpenSSL
internal import Signing

/// A digest that a file names and OpenSSL offers.
struct FileDigest {
  /// OpenSSL's short name, such as `SHA256`.
  let name: String
  /// The length of a digest in bytes.
  let byteCount: Int

  /// Throws `unsupported-protection` for a digest that OpenSSL does not offer, or that has no fixed length.
  init(_ object: OpaquePointer?, of subject: String) throws(KeyError) {
    try unsafe self.init(nid: OBJ_obj2nid(object), named: ASN1Text.name(of: object), of: subject)
  }

  /// The digest under an HMAC, such as hmacWithSHA256 (RFC 8018, appendix B.1.2).
  init(hmac identifier: UnsafePointer<X509_ALGOR>, of subject: String) throws(KeyError) {
    let object = unsafe identifier.pointee.algorithm
    var digest = NID_undef
    // An HMAC that the table does not hold leaves the digest undefined.
    _ = unsafe EVP_PBE_find(EVP_PBE_TYPE_PRF, OBJ_obj2nid(object), nil, &digest, nil)
    try unsafe self.init(nid: digest, named: ASN1Text.name(of: object), of: subject)
  }

  private init(nid: Int32, named written: String, of subject: String) throws(KeyError) {
    guard nid != NID_undef, let name = unsafe OBJ_nid2sn(nid).flatMap({ unsafe String(validatingCString: $0) }),
      let digest = unsafe EVP_MD_fetch(LibraryContext.standard.pointer, name, nil)
    else { throw .unsupportedProtection(by: written, of: subject) }
    defer { unsafe EVP_MD_free(digest) }
    guard unsafe EVP_MD_get_flags(digest) & UInt(EVP_MD_FLAG_XOF) == 0, unsafe EVP_MD_get_size(digest) > 0 else {
      throw .unsupportedProtection(by: written, of: subject)
    }
    self.name = name
    byteCount = unsafe Int(EVP_MD_get_size(digest))
  }
}
