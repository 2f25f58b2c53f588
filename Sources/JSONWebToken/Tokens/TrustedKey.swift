public import JOSE
public import Signing

/// A key that the caller trusts to have signed a token, and what is known of it.
public struct TrustedKey: Sendable {
  public let verifier: any SignatureVerifier
  /// Nil for a bare public key.
  public let certificate: Certificate?
  /// The `kid` under which a JWK Set holds it.
  public let keyID: JSONString?

  /// The certificate, when there is one, must hold the verifier's key.
  public init(_ verifier: any SignatureVerifier, certificate: Certificate? = nil, keyID: JSONString? = nil) {
    self.verifier = verifier
    self.certificate = certificate
    self.keyID = keyID
  }

  /// True when the header names this key by a thumbprint or by the `kid` it is known by.
  func isNamed(by header: JSONObject) -> Bool {
    if let certificate {
      for thumbprint in Thumbprint.allCases {
        if let found = header[thumbprint.headerName]?.string, found == thumbprint.text(of: certificate) { return true }
      }
      if let found = header["kid"]?.string, Hexadecimal.decode(found) == certificate.sha1Thumbprint { return true }
    }
    if let keyID, let found = header["kid"]?.string { return found == keyID }
    return false
  }
}
