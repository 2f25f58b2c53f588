public import Signing

/// What Microsoft's services answer to a token that is wrong in one way, by the reason or the id of the check.
public enum ServiceAnswer {
  private static let keySize = "AADSTS700027 or AADSTS50032, which speak of the RSA key size"
  private static let misleading =
    "401 Authentication_MissingOrMalformed, \"Access Token missing or malformed.\"; it means the proof, not the access token"

  static let graphProof: [String: String] = {
    var answers = ["key-too-small": keySize]
    for key in [
      "base64-padding", "base64-other-alphabet", "base64-whitespace", "aud", "iss", "signature", "exp", "lifetime",
      "x5t", "kid", "key-not-registered",
      "key-hint", "serialization", "header-json", "claims-json",
    ] { answers[key] = misleading }
    return answers
  }()

  static let entraAssertion: [String: String] = {
    let audience = "AADSTS700023 (formerly AADSTS50012): the audience is of another host, tenant or cloud"
    let client = "AADSTS700021: iss or sub is not the client_id of the request"
    let time = "AADSTS700024: the assertion is outside its time range"
    let notFound = "AADSTS700027, \"key was not found\", with the thumbprint that it received in hexadecimal"
    let badSignature = "AADSTS700027, \"contains an invalid signature\""
    // By reason, not by check alone: what lenient rules tolerate is refused here and not by the service, and of other faults
    // in the same claim nobody has told the answer.
    return [
      "aud:claim-mismatch": audience, "aud:claim-known-mistake": audience,
      "iss:claim-mismatch": client, "sub:claim-mismatch": client, "sub-is-iss:claim-mismatch": client,
      "not-yet-valid": time, "expired": time,
      "thumbprint-of-another": notFound, "thumbprint-hex-text": notFound, "thumbprint-wrong-hash": notFound,
      "thumbprint-length": notFound,
      "key-not-registered": notFound, "bad-signature": badSignature, "signed-by-another": badSignature,
      "x5c-of-another": badSignature, "x5c-order": badSignature,
      "key-too-small": keySize, "wrong-type": "AADSTS5002727: typ is wrong",
      "key-unfit": "AADSTS5002730: the key does not suit alg",
      "key-not-for-algorithm": "AADSTS5002730: the key does not suit alg",
      "algorithm-unknown": "AADSTS5002738: alg is not supported",
    ]
  }()

  /// What the services answer to tokens of a key that cannot be used here, or nil where nothing is known.
  public static func toKey(_ code: KeyError.Code) -> String? {
    switch code {
    case .rsaKeyTooSmall: "Entra would answer \(keySize)"
    case .keyNotRSA: "Entra would answer AADSTS5002738 or AADSTS5002730: it takes no ES256, for one"
    default: nil
    }
  }
}
