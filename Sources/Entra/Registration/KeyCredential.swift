public import Encodings
import JSON
import Messages
public import Signing
public import Tokens

/// One entry of `keyCredentials`: a certificate that is registered on an application or service principal.
public struct KeyCredential: Sendable, Hashable {
  /// A GUID, as it was written.
  public let keyID: ExactText
  /// What somebody called it: show it as a `ForeignText`.
  public let displayName: ExactText?
  /// `AsymmetricX509Cert`, `X509CertAndPassword` and others.
  public let type: ExactText
  /// `Verify`, `Sign` and others.
  public let usage: ExactText
  /// Both inclusive, fractions of a second dropped; the dates of the registration, which may differ from the certificate's.
  public let startDateTime: NumericDate
  /// The last second of the registration.
  public let endDateTime: NumericDate
  /// The SHA-1 thumbprint of the certificate, unless whoever registered it chose something else.
  public let customKeyIdentifier: [UInt8]?
  /// Nil if `key` is null, as in most answers of Graph, and for entries of another usage than `Verify`.
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

  /// True if the service verifies the client's signatures with it, which it does not with a key of its own.
  public var isForVerifying: Bool { usage == "Verify" }

  /// True if a token can be signed with it, as far as is known: it is a certificate over an RSA key of a size that signs.
  public var isForSigningTokens: Bool {
    guard let certificate else { return type == "AsymmetricX509Cert" }
    return switch certificate.publicKey.faults.first {
    case .unsupportedKind, .tooSmall, .tooLarge: false
    default: true
    }
  }

  /// The later of the two starts, and the earlier of the two ends, of the registration and of its certificate, where known.
  public var validity: (start: NumericDate, end: NumericDate) {
    guard let certificate else { return (startDateTime, endDateTime) }
    return (max(startDateTime, certificate.validity.notBefore), min(endDateTime, certificate.validity.notAfter))
  }

  /// True if the registration is valid at a time; the certificate's own dates are not looked at.
  public func isValid(at time: NumericDate) -> Bool { validity.start <= time && time <= validity.end }

  /// True for the same DER, or without `key` for a `customKeyIdentifier` that is a thumbprint of the certificate.
  public func isOf(_ certificate: Certificate) -> Bool {
    if let own = self.certificate { return own == certificate }
    return Thumbprint.allCases.contains { customKeyIdentifier == $0.bytes(of: certificate) }
  }

  /// True for a thumbprint of the certificate, known from `key` or from `customKeyIdentifier`.
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

/// A certificate in every form in which Graph, Entra and their portals write it.
public struct KeyCredentialForms: Sendable {
  /// The certificate whose forms these are.
  public let certificate: Certificate

  public init(_ certificate: Certificate) { self.certificate = certificate }

  /// The SHA-1 thumbprint as the portal shows it and `kid` and `customKeyIdentifier` carry it: 40 upper-case digits.
  public var thumbprint: String { Hexadecimal.upperCase(certificate.sha1Thumbprint) }
  /// The SHA-256 thumbprint: 64 upper-case digits.
  public var sha256Thumbprint: String { Hexadecimal.upperCase(certificate.sha256Thumbprint) }
  /// The header value `x5t`: base64url of the SHA-1 thumbprint (RFC 7515, section 4.1.7).
  public var x5t: ExactText { Thumbprint.sha1.text(of: certificate) }
  /// The header value `x5t#S256`: base64url of the SHA-256 thumbprint (RFC 7515, section 4.1.8).
  public var x5tS256: ExactText { Thumbprint.sha256.text(of: certificate) }
  /// `customKeyIdentifier` as JSON bodies carry it where it is an `Edm.Binary`: standard base64 of the SHA-1 bytes.
  public var customKeyIdentifierBase64: String { Base64.standard.text(certificate.sha1Thumbprint) }
  /// `key`: standard base64 of the DER.
  public var key: String { Base64.standard.text(certificate.der) }
  /// `startDateTime` of a registration for the whole life of the certificate.
  public var startDateTime: NumericDate { certificate.validity.notBefore }
  /// `endDateTime` of a registration for the whole life of the certificate.
  public var endDateTime: NumericDate { certificate.validity.notAfter }
}

/// Reads the members of one entry of `keyCredentials`; those that are not needed here are ignored.
struct KeyCredentialMembers {
  private var members: JSONMembers<KeyCredentialsError>
  private let subject: String

  init(_ value: JSONValue, at index: Int, of file: String) throws(KeyCredentialsError) {
    let place = "entry \(index + 1) of \(naming: file)"
    guard let object = value.object else { throw KeyCredentialsError(.malformed, "\(place) is \(value.kind)") }
    var subject = place
    if let keyID = object["keyId"]?.string, TextForm.guid.matches(keyID) {
      subject = "entry \(naming: keyID) of \(naming: file)"
    }
    self.subject = subject
    members = JSONMembers(object, ignoringNull: true) { [subject] fault in Self.refusal(fault, of: subject) }
  }

  private static func refusal(
    _ fault: JSONMembers<KeyCredentialsError>.Fault, of subject: String
  ) -> KeyCredentialsError {
    switch fault {
    case .missing(let name):
      KeyCredentialsError(
        .malformed, "\(subject): \(name) is missing",
        hint: "save the answer as Graph or az writes it, with names in lower case such as keyId")
    case .misshapen(let name, let value, let wanted):
      KeyCredentialsError(.malformed, "\(subject): \(name) is \(value.kind), not \(wanted)")
    case .unknown(let name):
      KeyCredentialsError(.malformed, "\(subject): \(quoting: name) is not a known member")
    }
  }

  mutating func keyCredential(_ reader: any Cryptography) throws(KeyCredentialsError) -> KeyCredential {
    let keyID = try members.require("keyId", .string)
    guard TextForm.guid.matches(keyID) else { throw malformed("keyId is \(quoting: keyID), not a GUID") }
    let usage = try members.require("usage", .string)
    return KeyCredential(
      keyID: keyID, displayName: try members.take("displayName", .string), type: try members.require("type", .string),
      usage: usage,
      startDateTime: try date("startDateTime"), endDateTime: try date("endDateTime"),
      customKeyIdentifier: try customKeyIdentifier(),
      certificate: usage == "Verify" ? try certificate(reader) : nil)
  }

  /// Graph writes base64, `az` and the portal hexadecimal; of text that could be both, a thumbprint is meant.
  private mutating func customKeyIdentifier() throws(KeyCredentialsError) -> [UInt8]? {
    guard let text = try members.take("customKeyIdentifier", .string) else { return nil }
    let hexadecimal = Hexadecimal.decode(text)
    if let hexadecimal, Thumbprint.allCases.contains(where: { $0.byteCount == hexadecimal.count }) {
      return hexadecimal
    }
    let characters = Array(text.text.utf8)
    if let bytes = (try? Base64.standard.decode(characters.span)) ?? (try? Base64.url.decode(characters.span)) {
      return bytes
    }
    guard let hexadecimal else { throw malformed("customKeyIdentifier is neither hexadecimal nor base64") }
    return hexadecimal
  }

  private mutating func certificate(_ reader: any Cryptography) throws(KeyCredentialsError) -> Certificate? {
    guard let text = try members.take("key", .string) else { return nil }
    let der: [UInt8]
    do throws(Base64Error) { der = try Base64.standard.decode(text) } catch {
      throw malformed(
        "key is not standard base64: \(error.message)",
        hint: "Graph writes + and / and the padding; save it as received")
    }
    do throws(KeyError) { return try reader.certificate(der: der.span) } catch {
      throw malformed("key is not a certificate: \(error.message)")
    }
  }

  private mutating func date(_ name: ExactText) throws(KeyCredentialsError) -> NumericDate {
    let text = try members.require(name, .string)
    guard let date = NumericDate(rfc3339DroppingFraction: text.text) else {
      throw malformed("\(name) is \(quoting: text), not a date as RFC 3339 writes it")
    }
    return date
  }

  private func malformed(_ problem: String, hint: String? = nil) -> KeyCredentialsError {
    KeyCredentialsError(.malformed, "\(subject): \(problem)", hint: hint)
  }
}
