internal import COpenSSL
internal import Signing

extension PSSRestriction {
  /// Reads RSASSA-PSS-params (RFC 4055, section 3.1), whose absent fields mean SHA-1 and a salt of 20 bytes.
  ///
  /// What cannot be read allows nothing.
  init(_ parameters: UnsafeMutablePointer<ASN1_TYPE>) {
    guard let memory = unsafe ASN1_TYPE_unpack_sequence(RSA_PSS_PARAMS_it(), parameters) else {
      self.init(digest: nil, maskDigest: nil, minimumSaltByteCount: .max)
      return
    }
    let values = unsafe memory.assumingMemoryBound(to: RSA_PSS_PARAMS.self)
    defer { unsafe RSA_PSS_PARAMS_free(values) }
    self.init(
      digest: unsafe values.pointee.hashAlgorithm.map { unsafe Self.digest($0) } ?? .sha1,
      maskDigest: unsafe values.pointee.maskGenAlgorithm.map { unsafe Self.maskDigest($0) } ?? .sha1,
      minimumSaltByteCount: unsafe Self.saltByteCount(values.pointee.saltLength))
  }

  private static func digest(_ algorithm: UnsafePointer<X509_ALGOR>) -> DigestAlgorithm? {
    switch unsafe OBJ_obj2nid(algorithm.pointee.algorithm) {
    case NID_sha1: .sha1
    case NID_sha256: .sha256
    case NID_sha384: .sha384
    case NID_sha512: .sha512
    default: nil
    }
  }

  private static func maskDigest(_ algorithm: UnsafePointer<X509_ALGOR>) -> DigestAlgorithm? {
    guard unsafe OBJ_obj2nid(algorithm.pointee.algorithm) == NID_mgf1,
      let memory = unsafe ASN1_TYPE_unpack_sequence(X509_ALGOR_it(), algorithm.pointee.parameter)
    else { return nil }
    let inner = unsafe memory.assumingMemoryBound(to: X509_ALGOR.self)
    defer { unsafe X509_ALGOR_free(inner) }
    return unsafe digest(inner)
  }

  private static func saltByteCount(_ integer: UnsafePointer<ASN1_INTEGER>?) -> Int {
    guard let integer = unsafe integer else { return 20 }
    var value: Int64 = 0
    guard unsafe ASN1_INTEGER_get_int64(&value, integer) == 1, value >= 0 else { return .max }
    return Int(value)
  }
}
