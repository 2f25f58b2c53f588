/// Reads one DER certificate; a value that is handed in, so that rooms without cryptography can judge `x5c`.
public protocol CertificateReader: Sendable {
  /// Throws `malformed-certificate`, or `trailing-data` when something follows the certificate.
  func certificate(der: Span<UInt8>) throws(KeyError) -> Certificate
}
