import Encodings
public import JSON
import Messages
public import Signing
public import Tokens

/// What a run has made: perhaps a key, and a certificate or a request for one.
public struct NewCertificateReport: Sendable {
  /// The certificate, or the request for one.
  public let product: CertificateSigningRequest.Product
  /// The public key in it.
  public let publicKey: PublicKey
  /// The path of the file with the certificate or the request.
  public let path: String
  /// Nil if the key existed before.
  public var key: FinishedKey?
  /// Where the certificate is on the token, if it was to be put there.
  public var stored: StoredCertificate?

  /// The version of the JSON form; it goes up if a member changes its meaning or is removed.
  public static let jsonVersion: Int64 = 1

  public init(_ product: CertificateSigningRequest.Product, of publicKey: PublicKey, in path: String) {
    self.product = product
    self.publicKey = publicKey
    self.path = path
  }

  /// The report on a key that was made.
  public init(_ created: CreatedKey, in path: String) {
    self.init(created.product, of: created.publicKey, in: path)
    key = created.finished
  }

  /// RFC 4514, from our own encoder.
  public var subject: String {
    switch product {
    case .certificate(let certificate): certificate.subject
    case .request(let request): request.subject.text
    @unknown default: ""
    }
  }

  /// Nil for a request.
  public var life: CertificateLife? {
    product.certificate.map { CertificateLife(notBefore: $0.notBefore, notAfter: $0.notAfter) }
  }

  /// For programs.
  public var json: JSONObject {
    var object: JSONObject = ["version": .integer(Self.jsonVersion)]
    func set(_ name: String, _ text: String?) {
      if let text { object[ExactText(name)] = .string(ExactText(text)) }
    }
    set("key", key?.reference)
    set("protection", key?.protection)
    set("publicKey", publicKey.summary)
    set("publicKeySHA256", Hexadecimal.upperCase(publicKey.sha256Fingerprint))
    set("subject", subject)
    if let certificate = product.certificate {
      set("certificate", path)
      set("startDateTime", certificate.validity.notBefore.description)
      set("endDateTime", certificate.validity.notAfter.description)
      set("thumbprint", Hexadecimal.upperCase(certificate.sha1Thumbprint))
      set("thumbprintSHA256", Hexadecimal.upperCase(certificate.sha256Thumbprint))
    } else {
      set("request", path)
    }
    set("stored", stored?.reference)
    return object
  }
}
