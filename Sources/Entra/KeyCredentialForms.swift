public import Encodings
public import Tokens
public import Signing

/// A certificate in every form in which Graph, Entra and their portals write it.
public struct KeyCredentialForms: Sendable {
  public let certificate: Certificate

  public init(_ certificate: Certificate) { self.certificate = certificate }

  /// The SHA-1 thumbprint as the portal shows it and `kid` and `customKeyIdentifier` carry it: 40 upper-case digits.
  public var thumbprint: String { Hexadecimal.upperCase(certificate.sha1Thumbprint) }
  public var sha256Thumbprint: String { Hexadecimal.upperCase(certificate.sha256Thumbprint) }
  public var x5t: ExactText { Thumbprint.sha1.text(of: certificate) }
  public var x5tS256: ExactText { Thumbprint.sha256.text(of: certificate) }
  /// `customKeyIdentifier` as JSON bodies carry it where it is an `Edm.Binary`: standard base64 of the SHA-1 bytes.
  public var customKeyIdentifierBase64: String { Base64.standard.text(certificate.sha1Thumbprint) }
  /// `key`: standard base64 of the DER.
  public var key: String { Base64.standard.text(certificate.der) }
  public var startDateTime: NumericDate { certificate.validity.notBefore }
  public var endDateTime: NumericDate { certificate.validity.notAfter }
}
