import JSON
import Messages
public import Signing
public import Tokens

/// The public forms of certificates for a registration.
extension Toolkit {
  /// The JSON Web Key of a certificate's public key, with its RFC 7638 thumbprint as `kid`; throws `key-not-rsa`.
  public func jsonWebKey(of certificate: Certificate) throws(KeyError) -> JSONWebKey {
    try JSONWebKey(certificate.publicKey, cryptography)
  }

  /// The only certificate, or the only one of several that can be meant: see `CertificateChoice`.
  public func leaf(
    of certificates: [Certificate], from name: String, at time: NumericDate
  ) throws(KeyError) -> Certificate {
    try CertificateChoice(at: time.seconds, in: name).leaf(of: certificates, cryptography)
  }
}
