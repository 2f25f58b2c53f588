public import Encodings
import Messages
public import Signing
public import Tokens

/// One entry of `keyCredentials`: a certificate that is registered on an application or service principal.
public struct KeyCredential: Sendable, Hashable {
  /// A GUID, as it was written.
  public let keyID: ExactText
  /// Its name, which somebody chose: show it as a `ForeignText`.
  public let displayName: ExactText?
  /// `AsymmetricX509Cert`, `X509CertAndPassword` and others.
  public let type: ExactText
  /// `Verify`, `Sign` and others.
  public let usage: ExactText
  /// The first second of the registration, without fractions. The dates of the registration may differ from those of
  /// the certificate.
  public let startDateTime: NumericDate
  /// The last second of the registration.
  public let endDateTime: NumericDate
  /// The SHA-1 thumbprint of the certificate, unless somebody chose another value at the registration.
  public let customKeyIdentifier: [UInt8]?
  /// Nil if `key` is null, as in most answers of Graph, and for entries with another usage than `Verify`.
  public let certificate: Certificate?

  public init(
    keyID: ExactText, displayName: ExactText?, type: ExactText, usage: ExactText, startDateTime: NumericDate,
    endDateTime: NumericDate, customKeyIdentifier: [UInt8]?, certificate: Certificate?
  ) {
    self.keyID = keyID
    self.displayName = displayName
    self.type = type
    self.usage = usage
    self.startDateTime = startDateTime
    self.endDateTime = endDateTime
    self.customKeyIdentifier = customKeyIdentifier
    self.certificate = certificate
  }

  /// True if the service verifies the client's signatures with it, and not for a key of the service's own.
  public var isForVerifying: Bool { usage == "Verify" }

  /// True if it can sign a token, as far as is known: it is a certificate over an RSA key of an allowed size.
  public var isForSigningTokens: Bool {
    guard let certificate else { return type == "AsymmetricX509Cert" }
    return switch certificate.publicKey.faults.first {
    case .unsupportedKind, .tooSmall, .tooLarge: false
    default: true
    }
  }

  /// The later of the two starts, and the earlier of the two ends, of the registration and of its certificate, if
  /// known.
  public var validity: (start: NumericDate, end: NumericDate) {
    guard let certificate else { return (startDateTime, endDateTime) }
    return (max(startDateTime, certificate.validity.notBefore), min(endDateTime, certificate.validity.notAfter))
  }

  /// True if the registration is valid at a time; the certificate's own dates do not count.
  public func isValid(at time: NumericDate) -> Bool { validity.start <= time && time <= validity.end }

  /// True for the same DER, or, without `key`, if `customKeyIdentifier` is a thumbprint of the certificate.
  public func isOf(_ certificate: Certificate) -> Bool {
    if let own = self.certificate { return own == certificate }
    return Thumbprint.allCases.contains { customKeyIdentifier == $0.bytes(of: certificate) }
  }

  /// True if `key` or `customKeyIdentifier` has a thumbprint of the certificate.
  public func has(_ kind: Thumbprint, _ thumbprint: [UInt8]) -> Bool {
    if let certificate { return kind.bytes(of: certificate) == thumbprint }
    return thumbprint.count == kind.byteCount && customKeyIdentifier == thumbprint
  }

  /// For messages: the id, and the name as `ForeignText` shows it.
  public var summary: String {
    guard let displayName, !displayName.isEmpty else { return keyID.text }
    return "\(keyID) (\(quoting: displayName))"
  }

  /// True for this `keyId`, in letters of either case.
  public func hasKeyID(_ id: ExactText) -> Bool { keyID.isSameName(as: id) }
}

/// A certificate in every form that Graph, Entra and their portals use.
public struct KeyCredentialForms: Sendable {
  /// The certificate in these forms.
  public let certificate: Certificate

  public init(_ certificate: Certificate) { self.certificate = certificate }

  /// The SHA-1 thumbprint as in the portal, in `kid` and in `customKeyIdentifier`: 40 upper-case digits.
  public var thumbprint: String { Hexadecimal.upperCase(certificate.sha1Thumbprint) }
  /// The SHA-256 thumbprint: 64 upper-case digits.
  public var sha256Thumbprint: String { Hexadecimal.upperCase(certificate.sha256Thumbprint) }
  /// The header value `x5t`: base64url of the SHA-1 thumbprint (RFC 7515, section 4.1.7).
  public var x5t: ExactText { Thumbprint.sha1.text(of: certificate) }
  /// The header value `x5t#S256`: base64url of the SHA-256 thumbprint (RFC 7515, section 4.1.8).
  public var x5tS256: ExactText { Thumbprint.sha256.text(of: certificate) }
  /// `customKeyIdentifier` in JSON bodies in which it is an `Edm.Binary`: standard base64 of the SHA-1 bytes.
  public var customKeyIdentifierBase64: String { Base64.standard.text(certificate.sha1Thumbprint) }
  /// `key`: standard base64 of the DER.
  public var key: String { Base64.standard.text(certificate.der) }
  /// `startDateTime` of a registration for the whole life of the certificate.
  public var startDateTime: NumericDate { certificate.validity.notBefore }
  /// `endDateTime` of a registration for the whole life of the certificate.
  public var endDateTime: NumericDate { certificate.validity.notAfter }
}
