internal import Signing

extension DigestAlgorithm {
  /// The name to fetch it by.
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
