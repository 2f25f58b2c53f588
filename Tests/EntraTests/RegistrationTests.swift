import Encodings
import Entra
import JSON
import Tokens
import OpenSSLCrypto
import Signing
import TestSupport
import Testing

/// Tokens from other tools, judged by registered credentials.
@Suite("RegistrationReport and the check registration")
struct RegistrationTests {
  private static let now = NumericDate(seconds: 1_700_000_300)

  /// The report by the certificates in a saved answer, and by others beside it.
  private func judge(
    _ token: String = "proof", by file: String, certificates: [String] = [], at time: NumericDate = now
  ) throws -> (report: VerificationReport, registration: RegistrationReport?) {
    try judge(token, by: Fixtures.bytes("key-credentials/\(file).json"), certificates: certificates, at: time)
  }

  private func judge(
    _ token: String, by saved: [UInt8], certificates: [String] = [], at time: NumericDate = now
  ) throws -> (report: VerificationReport, registration: RegistrationReport?) {
    let registered = try KeyCredentials(saved.span, cryptography: OpenSSLCryptography())
    var trusted = registered.certifiedEntries(at: time).compactMap(\.certificate)
    for name in certificates {
      let bytes = try Fixtures.bytes("certificates/\(name).pem")
      trusted += try CertificateFile.read(bytes.span)
    }
    let profile = try Profile.graphProof(objectID: "0b5f2f6e-7a8a-4d4e-9f53-3f6c2b1a9d01")
    let verifier = TokenVerifier(
      profile: profile.judging(by: registered),
      keys: try trusted.map { TrustedKey(try RSASignatureVerifier($0.publicKey), certificate: $0) },
      unusable: registered.unusableCertificates, cryptography: OpenSSLCryptography())
    let text = try Fixtures.bytes("tokens/\(token).jwt")
    let report = verifier.verify(text.span, at: time)
    return (report, RegistrationReport(report, registered: registered))
  }

  private func problems(_ report: VerificationReport) -> [String] {
    report.failedChecks.map { "\($0.id):\($0.finding?.reason ?? "")" }
  }

  @Test(
    "Each fault is reported once, with its own reason",
    arguments: [
      ("proof", "application", [], []), ("proof", "value", [], []), ("proof", "elliptic", [], []),
      ("proof", "one-certificate-twice", [], []), ("proof", "az", ["leaf"], []), ("proof", "without-key", ["leaf"], []),
      ("proof-by-other-key", "application", [], ["signature:signed-by-another"]),
      ("proof-by-other-key", "only-other", [], ["x5t:thumbprint-of-another"]),
      ("proof-x5t-of-other", "application", [], ["signature:signed-by-another"]),
      ("proof-x5t-of-other", "only-leaf", [], ["x5t:thumbprint-of-another"]),
      ("proof-newline-signed", "application", [], ["signature:signature-with-newline"]),
      ("proof", "only-other", [], ["x5t:thumbprint-of-another", "signature:key-not-registered"]),
      ("proof", "az", [], ["signature:certificate-not-given"]),
      ("proof", "without-key", [], ["signature:certificate-not-given"]),
      ("proof", "only-other", ["leaf"], ["registration:key-not-registered"]),
      ("proof", "empty", ["leaf"], ["registration:key-not-registered"]),
      ("proof", "entry-ended", [], ["registration:registration-expired"]),
      ("proof", "entry-not-begun", [], ["registration:registration-not-yet-valid"]),
    ] as [(String, String, [String], [String])])
  func reasons(token: String, file: String, certificates: [String], expected: [String]) throws {
    let report = try judge(token, by: file, certificates: certificates).report
    #expect(problems(report) == expected)
    #expect(report.isAccepted == expected.isEmpty)
    #expect(report.checks.last?.id == "registration")
  }

  @Test("It says which entry signed, until when, and what would be left without it, the longest first")
  func entry() throws {
    let registration = try #require(try judge(by: "application").registration)
    #expect(registration.entry.displayName == "CN=leaf, O=keyroll fixtures")
    #expect(registration.entry.endDateTime.description == "2025-01-01T00:00:00Z")
    #expect(registration.others.map(\.displayName) == ["CN=other, O=keyroll fixtures"])
    #expect(registration.others.first?.endDateTime.description == "2026-06-01T12:30:00Z")
    #expect(registration.warnings.isEmpty)
    // Even if the header names another one, the same certificate signed.
    let other = try #require(try judge("proof-by-other-key", by: "application").registration)
    #expect(other.entry == registration.others.first)
    #expect(other.others == [registration.entry])
  }

  @Test("A saved answer for another object than iss names is refused, whatever the case of its letters")
  func otherObject() throws {
    let saved = try Fixtures.bytes("key-credentials/application.json")
    for (name, id, token, isRefused) in [
      ("id", "0B5F2F6E-7A8A-4D4E-9F53-3F6C2B1A9D01", "proof", false),
      ("id", "5d9c1b7e-3f2a-4e6b-9c8d-1a2b3c4d5e03", "proof", true),
      ("appId", "5d9c1b7e-3f2a-4e6b-9c8d-1a2b3c4d5e03", "proof", false),
    ] as [(ExactText, ExactText, String, Bool)] {
      var answer = try JSONReader.object(saved, within: .savedAnswer)
      answer[name] = .string(id)
      let report = try judge(token, by: JSONWriter.bytes(answer)).report
      #expect(problems(report) == (isRefused ? ["registration:registration-of-another"] : []), "\(name) \(id)")
    }
    // The iss of an assertion is the application's.
    let registered = try KeyCredentials(saved.span, cryptography: OpenSSLCryptography())
    for (clientID, reason) in [
      (registered.applicationID, nil), (registered.objectID, "registration-of-another"),
    ] as [(ExactText?, String?)] {
      let id = try #require(clientID)
      let profile = try Profile.entraAssertion(tenant: "5d9c1b7e-3f2a-4e6b-9c8d-1a2b3c4d5e03", clientID: id)
      let certificate = try #require(registered.certifiedEntries(at: Self.now).first?.certificate)
      let draft = TokenDraft(
        header: [:], claims: ["iss": .string(id)], publicKey: certificate.publicKey, certificate: certificate)
      let check = profile.judging(by: registered).check(draft, at: Self.now, cryptography: OpenSSLCryptography()).last
      #expect(check?.id == "registration")
      #expect(check?.finding?.reason == reason)
    }
  }

  @Test("The client id that the answer names for the object is taken as iss with a warning, as one that was given is")
  func clientID() throws {
    var answer = try JSONReader.object(try Fixtures.bytes("key-credentials/application.json"), within: .savedAnswer)
    answer["id"] = "5d9c1b7e-3f2a-4e6b-9c8d-1a2b3c4d5e03"
    answer["appId"] = "0b5f2f6e-7a8a-4d4e-9f53-3f6c2b1a9d01"
    let registered = try KeyCredentials(JSONWriter.bytes(answer).span, cryptography: OpenSSLCryptography())
    let certificate = try #require(registered.certifiedEntries(at: Self.now).first?.certificate)
    let token = try Fixtures.bytes("tokens/proof.jwt")
    for (objectID, clientID, failed) in [
      ("5d9c1b7e-3f2a-4e6b-9c8d-1a2b3c4d5e03", nil, []),
      ("5d9c1b7e-3f2a-4e6b-9c8d-1a2b3c4d5e03", "0b5f2f6e-7a8a-4d4e-9f53-3f6c2b1a9d01", []),
      ("2f1e9c44-5a0b-4c1d-8e2f-7b6a5c4d3e02", nil, ["iss"]),
    ] as [(ExactText, ExactText?, [String])] {
      let report = TokenVerifier(
        profile: try Profile.graphProof(objectID: objectID, clientID: clientID).judging(by: registered),
        keys: [TrustedKey(try RSASignatureVerifier(certificate.publicKey), certificate: certificate)],
        cryptography: OpenSSLCryptography()
      ).verify(token.span, at: Self.now)
      #expect(report.failedChecks.map(\.id) == failed, "\(objectID)")
      if failed.isEmpty { #expect(report.warnings.map(\.id).contains("iss")) }
    }
  }

  @Test(
    "An identifier that is the text of a thumbprint says whose entry it is",
    arguments: ["hex", "hex-lower", "base64", "base64url"], ["leaf", "other"])
  func thumbprintText(_ form: String, _ name: String) throws {
    let (leafFile, ownFile) = (
      try Fixtures.bytes("certificates/leaf.pem"), try Fixtures.bytes("certificates/\(name).pem")
    )
    let certificates = try CertificateFile.read(leafFile.span) + CertificateFile.read(ownFile.span)
    let thumbprint = certificates[1].sha1Thumbprint
    let text =
      switch form {
      case "hex": Hexadecimal.upperCase(thumbprint)
      case "hex-lower": Hexadecimal.lowerCase(thumbprint)
      case "base64": Base64.standard.text(thumbprint)
      default: Base64.url.text(thumbprint)
      }
    let octets = JSONValue.array(text.utf8.map { .integer(Int64($0)) })
    for value in [octets, .string(ExactText(Base64.standard.text(Array(text.utf8))))] {
      var entry: JSONObject = [
        "keyId": "5d9c1b7e-3f2a-4e6b-9c8d-1a2b3c4d5e03", "type": "AsymmetricX509Cert", "usage": "Verify",
        "startDateTime": "2022-01-01T00:00:00Z", "endDateTime": "2025-01-01T00:00:00Z",
      ]
      entry["customKeyIdentifier"] = value
      let saved = JSONWriter.bytes(["keyCredentials": .array([.object(entry)])])
      let registered = try KeyCredentials(saved.span, cryptography: OpenSSLCryptography())
      #expect(registered.entries.first?.customKeyIdentifier == thumbprint)
      #expect((registered.entry(of: certificates[0], at: Self.now) != nil) == (name == "leaf"))
    }
  }

  @Test("An entry of another type than a certificate is never the one of a certificate")
  func symmetric() throws {
    let saved = """
      {"keyCredentials":[{"keyId":"5d9c1b7e-3f2a-4e6b-9c8d-1a2b3c4d5e03","type":"Symmetric","usage":"Verify",
      "startDateTime":"2022-01-01T00:00:00Z","endDateTime":"2025-01-01T00:00:00Z","key":null}]}
      """
    let report = try judge("proof", by: Array(saved.utf8), certificates: ["leaf"]).report
    #expect(problems(report) == ["registration:key-not-registered"])
  }

  @Test("An entry that cannot sign a token is not among those that would be left")
  func unfit() throws {
    let registration = try #require(try judge(by: "elliptic").registration)
    #expect(registration.others.isEmpty)
    #expect(registration.warnings.map(\.reason) == ["last-valid-registration"])
    for (type, certificate, isFit) in [
      ("AsymmetricX509Cert", nil, true), ("Symmetric", nil, false), ("AsymmetricX509Cert", "leaf", true),
      ("AsymmetricX509Cert", "rsa-1024", false), ("AsymmetricX509Cert", "ec-p256", false),
    ] as [(ExactText, String?, Bool)] {
      let entry = KeyCredential(
        keyID: "5d9c1b7e-3f2a-4e6b-9c8d-1a2b3c4d5e03", displayName: nil, type: type, usage: "Verify",
        startDateTime: Self.now, endDateTime: Self.now, customKeyIdentifier: nil,
        certificate: try certificate.flatMap { name in
          let bytes = try Fixtures.bytes("certificates/\(name).pem")
          return try CertificateFile.read(bytes.span).first
        })
      #expect(entry.isForSigningTokens == isFit, "\(entry)")
    }
  }

  @Test("There is a warning if no usable entry would be left, even if there are others")
  func last() throws {
    for file in ["only-leaf", "others-ended", "value-of-one"] {
      let registration = try #require(try judge(by: file).registration)
      #expect(registration.others.isEmpty)
      #expect(registration.warnings.map(\.reason) == ["last-valid-registration"])
      #expect(registration.warnings.first?.message.contains(registration.entry.keyID.text) == true)
    }
    // A second entry of the same certificate would still be there.
    let early = NumericDate(seconds: 1_650_000_000)
    let twice = try #require(try judge(by: "one-certificate-twice", at: early).registration)
    #expect(twice.others.map(\.endDateTime.description) == ["2025-01-01T00:00:00Z"])
    #expect(twice.warnings.isEmpty)
  }

  @Test("If the only entry has ended, the next step is not an addKey, which it could not sign")
  func ended() throws {
    let later = NumericDate(seconds: 1_750_000_000)
    let warning = try #require(try judge(by: "only-leaf", at: later).registration?.warnings.first)
    #expect(warning.reason == "last-valid-registration")
    #expect(warning.message.contains("no entry is valid"))
    #expect(warning.hint?.contains("PATCH") == true)
  }

  @Test("There is no report on an entry if no registered certificate signed")
  func nobody() throws {
    #expect(try judge("proof-changed", by: "application").registration == nil)
    #expect(try judge(by: "az").registration == nil)
    #expect(try judge(by: "only-other", certificates: ["leaf"]).registration == nil)
    #expect(try judge("proof-two-parts", by: "application").registration == nil)
    #expect(try judge("proof-none", by: "application").registration == nil)
  }

  @Test("If two certificates are over one key, the one that the token names is the entry")
  func twoOfOneKey() throws {
    let (report, registration) = try judge("proof-expired-certificate", by: "two-of-one-key")
    #expect(problems(report) == ["certificate-dates:certificate-expired"])
    #expect(registration?.entry.displayName == "CN=expired, O=keyroll fixtures")
    #expect(registration?.others.map(\.displayName) == ["CN=renewed, O=keyroll fixtures"])
  }

  @Test("An entry without saved key and thumbprint may be the one, and gives a warning")
  func unknown() throws {
    let report = try judge(by: "without-key", certificates: ["leaf"]).report
    #expect(report.checks.last?.status == .passed)
    let unknown = try judge("proof-by-other-key", by: "without-key", certificates: ["other"]).report
    #expect(unknown.checks.last?.status == .warning)
    #expect(unknown.checks.last?.finding?.reason == "not-compared")
  }

  @Test("An entry that ends before the token gives a warning")
  func endsEarly() throws {
    let end = NumericDate(rfc3339: "2025-01-01T00:00:00Z") ?? Self.now
    let key = try Fixtures.bytes("certificates/leaf.pem")
    let certificate = try #require(try CertificateFile.read(key.span).first)
    let saved = try Fixtures.bytes("key-credentials/application.json")
    let registered = try KeyCredentials(saved.span, cryptography: OpenSSLCryptography())
    let profile = Profile.general(algorithms: AlgorithmPolicy(preferring: .rs256)).judging(by: registered)
    func reason(_ members: JSONObject, at time: NumericDate) -> String? {
      let draft = TokenDraft(
        header: ["alg": "RS256"], claims: members, publicKey: certificate.publicKey, certificate: certificate)
      return profile.check(draft, at: time, cryptography: OpenSSLCryptography()).last?.finding?.reason
    }
    #expect(reason(["exp": .integer(end.seconds)], at: end) == nil)
    #expect(reason(["exp": .integer(end.seconds + 1)], at: end) == "registration-ends-early")
    #expect(reason(["nbf": .integer(end.seconds + 1)], at: end) == "registration-expired")
    #expect(reason([:], at: end + .seconds(1)) == "registration-expired")
    let start = NumericDate(rfc3339: "2022-01-01T00:00:00Z") ?? Self.now
    #expect(reason([:], at: start) == nil)
    #expect(reason([:], at: start - .seconds(1)) == "registration-not-yet-valid")
  }

  @Test("A certificate that is registered only for another use does not count")
  func otherUsage() throws {
    let saved = try Fixtures.bytes("key-credentials/others-ended.json")
    let registered = try KeyCredentials(saved.span, cryptography: OpenSSLCryptography())
    #expect(registered.entries.count == 5)
    #expect(registered.certifiedEntries(at: Self.now).map(\.displayName).first == "CN=leaf, O=keyroll fixtures")
    #expect(registered.certifiedEntries(at: Self.now).count == 3)
    #expect(registered.unusableCertificates.isEmpty)
    let bytes = try Fixtures.bytes("certificates/rsa-4096.pem")
    let certificate = try #require(try CertificateFile.read(bytes.span).first)
    let draft = TokenDraft(
      header: ["alg": "RS256"], claims: [:], publicKey: certificate.publicKey, certificate: certificate)
    let check = Profile.general(algorithms: AlgorithmPolicy(preferring: .rs256)).judging(by: registered)
      .check(draft, at: Self.now, cryptography: OpenSSLCryptography()).last
    #expect(check?.finding?.reason == "key-not-registered")
    #expect(check?.finding?.message.contains(#"with the usage "Sign" alone"#) == true)
  }
}
