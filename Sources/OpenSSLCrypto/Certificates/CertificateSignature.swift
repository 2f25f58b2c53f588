internal import COpenSSL

/// What the issuer of a certificate signed it with.
struct CertificateSignature {
  /// For example `sha256WithRSAEncryption`.
  let name: String
  /// True when it rests on SHA-1 or an older digest.
  let isWeak: Bool

  init(of certificate: OpaquePointer) {
    let nid = unsafe X509_get_signature_nid(certificate)
    var digest = NID_undef
    if nid == NID_rsassaPss {
      // The digest is in the parameters.
      _ = unsafe X509_get_signature_info(certificate, &digest, nil, nil, nil)
    } else {
      _ = unsafe OBJ_find_sigid_algs(nid, &digest, nil)
    }
    isWeak = [NID_sha1, NID_md5, NID_md4, NID_md2, NID_md5_sha1].contains(digest)
    name = unsafe X509_get0_tbs_sigalg(certificate).map { unsafe ASN1Text.name(of: $0.pointee.algorithm) } ?? "unknown"
  }
}
