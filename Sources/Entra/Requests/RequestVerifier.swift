public import JOSE
public import JSONWebToken
public import Signing

/// Judges a request that is to be sent as the services would, as far as that can be known without asking them.
public struct RequestVerifier: Sendable {
  /// Opens a PFX with a password, and gives the certificate of its key.
  public typealias PFXCertificate =
    @Sendable (_ pfx: [UInt8], _ password: borrowing SecretBytes) throws(KeyError) -> Certificate

  /// The keys that may have signed the proof or the assertion.
  public var keys: [TrustedKey]
  public var certificateReader: any CertificateReader
  /// Tells why the token's signature is bad; nil where that is not looked into.
  public var diagnosis: (any SignatureDiagnosis)?
  public var pfxCertificate: PFXCertificate
  /// The object id that the proof should name where the address does not; nil where it is not known.
  public var objectID: JSONString?
  /// Algorithms that are asked for beside those of the profile.
  public var algorithms: [SignatureAlgorithm] = []
  public var newCertificates = NewCertificatePolicy()
  public var removal = RemovalPolicy()

  public init(
    keys: [TrustedKey], certificateReader: any CertificateReader, pfxCertificate: @escaping PFXCertificate
  ) {
    self.keys = keys
    self.certificateReader = certificateReader
    self.pfxCertificate = pfxCertificate
  }

  /// Judges for that time, or for the start of a token that becomes valid later.
  public func verify(_ request: borrowing ServiceRequest, at time: NumericDate) -> RequestReport {
    let signing = keys.first?.certificate
    var checks = [address(request.address), object(of: request.address), .passed("body")]
    do throws(RequestError) {
      if let certificate = try newCertificate(in: request) {
        checks.append(.passed("key", found: certificate.subject))
        checks += newCertificates.checks(of: certificate, signing: signing, at: time)
      }
    } catch {
      checks.append(.failed("key", error))
    }
    if case .removeKey(let keyID, _) = request.body {
      checks += removal.checks(ofRemoving: keyID, signing: signing, at: time)
    }
    guard let profile = profile(for: request) else {
      let error = RequestError(.bodyMalformed, "the ids in the body have not the form that they must have")
      checks.append(.failed("token", error))
      return RequestReport(address: request.address, time: time, checks: checks, token: nil)
    }
    let token = verdict(on: request.body.token, by: profile, at: time)
    checks.append(tokenCheck(token))
    checks.append(window(of: token, at: time))
    return RequestReport(address: request.address, time: time, checks: checks, token: token)
  }

  private func address(_ address: RequestAddress) -> RequestCheck {
    if address.isHostKnown { return .passed("address", found: address.description) }
    return .warning(
      "address", RequestError(.hostUnknown, "\(address.host) is the host of no cloud that is known here"))
  }

  /// Whether what is known of the object from elsewhere is what the address names.
  private func object(of address: RequestAddress) -> RequestCheck {
    let id = "object"
    guard case .graph(let address) = address else {
      return .skipped(id, .notApplicable, "a token request names no object")
    }
    let saved = newCertificates.registered ?? removal.registered
    let pairs: [(named: JSONString?, known: JSONString?, source: String)] = [
      (address.objectID, objectID, "the object id that is expected"),
      (address.objectID ?? objectID, saved?.objectID, "the object id in the saved keyCredentials"),
      (address.appID, saved?.applicationID, "the application id in the saved keyCredentials"),
    ]
    for case (let named?, let known?, let source) in pairs where !named.isSameGUID(as: known) {
      return .failed(
        id, RequestError(.objectMismatch, "the request is for \(named), and \(source) is \(known)"))
    }
    return .passed(id, found: (address.objectID ?? address.appID)?.text)
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
    do throws(KeyError) { return try certificateReader.certificate(der: der.span) } catch {
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
