import Encodings

extension Certificate {
  /// The certificate alone as PEM (RFC 7468, section 5), ended by a line feed.
  public var pem: String { PEMEncoding.text("CERTIFICATE", der) }
}

extension CertificateRequest {
  /// The request as PEM (RFC 7468, section 7), ended by a line feed.
  public var pem: String { PEMEncoding.text("CERTIFICATE REQUEST", der) }
}
