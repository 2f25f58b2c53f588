import Glibc
import Keyroll

/// Compares making and judging tokens inside one process with the bare OpenSSL calls.
struct LibraryMeasurement {
  private let now = NumericDate(seconds: Int64(time(nil)))
  private let bare: BareKey
  private let signer: any Signer
  private let profile: Profile
  private let assembler: TokenAssembler
  /// What judges the honest token.
  private let verifier: TokenVerifier
  private let hostileVerifiers: [(name: String, verifier: TokenVerifier)]
  private let token: CompactSerialization

  static let objectID: ExactText = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"

  /// Takes a PEM file with an RSA-2048 key and its certificate.
  init(pem: String) throws {
    guard let bare = BareKey(path: pem) else { throw BenchmarkError("\(pem) cannot be read") }
    self.bare = bare
    let registry = KeyRegistry(PEMBackend())
    signer = try registry.signer(
      for: KeyRequest(try registry.reference("pem:\(pem)"), algorithm: .rs256, at: 0, secrets: NoSecrets()))
    profile = try Profile.graphProof(objectID: Self.objectID)
    // The key of the certificate, as `keyroll verify --certificate` takes it.
    let cryptography = OpenSSLCryptography()
    let signatureVerifier = try cryptography.verifier(for: signer.certificates.first?.publicKey ?? signer.publicKey)
    assembler = try TokenAssembler(profile: profile, signer: signer, cryptography: cryptography)
    let key = TrustedKey(signatureVerifier, certificate: signer.certificates.first)
    verifier = TokenVerifier(profile: profile, keys: [key], cryptography: cryptography)
    // As the command judges: by a certificate or by a bare key.
    hostileVerifiers = [
      ("proof", TokenVerifier(profile: profile, keys: [key], cryptography: cryptography)),
      (
        "any token by a bare key",
        TokenVerifier(
          profile: .general(algorithms: AlgorithmPolicy(preferring: .rs256), issuer: "somebody", audience: "somebody"),
          keys: [TrustedKey(signatureVerifier)], cryptography: cryptography)
      ),
    ]
    let bytes = try assembler.assemble(try profile.draft(DraftRequest(time: now), for: signer), at: now).bytes
    token = try CompactSerialization(bytes.span)
  }

  /// Prints the ratios.
  func run() throws {
    let message = Array(token.text[..<token.signingInputByteCount])
    let signatureByteCount = bare.sign(message)
    let request = DraftRequest(time: now)
    try Main.report(
      Contest(
        name: "signed, checked and re-verified token / EVP_DigestSign + EVP_DigestVerify", goal: 0.95, clock: .processor
      ) {
        _ = try assembler.assemble(try profile.draft(request, for: signer), at: now)
      } bare: {
        guard bare.verify(message, signatureByteCount: bare.sign(message)) else {
          throw BenchmarkError("bad signature")
        }
      })
    try Main.report(
      Contest(name: "token verified with the whole profile / EVP_DigestVerify", goal: 0.90, clock: .processor) {
        guard verifier.verify(token.text.span, at: now).isAccepted else { throw BenchmarkError("rejected") }
      } bare: {
        guard bare.verify(message, signatureByteCount: signatureByteCount) else {
          throw BenchmarkError("bad signature")
        }
      })
    try refusals().run()
  }

  /// Prints the ratio for each hostile token, the slowest first.
  func listRefusals() throws { try refusals().list() }

  /// Judges one hostile token, or for `honest` the good one, again and again, for a profiler to look at.
  func judge(_ name: String, _ count: Int) throws {
    let isHonest = name == "honest"
    guard let bytes = isHonest ? token.text : try HostileToken.all(like: token).first(where: { $0.name == name })?.bytes
    else { throw BenchmarkError("there is no hostile token \(name)") }
    for _ in 0..<count {
      if verifier.verify(bytes.span, at: now).isAccepted != isHonest { throw BenchmarkError("misjudged") }
    }
  }

  private func refusals() throws -> RefusalMeasurement {
    let message = Array(token.text[..<token.signingInputByteCount])
    return RefusalMeasurement(tokens: try HostileToken.all(like: token), verifiers: hostileVerifiers, now: now) {
      if bare.sign(message) == 0 { throw BenchmarkError("no signature") }
    }
  }
}
