internal import COpenSSL
internal import Signing
import System

/// How a new key file is protected.
@nonexhaustive
public enum KeyFileProtection: Sendable, Hashable {
  /// PBES2 with AES-256-CBC and PBKDF2-HMAC-SHA256 (RFC 8018, section 6.2); a PFX also has an HMAC-SHA256.
  case standard
  /// pbeWithSHAAnd3-KeyTripleDES-CBC and HMAC-SHA1 (RFC 7292, appendix C), the only form that Windows Server 2016 and
  /// older can open.
  case oldWindows

  /// For a person.
  public var description: String {
    switch self {
    case .standard: "AES-256, PBKDF2-HMAC-SHA256 100,000 rounds"
    case .oldWindows: "3DES, SHA-1 100,000 rounds, for old Windows"
    }
  }

  /// For each derivation: within the limit of .NET, also for the three of a PFX together.
  static let iterationCount: Int32 = 100_000
  /// For each salt, in bytes; the default of OpenSSL 3.0 is 8.
  static let saltByteCount = 16

  /// A NID in the form of OpenSSL's PKCS#12 functions: a cipher means PBES2 with it.
  var scheme: Int32 {
    switch self {
    case .standard: NID_aes_256_cbc
    case .oldWindows: NID_pbe_WithSHA1And3_Key_TripleDES_CBC
    }
  }

  var macDigest: String {
    switch self {
    case .standard: "SHA256"
    case .oldWindows: "SHA1"
    }
  }
}

extension SecretBytes {
  /// Calls the closure with the bytes in the form of a C password: never nil, and without a NUL at the end.
  func withCharacters<Result>(_ body: (UnsafePointer<CChar>?, Int32) -> Result) -> Result {
    withBytes { span in
      unsafe span.withUnsafeBufferPointer { buffer in
        unsafe body(
          UnsafeRawPointer(buffer.baseAddress)?.assumingMemoryBound(to: CChar.self), Int32(clamping: buffer.count))
      }
    }
  }
}
