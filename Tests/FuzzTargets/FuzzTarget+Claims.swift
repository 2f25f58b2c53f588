import Encodings
import JSON
import Tokens
import OpenSSLCrypto
import Signing
import SigningTesting
import TestSupport

extension FuzzTarget {
  /// A NUL divides header and payload. Both are signed whatever they contain, so that every input reaches the
  /// rules. What the rules accept is checked again, in other words.
  static let claims = FuzzTarget(
    "claims", "signed headers and payloads, a NUL between them, under every profile",
    seeds: {
      try Seeds.tokens().compactMap { try? CompactSerialization($0.span) }.map { $0.header + [0] + $0.payload }
    }
  ) { input in
    let parts = input.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false).map(Array.init)
    let token = try signed(header: parts[0], payload: parts.count > 1 ? parts[1] : [])
    let judges = try judges.get()
    let key = TrustedKey(FakeVerifier(judges.certificate.publicKey), certificate: judges.certificate)
    let reports = try judges.reports(on: token, keys: [key])
    for report in reports.all {
      guard let accepted = report.verifiedToken else { continue }
      try requireTrue(accepted, judges.certificate)
      let again = try signed(header: JSONWriter.bytes(accepted.header), payload: JSONWriter.bytes(accepted.claims))
      let verifier = TokenVerifier(
        profile: report.profileID == "general" ? judges.general : judges.entraAssertion, keys: [key],
        cryptography: OpenSSLCryptography(), isLenient: report.isLenient)
      if again.count <= Limits.byteCount, report.profileID != "graph-proof" {
        try require(
          verifier.verify(again.span, at: Judges.now).isAccepted, "a token says the same without its white space")
      }
    }
    if let proof = reports.graphProof.verifiedToken { try requireProof(proof, judges.certificate) }
    if let assertion = reports.entraAssertion.verifiedToken { try requireAssertion(assertion, judges.certificate) }
  }

  private static let judges = Result { try Judges() }

  /// Signs with the algorithm that the header names.
  private static func signed(header: [UInt8], payload: [UInt8]) throws -> [UInt8] {
    let name = (try? JSONReader.object(header.span))?["alg"]?.string?.text ?? ""
    let signer = FakeSigner(
      SignatureAlgorithm(name: name) ?? .rs256, publicKey: try judges.get().certificate.publicKey)
    var text: [UInt8] = []
    Base64.url.append(header.span, to: &text)
    text.append(UInt8(ascii: "."))
    Base64.url.append(payload.span, to: &text)
    let signature = try signer.sign(text.span)
    text.append(UInt8(ascii: "."))
    Base64.url.append(signature.bytes.span, to: &text)
    return text
  }

  /// Properties of every accepted token, under any profile.
  private static func requireTrue(_ token: VerifiedToken, _ certificate: Certificate) throws {
    for name in ["crit", "b64", "zip", "jku", "x5u"] as [ExactText] {
      try require(token.header[name] == nil, "no accepted token has \(name)")
    }
    let algorithm = try require(token.header["alg"]?.string, "alg of an accepted token is text")
    try require(SignatureAlgorithm(name: algorithm.text) != nil, "alg of an accepted token is one of ours")
    if let end = token.claims["exp"]?.number?.integer {
      try require(Judges.now.seconds < end + 60, "no accepted token has expired")
    }
    if let start = token.claims["nbf"]?.number?.integer {
      try require(start - 60 <= Judges.now.seconds, "no accepted token is for later")
    }
    if let chain = token.header["x5c"]?.array {
      let leaf = Base64.standard.text(certificate.der)
      let first = try require(chain.first?.string, "x5c begins with text")
      try require(
        first.text.utf8.filter { ![0x09, 0x0A, 0x0D, 0x20].contains($0) }.elementsEqual(leaf.utf8),
        "x5c of an accepted token begins with the certificate")
    }
  }

  /// The documented requirements for a proof, read from the token itself.
  private static func requireProof(_ token: VerifiedToken, _ certificate: Certificate) throws {
    let (header, claims) = (token.header, token.claims)
    try require(header["alg"] == "RS256" && header["typ"] == "JWT", "a proof is an RS256 JWT")
    try require(
      header["x5t"] == .string(Thumbprint.sha1.text(of: certificate)), "a proof names its certificate")
    try require(claims["aud"] == "00000002-0000-0000-c000-000000000000", "a proof is for its one audience")
    let issuer = try require(claims["iss"]?.string?.text.lowercased(), "a proof has an issuer")
    try require([Judges.objectID.text, Judges.clientID.text].contains(issuer), "its issuer is the one expected")
    try requireWindow(claims)
  }

  /// The same for a client assertion under strict rules.
  private static func requireAssertion(_ token: VerifiedToken, _ certificate: Certificate) throws {
    let (header, claims) = (token.header, token.claims)
    let thumbprint: Thumbprint = header["alg"] == "PS256" ? .sha256 : .sha1
    try require(header["alg"] == "PS256" || header["alg"] == "RS256", "an assertion is PS256 or RS256")
    try require(header["typ"] == "JWT", "an assertion is a JWT")
    try require(
      header[thumbprint.headerName] == .string(thumbprint.text(of: certificate)), "an assertion names its certificate")
    try require(
      claims["aud"] == .string(ExactText("https://login.microsoftonline.com/\(Judges.tenant)/oauth2/v2.0/token")),
      "an assertion is for the token endpoint")
    for name in ["iss", "sub"] as [ExactText] {
      try require(claims[name]?.string?.text.lowercased() == Judges.clientID.text, "\(name) is the client")
    }
    try require(claims["jti"]?.string?.isEmpty == false, "an assertion has an id")
    try requireWindow(claims)
  }

  private static func requireWindow(_ claims: JSONObject) throws {
    let start = try require(claims["nbf"]?.number?.integer, "nbf is a whole number")
    let end = try require(claims["exp"]?.number?.integer, "exp is a whole number")
    try require(start <= Judges.now.seconds && Judges.now.seconds < end, "it is time")
    try require((1...600).contains(end - start), "the window is at most ten minutes")
  }
}
