internal import COpenSSL
import Encodings
public import Messages
public import Signing
import System

/// Reads requests for certificates (PKCS#10, RFC 2986) from anybody: PEM or DER with one.
///
/// The signature proves that whoever made the request holds the key: one that does not verify is refused.
public enum CertificateRequestFile {
  /// RFC 7468, section 7, and the older label.
  private static let labels = ["CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"]

  /// Throws `malformed-certificate-request` for anything but one request, `certificate-request-unproven`, and what reading PEM
  /// throws.
  public static func read(
    _ bytes: Span<UInt8>, of subject: String = "the certificate request"
  ) throws(CertificateError) -> CertificateRequest {
    guard PEMText.begins(in: bytes) else { return try request(der: bytes, of: subject) }
    let requests = try blocks(in: bytes, of: subject)
    guard let only = requests.first, requests.count == 1 else {
      throw malformed(subject, "it holds \(requests.count) of them, and one is wanted")
    }
    return try request(der: only.span, of: subject)
  }

  /// The one public key of a file that holds it as such, in a certificate or in a request, whose signature is then checked.
  ///
  /// Throws what `read` and `PublicKeyFile.read` throw, and `several-keys`.
  public static func publicKey(
    in bytes: Span<UInt8>, of subject: String = "the public key file"
  ) throws(CertificateError) -> PublicKey {
    let isPEM = PEMText.begins(in: bytes)
    let holdsRequest = isPEM ? try !blocks(in: bytes, of: subject).isEmpty : isRequest(bytes)
    if holdsRequest { return try read(bytes, of: subject).publicKey }
    let keys = try CertificateError.passing { () throws(KeyError) in try PublicKeyFile.read(bytes, of: subject) }
    guard let only = keys.first, keys.allSatisfy({ $0 == only }) else {
      throw CertificateError(
        KeyError(
          .severalKeys, "\(naming: subject) holds \(keys.count) public keys, and one is wanted",
          hint: "give a file with the one that is meant"))
    }
    return only
  }

  private static func isRequest(_ bytes: Span<UInt8>) -> Bool {
    defer { OpenSSLErrors.clear() }
    return X509Item(bytes, in: .empty) == nil && X509RequestItem(bytes) != nil
  }

  private static func request(der: Span<UInt8>, of subject: String) throws(CertificateError) -> CertificateRequest {
    defer { OpenSSLErrors.clear() }
    guard let item = X509RequestItem(der) else { throw malformed(subject, OpenSSLErrors.drain().summary) }
    if item.byteCount != der.count { throw malformed(subject, "\(der.count - item.byteCount) bytes follow it") }
    let publicKey = try unsafe OpenSSLCertificateEncoder.publicKey(X509_REQ_get_X509_PUBKEY(item.pointer))
    guard let key = unsafe X509_REQ_get0_pubkey(item.pointer) else {
      throw malformed(subject, "it has no key that can be read")
    }
    guard unsafe X509_REQ_verify_ex(item.pointer, key, LibraryContext.standard.pointer, nil) == 1 else {
      throw CertificateError(
        .requestUnproven,
        "\(naming: subject) is a certificate request whose signature does not verify with the key that it is for",
        hint: "ask the holder of the key to make it again")
    }
    return CertificateRequest(
      der: [UInt8](copying: der), publicKey: publicKey,
      subject: try unsafe OpenSSLCertificateEncoder.subject(X509_REQ_get_subject_name(item.pointer)))
  }

  private static func blocks(in bytes: Span<UInt8>, of subject: String) throws(CertificateError) -> [[UInt8]] {
    var blocks: [[UInt8]] = []
    try CertificateError.passing { () throws(KeyError) in
      try PEMText.forEachBlock(in: bytes, of: subject) { (block) throws(KeyError) in
        let label = block.label
        if labels.contains(where: { $0.utf8.elementsEqual(label.utf8) }) {
          blocks.append(block.contents.withBytes { der in [UInt8](copying: der) })
        }
      }
    }
    return blocks
  }

  private static func malformed(_ subject: String, _ reason: String) -> CertificateError {
    CertificateError(
      .malformedRequest, "\(naming: subject) is not a certificate request: \(reason)",
      hint: "give one PKCS#10 request as PEM or DER")
  }
}
