import Encodings

extension Certificate {
  /// The certificate alone as PEM (RFC 7468, section 5), with a line feed at the end.
  public var pem: String { PEMEncoding.text("CERTIFICATE", der) }
}

extension CertificateRequest {
  /// The request as PEM (RFC 7468, section 7), with a line feed at the end.
  public var pem: String { PEMEncoding.text("CERTIFICATE REQUEST", der) }
}
