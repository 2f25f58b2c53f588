public import Encodings
import JSON
import Tokens

/// What a request says, without the password that goes with a PFX.
@nonexhaustive
public enum RequestBody: Sendable, Hashable {
  /// `addKey` with a certificate alone, by its DER.
  case certificate(der: [UInt8], displayName: ExactText?, proof: ExactText)
  /// `addKey` with a PFX, which is `X509CertAndPassword`.
  case pfx([UInt8], displayName: ExactText?, proof: ExactText)
  case removeKey(keyID: ExactText, proof: ExactText)
  /// The token request of the client-credentials flow (RFC 7523, section 2.2).
  case token(clientID: ExactText, assertion: ExactText, scope: ExactText)

  /// The proof or the assertion.
  public var token: ExactText {
    switch self {
    case .certificate(_, _, let proof), .pfx(_, _, let proof), .removeKey(_, let proof): proof
    case .token(_, let assertion, _): assertion
    }
  }

  public var displayName: ExactText? {
    switch self {
    case .certificate(_, let name, _), .pfx(_, let name, _): name
    case .removeKey, .token: nil
    }
  }

  /// True for a request in which a password goes along.
  public var hasPassword: Bool { if case .pfx = self { true } else { false } }

  /// The exact bytes, with an empty `secretText` where a password belongs.
  var bytesWithoutPassword: [UInt8] {
    switch self {
    case .certificate(let der, let name, let proof):
      addKey(.certificate, key: der, name, proof)
    case .pfx(let pfx, let name, let proof):
      addKey(.pfx, key: pfx, name, proof)
    case .removeKey(let keyID, let proof):
      JSONWriter.bytes(["keyId": .string(keyID), "proof": .string(proof)])
    case .token(let clientID, let assertion, let scope):
      FormBody([
        "client_id": clientID, "client_assertion": assertion, "grant_type": Self.grantType,
        "client_assertion_type": Self.assertionType, "scope": scope,
      ]).bytes
    }
  }

  private func addKey(_ form: Form, key: [UInt8], _ displayName: ExactText?, _ proof: ExactText) -> [UInt8] {
    var credential: JSONObject = [
      "type": .string(form.type), "usage": .string(form.usage), "key": .string(ExactText(Base64.standard.text(key))),
    ]
    credential["displayName"] = displayName.map(JSONValue.string)
    // customKeyIdentifier is left out: Graph sets it to the thumbprint.
    let password: JSONValue = form == .pfx ? .object([Self.passwordMember: ""]) : .null
    return JSONWriter.bytes([
      "keyCredential": .object(credential), "passwordCredential": password, "proof": .string(proof),
    ])
  }
}

extension RequestBody {
  /// The two forms of a key credential that `addKey` takes.
  enum Form {
    case certificate, pfx

    var type: ExactText { self == .pfx ? "X509CertAndPassword" : "AsymmetricX509Cert" }
    var usage: ExactText { self == .pfx ? "Sign" : "Verify" }
  }

  static let passwordMember: ExactText = "secretText"
  static let grantType: ExactText = "client_credentials"
  static let assertionType: ExactText = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
}
