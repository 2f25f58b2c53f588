import Encodings
import JSON
import Tokens
import OpenSSLCrypto
import Signing
import SigningTesting

extension FuzzTarget {
  static let profile = FuzzTarget(
    "profile", "profile files",
    seeds: { try BuiltInProfiles.names.map { JSONWriter.bytes(try BuiltInProfiles.document(named: $0).json) } }
  ) { input in
    guard let document = try? ProfileDocument(input.span) else { return }
    let written = JSONWriter.bytes(document.json)
    if written.count <= Limits.byteCount {
      try require(try ProfileDocument(written.span).json == document.json, "what is shown of a profile is that profile")
    }
    let certificate = try judges.get().certificate
    let values = parameters(for: document)
    let now = Judges.now
    for isSigning in [false, true] {
      guard
        let profile = try? document.profile(parameters: values, publicKey: certificate.publicKey, isSigning: isSigning)
      else { continue }
      for algorithm in SignatureAlgorithm.allCases {
        let signer = FakeSigner(algorithm, publicKey: certificate.publicKey, certificates: [certificate])
        var request = DraftRequest(time: now, identifier: "5f1a3c9e-0b7d-4e21-9c44-a1b2c3d4e5f6")
        request.keyID = "a"
        try? profile.judgeClaims(request)
        guard let draft = try? profile.draft(request, for: signer) else { continue }
        for check in profile.check(draft, at: now, cryptography: FakeCryptography(certificates: [certificate]))
        where check.status == .failed {
          try require(check.finding?.hint != nil, "\(check.id) says what to do")
        }
        try requireAgreement(profile, draft, signer, of: document, values)
      }
    }
  }

  private static let judges = Result { try Judges() }

  /// The profile accepts what it signed when it verifies, too.
  private static func requireAgreement(
    _ profile: Profile, _ draft: TokenDraft, _ signer: FakeSigner, of document: ProfileDocument,
    _ values: [String: ExactText]
  ) throws {
    let verifier = FakeVerifier(signer.publicKey)
    let cryptography = FakeCryptography(certificates: signer.certificates)
    let assembler = try TokenAssembler(
      profile: profile, signer: signer, cryptography: cryptography)
    guard let token = try? assembler.assemble(draft, at: Judges.now) else {
      let refusals = profile.check(draft, at: Judges.now, cryptography: cryptography).filter { $0.status == .failed }
      try require(signer.useCount == 0 || refusals.isEmpty, "a refused draft never reaches the key")
      return
    }
    let judging = try document.profile(parameters: values, publicKey: signer.publicKey, isSigning: false)
    let report = TokenVerifier(
      profile: judging, keys: [TrustedKey(verifier, certificate: signer.certificates.first)],
      cryptography: cryptography
    ).verify(token.bytes.span, at: Judges.now)
    try report.requireSound()
    try require(report.isAccepted, "what a profile signs it accepts")
  }

  /// A value for each parameter, as far as one is found.
  private static func parameters(for document: ProfileDocument) -> [String: ExactText] {
    var values: [String: ExactText] = [:]
    for parameter in document.parameters {
      let candidates = [
        parameter.choices?.first, parameter.defaultValue, "5f1a3c9e-0b7d-4e21-9c44-a1b2c3d4e5f6", "login.example",
        "https://issuer.example/", "ACCOUNT",
      ].compactMap(\.self)
      values[parameter.name] = candidates.first { candidate in
        (try? document.profile(parameters: [parameter.name: candidate], publicKey: nil, isSigning: false)) != nil
      }
    }
    return values
  }
}
