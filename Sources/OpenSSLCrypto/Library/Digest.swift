internal import COpenSSL
public import Signing

/// Message digests (FIPS 180-4) by OpenSSL.
public enum Digest {
  /// The digest of the bytes, `algorithm.byteCount` long.
  ///
  /// Throws `cryptography-failed` if OpenSSL does not offer the algorithm or has no memory left.
  public static func hash(_ bytes: Span<UInt8>, with algorithm: DigestAlgorithm) throws(KeyError) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: algorithm.byteCount)
    OpenSSLErrors.clear()
    let status = unsafe bytes.withUnsafeBufferPointer { bytes in
      unsafe EVP_Q_digest(
        LibraryContext.standard.pointer, algorithm.openSSLName, nil, bytes.baseAddress, bytes.count, &digest, nil)
    }
    guard status == 1 else { throw .openSSL("a \(algorithm.rawValue) digest") }
    return digest
  }
}

extension DigestAlgorithm {
  /// Its name for a fetch.
  var openSSLName: String {
    switch self {
    case .sha1: "SHA1"
    case .sha256: "SHA256"
    case .sha384: "SHA384"
    case .sha512: "SHA512"
    @unknown default: rawValue
    }
  }
}
