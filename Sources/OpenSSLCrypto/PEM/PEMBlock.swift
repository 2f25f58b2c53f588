internal import Signing
import System

/// One block of PEM text (RFC 7468), its base64 decoded.
struct PEMBlock: ~Copyable {
  /// The words after `BEGIN`, such as `PRIVATE KEY`.
  let label: String
  /// The lines before the base64 (RFC 1421, section 4.6), each with its newline; empty in all modern files.
  let header: String
  let contents: SecretBytes

  /// What the header says of encryption (RFC 1421, section 4.6.1.1), or nil for a block without a header.
  ///
  /// Throws `malformed-pem` for any other header (RFC 7468, section 2, allows none) and `unsupported-protection`.
  borrowing func encryption(of subject: String) throws(KeyError) -> PEMEncryption? {
    header.isEmpty ? nil : try PEMEncryption(header: header, of: subject)
  }
}
