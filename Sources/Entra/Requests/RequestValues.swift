public import Encodings
public import JSON
import Tokens
public import Signing

/// What a request asks for, and of whom: the values that a person compares before it is sent.
public struct RequestValues: Sendable {
  public let address: RequestAddress
  /// The object id in the address, or else the issuer that the proof names; nil for a token request.
  public let objectID: ExactText?
  /// Nil but for `removeKey`.
  public let keyID: ExactText?
  /// Nil but for a token request.
  public let scope: ExactText?
  public let displayName: ExactText?
  /// Nil for other requests than `addKey`, and where the certificate cannot be read.
  public let newCertificate: Certificate?
  /// The certificate that verified the proof or the assertion; nil where none did.
  public let signingCertificate: Certificate?

  init(_ request: borrowing ServiceRequest, newCertificate: Certificate?, signingCertificate: Certificate?) {
    address = request.address
    displayName = request.body.displayName
    self.newCertificate = newCertificate
    self.signingCertificate = signingCertificate
    switch request.body {
    case .removeKey(let keyID, _): (self.keyID, scope) = (keyID, nil)
    case .token(_, _, let scope): (keyID, self.scope) = (nil, scope)
    case .certificate, .pfx: (keyID, scope) = (nil, nil)
    }
    switch request.address {
    case .graph(let address): objectID = address.objectID ?? Self.issuer(of: request.body.token)
    case .token: objectID = nil
    }
  }

  private static func issuer(of proof: ExactText) -> ExactText? {
    let token = try? UnverifiedToken(Array(proof.text.utf8).span)
    return try? token?.claims.get()["iss"]?.string
  }

  /// `host`, and where they apply `object`, `appId`, `keyId`, `scope`, `displayName`, `newCertificate`, `signingCertificate`.
  public var json: JSONObject {
    var object: JSONObject = ["host": .string(ExactText(address.host))]
    object["object"] = objectID.map(JSONValue.string)
    if case .graph(let address) = address { object["appId"] = address.appID.map(JSONValue.string) }
    object["keyId"] = keyID.map(JSONValue.string)
    object["scope"] = scope.map(JSONValue.string)
    object["displayName"] = displayName.map(JSONValue.string)
    object["newCertificate"] = newCertificate.map(Self.json)
    object["signingCertificate"] = signingCertificate.map(Self.json)
    return object
  }

  private static func json(_ certificate: Certificate) -> JSONValue {
    let forms = KeyCredentialForms(certificate)
    return .object([
      "subject": .string(ExactText(certificate.subject)), "sha1": .string(ExactText(forms.thumbprint)),
      "sha256": .string(ExactText(forms.sha256Thumbprint)),
    ])
  }
}
