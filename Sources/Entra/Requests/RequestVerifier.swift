public import Encodings
import JSON
public import Messages
public import Signing
public import System
public import Tokens

/// Judges a request before it is sent as the services would, as far as that can be known without asking them.
public struct RequestVerifier: Sendable {
  /// Opens a PFX with a password, and returns the certificate of its key.
  public typealias PFXCertificate =
    @Sendable (_ pfx: [UInt8], _ password: borrowing SecretBytes) throws(KeyError) -> Certificate

  /// The keys that may have signed the proof or the assertion.
  public var keys: [TrustedKey]
  /// Makes digests and verifiers, and reads certificates.
  public var cryptography: any Cryptography
  /// Opens a PFX that is in the body.
  public var pfxCertificate: PFXCertificate
  /// Who says that these keys are the right ones.
  public var keysOrigin = EvidenceOrigin.caller
  /// Who says what is registered, if the policies know it.
  public var registeredOrigin = EvidenceOrigin.caller
  /// What the caller expects of the request.
  public var expected = RequestExpectation()
  /// Algorithms that the caller asks for besides those of the profile.
  public var algorithms: [SignatureAlgorithm] = []
  /// The conditions for a new certificate.
  public var newCertificates = NewCertificatePolicy()
  /// The conditions for removing a key.
  public var removal = RemovalPolicy()

  public init(
    keys: [TrustedKey], cryptography: any Cryptography, pfxCertificate: @escaping PFXCertificate
  ) {
    self.keys = keys
    self.cryptography = cryptography
    self.pfxCertificate = pfxCertificate
  }

  /// Judges for that time, or for the start of a token that becomes valid later.
  public func verify(_ request: borrowing ServiceRequest, at time: NumericDate) -> RequestReport {
    var token: VerificationReport?
    if let profile = profile(for: request) { token = verdict(on: request.body.token, by: profile, at: time) }
    let signing = token?.signer?.certificate
    var new: Certificate?
    var keyChecks: [Check] = []
    do throws(RequestError) {
      new = try newCertificate(in: request)
      if let new {
        keyChecks.append(.passed("key", found: new.subject))
        keyChecks += newCertificates.checks(of: new, signing: signing, at: time)
      }
    } catch {
      keyChecks.append(.failed("key", error))
    }
    let values = RequestValues(request, newCertificate: new, signingCertificate: signing)
    var checks = [address(request.address), object(of: values), .passed("body")] + keyChecks
    if case .removeKey(let keyID, _) = request.body {
      checks += removal.checks(ofRemoving: keyID, signing: signing, at: time)
    }
    checks += comparisons(of: values)
    checks += [signer(of: token), tokenCheck(token), window(of: token, at: time)]
    return RequestReport(address: request.address, time: time, checks: checks, token: token, values: values)
  }

  /// The certificate that the request adds, also from a PFX that its password opens; nil for other requests.
  ///
  /// Throws `key-not-certificate`, `private-key-in-body`, or what is wrong with the PFX.
  public func newCertificate(in request: borrowing ServiceRequest) throws(RequestError) -> Certificate? {
    switch request.body {
    case .certificate(let der, _, _): return try certificate(der)
    case .pfx(let pfx, _, _):
      switch request.password() {
      case .none: throw RequestError(.bodyMalformed, "the body has no password that can be read")
      case .some(let password): return try certificate(of: pfx, password)
      }
    default: return nil
    }
  }

  private func certificate(of pfx: [UInt8], _ password: borrowing SecretBytes) throws(RequestError) -> Certificate {
    do throws(KeyError) { return try pfxCertificate(pfx, password) } catch {
      throw RequestError(id: error.id, error.message, hint: error.hint)
    }
  }

  private func certificate(_ der: [UInt8]) throws(RequestError) -> Certificate {
    do throws(KeyError) { return try cryptography.certificate(der: der.span) } catch {
      if Self.beginsWithVersion(der) {
        throw RequestError(
          .privateKeyInBody, "key contains a private key or a PFX instead of a certificate",
          hint: "do not send it; make the request again with the certificate alone")
      }
      throw RequestError(
        .keyNotCertificate, "key is not a DER certificate: \(error.message)",
        hint: "Graph would answer 400, \"Invalid credential value. … Cannot find the requested object.\"")
    }
  }

  /// Recognises private keys and PFX files by their beginning, which certificates do not have: a SEQUENCE with an
  /// INTEGER first.
  private static func beginsWithVersion(_ der: [UInt8]) -> Bool {
    guard der.count > 2, der[0] == 0x30 else { return false }
    let start = der[1] <= 0x80 ? 2 : 2 + Int(der[1] & 0x7F)
    return der.count > start && der[start] == 0x02
  }
}

extension RequestVerifier {
  /// The profile of the token for the address; nil for ids that are not valid.
  func profile(for request: borrowing ServiceRequest) -> Profile? {
    var profile: Profile?
    switch (request.address, request.body) {
    case (.graph(let address), _):
      profile = try? .graphProof(objectID: address.objectID ?? expected.objectID, clientID: address.appID)
    case (.token(let address), .token(let clientID, let assertion, _)):
      profile = try? .entraAssertion(
        tenant: address.tenant, clientID: clientID, loginHost: address.host,
        audienceForm: Self.audienceForm(of: assertion, at: address), algorithm: nil)
    default: break
    }
    if let own = profile?.algorithms { profile?.algorithms = own.asking(for: algorithms) }
    return profile
  }

  /// The published form of `aud`, so that one chosen on purpose is accepted; its host and tenant must be those of the
  /// address.
  private static func audienceForm(of assertion: ExactText, at address: TokenAddress) -> AudienceForm? {
    let token = try? UnverifiedToken(Array(assertion.text.utf8).span)
    guard let audience = try? token?.claims.get()["aud"]?.string else { return nil }
    return AudienceForm.allCases.first { $0.audience(host: address.host, tenant: address.tenant) == audience }
  }

  /// Judged for the time, or for the token's start if that is later.
  public func verdict(on token: ExactText, by profile: Profile, at time: NumericDate) -> VerificationReport {
    let bytes = Array(token.text.utf8)
    let start = (try? UnverifiedToken(bytes.span))?.window.start(notBefore: time) ?? time
    return TokenVerifier(profile: profile, keys: keys, cryptography: cryptography)
      .verify(bytes.span, at: start)
  }

  /// Nil if the ids make no profile.
  func tokenCheck(_ report: VerificationReport?) -> Check {
    guard let report else {
      return .failed(
        "token", RequestError(.bodyMalformed, "the ids in the body do not have the required form"))
    }
    if report.isAccepted { return .passed("token", found: report.profileID) }
    let finding = report.failedChecks.first?.finding
    let hint = finding?.serviceAnswer.map { "the service would answer: \($0)" } ?? finding?.hint
    return .failed(
      "token",
      RequestError(
        .tokenRejected, "\(report.profileID) rejects the token: \(finding?.message ?? "it was not judged")", hint: hint)
    )
  }

  func window(of report: VerificationReport?, at time: NumericDate) -> Check {
    let id = "window"
    guard let token = report?.verifiedToken, let end = TokenWindow(token.claims).end else {
      return .skipped(id, .notReached, "the token was not accepted")
    }
    let start = TokenWindow(token.claims).start ?? time
    if time < start {
      return .warning(
        id,
        RequestError(
          id: Check.Reason.notYetValid.rawValue,
          "the request can be sent from \(start), in \(start - time), to \(end)"))
    }
    return .passed(id, found: "until \(end), \(end - time) left")
  }
}
