internal import COpenSSL

/// A certificate of a PFX with the attributes of its bag.
struct CertificateBag {
  let der: [UInt8]
  let attributes: BagAttributes

  /// Nil for a bag whose contents OpenSSL does not read as an X.509 certificate.
  init?(_ bag: OpaquePointer) {
    guard let certificate = unsafe PKCS12_SAFEBAG_get1_cert(bag) else { return nil }
    defer { unsafe X509_free(certificate) }
    guard let der = unsafe DER.encoding({ output in unsafe i2d_X509(certificate, output) }) else { return nil }
    self.der = der
    attributes = unsafe BagAttributes(of: bag)
  }
}
