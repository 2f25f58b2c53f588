import Messages
public import Tokens
public import Signing

/// What a certificate must be before it is added, besides what Graph asks of it.
public struct NewCertificatePolicy: Sendable {
  /// What is registered already; nil where that is not known.
  public var registered: KeyCredentials?
  /// The longest time from the first to the last second of a certificate; nil for no limit of the caller's.
  public var maximumLifetime: TimeSpan?

  public init(registered: KeyCredentials? = nil, maximumLifetime: TimeSpan? = nil) {
    self.registered = registered
    self.maximumLifetime = maximumLifetime
  }

  /// The checks of a certificate at that time, in an order that does not change.
  ///
  /// `signing` is the certificate whose key signs the proof, which is registered already.
  public func checks(of certificate: Certificate, signing: Certificate?, at time: NumericDate) -> [RequestCheck] {
    [
      key(certificate), dates(certificate, at: time), lifetime(certificate), usage(certificate),
      registration(certificate, signing: signing, at: time),
    ]
  }

  private func key(_ certificate: Certificate) -> RequestCheck {
    let id = "new-certificate-key"
    let key = certificate.publicKey
    func refused(_ code: KeyError.Code, _ problem: String) -> RequestCheck {
      .failed(
        id,
        RequestError(
          id: code.rawValue, "the key of the new certificate is \(key.summary), \(problem)",
          hint: ServiceAnswer.toKey(code)))
    }
    switch key.faults.first {
    case .unsupportedKind: return refused(.keyNotRSA, "and these tokens take RSA keys only")
    case .tooSmall(_, let least): return refused(.rsaKeyTooSmall, "and at least \(least) bits are needed")
    case .tooLarge(_, let most): return refused(.rsaKeyTooLarge, "and at most \(most) bits are used")
    default: break
    }
    if !key.allows(.rs256) {
      return .warning(
        id,
        RequestError(
          id: KeyError.Code.keyRestricted.rawValue, "the key of the new certificate never signs RS256, as proofs do"))
    }
    return .passed(id, found: key.summary)
  }

  private func dates(_ certificate: Certificate, at time: NumericDate) -> RequestCheck {
    let id = "new-certificate-dates"
    let (start, end) = certificate.validity
    if end < time {
      return .failed(
        id,
        RequestError(
          id: Check.Reason.certificateExpired.rawValue, "the new certificate expired \(time - end) ago, at \(end)"))
    }
    if time < start {
      return .warning(
        id,
        RequestError(
          id: Check.Reason.certificateNotYetValid.rawValue,
          "the new certificate becomes valid in \(start - time), at \(start)",
          hint: "if that is not meant, set the clock right, or give the time by --at"))
    }
    return .passed(id, found: "\(start) to \(end)")
  }

  private func lifetime(_ certificate: Certificate) -> RequestCheck {
    let id = "new-certificate-lifetime"
    let (start, end) = certificate.validity
    guard let maximumLifetime else { return .skipped(id, .notCompared, "no --max-lifetime was given") }
    if end - start > maximumLifetime {
      return .failed(
        id,
        RequestError(
          .certificateLifetime, "the new certificate lives \(end - start), longer than \(maximumLifetime)",
          hint: "make one that ends by \(start + maximumLifetime)"))
    }
    return .passed(id, found: (end - start).description)
  }

  private func usage(_ certificate: Certificate) -> RequestCheck {
    let id = "new-certificate-usage"
    if !certificate.allowsDigitalSignature {
      return .warning(
        id,
        RequestError(
          id: Check.Reason.certificateUsage.rawValue,
          "the key usage of the new certificate does not allow digital signatures"))
    }
    if certificate.hasWeakSignature {
      return .warning(
        id,
        RequestError(
          id: Check.Reason.certificateWeakSignature.rawValue,
          "the issuer of the new certificate signed with \(naming: certificate.signatureAlgorithmName), which can be forged"
        ))
    }
    return .passed(id)
  }

  private func registration(_ certificate: Certificate, signing: Certificate?, at time: NumericDate) -> RequestCheck {
    let id = "new-certificate-registered"
    if certificate == signing {
      return .failed(
        id,
        RequestError(
          .certificateRegistered, "the new certificate is the one whose key signs the proof, and registered already",
          hint: "sign with the old key, and add the certificate of the new one"))
    }
    guard let registered else { return .skipped(id, .notCompared, "no saved keyCredentials were given") }
    if let entry = registered.entry(of: certificate, at: time) {
      return .failed(
        id,
        RequestError(
          .certificateRegistered, "the new certificate is registered already, as keyId \(naming: entry.keyID)"))
    }
    return .passed(id)
  }
}
