public import Messages
public import Tokens
public import Signing
public import System

/// Judges a request that is to be sent as the services would, as far as that can be known without asking them.
public struct RequestVerifier: Sendable {
  /// Opens a PFX with a password, and gives the certificate of its key.
  public typealias PFXCertificate =
    @Sendable (_ pfx: [UInt8], _ password: borrowing SecretBytes) throws(KeyError) -> Certificate

  /// The keys that may have signed the proof or the assertion.
  public var keys: [TrustedKey]
  public var cryptography: any Cryptography
  public var pfxCertificate: PFXCertificate
  /// Who says that these keys are the right ones.
  public var keysOrigin = EvidenceOrigin.caller
  /// Who says what is registered, where the policies know it.
  public var registeredOrigin = EvidenceOrigin.caller
  /// What is known of the request from elsewhere.
  public var expected = RequestExpectation()
  /// Algorithms that are asked for beside those of the profile.
  public var algorithms: [SignatureAlgorithm] = []
  public var newCertificates = NewCertificatePolicy()
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
    var keyChecks: [RequestCheck] = []
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
          .privateKeyInBody, "key holds a private key or a PFX where a certificate belongs",
          hint: "do not send it; make the request again with the certificate alone")
      }
      throw RequestError(
        .keyNotCertificate, "key is no DER certificate: \(error.message)",
        hint: "Graph would answer 400, \"Invalid credential value. … Cannot find the requested object.\"")
    }
  }

  /// As private keys and PFX files begin, and certificates do not: a SEQUENCE with an INTEGER first.
  private static func beginsWithVersion(_ der: [UInt8]) -> Bool {
    guard der.count > 2, der[0] == 0x30 else { return false }
    let start = der[1] <= 0x80 ? 2 : 2 + Int(der[1] & 0x7F)
    return der.count > start && der[start] == 0x02
  }
}
