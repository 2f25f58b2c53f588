import Signing

/// Counts the certificates that it reads.
struct CountingReader: CertificateReader {
  let reader: FakeCertificateReader
  let calls: CallCount

  func certificate(der: Span<UInt8>) throws(KeyError) -> Certificate {
    calls.increment()
    return try reader.certificate(der: der)
  }
}
