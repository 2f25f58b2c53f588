import Encodings
import JSON
import Tokens
import OpenSSLCrypto
import Signing
import TestSupport

extension FuzzTarget {
  /// Real keys: only tokens that their owner signed can be accepted, so all accepted tokens are known beforehand.
  static let verifier = FuzzTarget(
    "verifier", "tokens, judged by real keys under every profile", seeds: Seeds.tokens
  ) { input in
    let reports = try judges.get().reports(on: input, keys: try trustedKeys.get())
    for report in reports.all where report.isAccepted {
      try require(
        try knownTokens.get().contains(input), "\(report.profileID) accepts what somebody signed, to the byte")
    }
    for report in [reports.graphProof, reports.entraAssertion, reports.general] where report.isAccepted {
      let token = try CompactSerialization(input.span)
      try require(token.irregularities.isEmpty, "strict rules accept one spelling")
      let accepted = try require(report.verifiedToken, "an accepted token is handed out")
      try require(try JSONReader.object(token.header.span) == accepted.header, "the header handed out is the token's")
      try require(try JSONReader.object(token.payload.span) == accepted.claims, "so are the claims")
    }
  }

  private static let judges = Result { try Judges() }
  private static let knownTokens = Result { Set(try Seeds.fixtures("tokens", endingIn: "jwt")) }
  private static let trustedKeys = Result {
    let file = try Fixtures.bytes("certificates/other.pem")
    let bareKey = try require(try PublicKeyFile.read(file.span).first, "there is another key")
    let certificate = try judges.get().certificate
    return [
      TrustedKey(try RSASignatureVerifier(certificate.publicKey), certificate: certificate),
      TrustedKey(try RSASignatureVerifier(bareKey), keyID: "a"),
    ]
  }
}
