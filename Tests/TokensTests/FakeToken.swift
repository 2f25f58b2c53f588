import Encodings
import Messages
import Tokens
import Signing
import SigningTesting

/// Tokens signed with a fake key, whose header and claims a test writes as JSON text.
struct FakeToken {
  static let now = NumericDate(seconds: 1_700_000_000)

  var header = #"{"alg":"RS256","typ":"JWT"}"#
  var claims = #"{"exp":1700000600}"#
  var signer = FakeSigner()

  func bytes() throws -> [UInt8] {
    var text = Array([header, claims].map { Base64.url.text(Array($0.utf8)) }.joined(separator: ".").utf8)
    let signature = try signer.sign(text.span)
    text.append(UInt8(ascii: "."))
    Base64.url.append(signature.bytes.span, to: &text)
    return text
  }

  /// Judges it by the key that signed it, unless others are named.
  func report(
    _ profile: Profile = .anyToken, keys: [TrustedKey]? = nil, unusable: [UnusableCertificate] = [],
    cryptography: any Cryptography = FakeCryptography(),
    isLenient: Bool = false, at time: NumericDate = now
  ) throws -> VerificationReport {
    let keys = keys ?? [TrustedKey(FakeVerifier(signer.publicKey), certificate: signer.certificates.first)]
    let text = try bytes()
    let verifier = TokenVerifier(
      profile: profile, keys: keys, unusable: unusable, cryptography: cryptography,
      isLenient: isLenient)
    return verifier.verify(text.span, at: time)
  }
}

extension Profile {
  /// The general rules for RS256, with nothing else asked for.
  static let anyToken = general(algorithms: AlgorithmPolicy(preferring: .rs256))
}

extension VerificationReport {
  /// `id:reason` of every check that failed.
  var failures: [String] { failedChecks.map { "\($0.id):\($0.finding?.reason ?? "")" } }
  /// `id:reason` of every check that warned.
  var cautions: [String] { warnings.map { "\($0.id):\($0.finding?.reason ?? "")" } }
}

extension Certificate {
  /// A certificate over the fake key, whose DER and thumbprints are made from a number.
  static func fake(
    _ number: UInt8 = 1, key: PublicKey = .fake(), subject: [UInt8] = [1], issuer: [UInt8] = [2],
    notBefore: Int64 = 1_600_000_000,
    notAfter: Int64 = 1_800_000_000, allowsDigitalSignature: Bool = true, hasWeakSignature: Bool = false
  ) -> Certificate {
    Certificate(
      der: [0x30, 1, number], publicKey: key, subject: "CN=\(number)", issuer: "CN=issuer", subjectDER: subject,
      issuerDER: issuer,
      serialNumber: [number], notBefore: notBefore, notAfter: notAfter, allowsDigitalSignature: allowsDigitalSignature,
      signatureAlgorithmName: hasWeakSignature ? "sha1WithRSAEncryption" : "sha256WithRSAEncryption",
      hasWeakSignature: hasWeakSignature, sha1Thumbprint: [UInt8](repeating: number, count: 20),
      sha256Thumbprint: [UInt8](repeating: number, count: 32))
  }
}
