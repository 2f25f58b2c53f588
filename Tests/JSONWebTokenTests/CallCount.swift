import Signing
import SigningTesting
import Synchronization

/// How often something was asked, to count work instead of timing it.
final class CallCount: Sendable {
  private let calls = Mutex(0)

  var count: Int { calls.withLock { $0 } }

  func increment() { calls.withLock { $0 += 1 } }
}

/// Counts the signatures that it judges, none of which is good.
struct CountingVerifier: SignatureVerifier {
  let publicKey = PublicKey.fake()
  let calls: CallCount

  func isValid(_ signature: Span<UInt8>, by algorithm: SignatureAlgorithm, for message: Span<UInt8>) -> Bool {
    calls.increment()
    return false
  }
}

/// Counts the certificates that it reads.
struct CountingReader: CertificateReader {
  let reader: FakeCertificateReader
  let calls: CallCount

  func certificate(der: Span<UInt8>) throws(KeyError) -> Certificate {
    calls.increment()
    return try reader.certificate(der: der)
  }
}
