public import Encodings
import Messages
public import Signing
public import Tokens

/// What a certificate must be before it is added, besides what Graph asks of it.
public struct NewCertificatePolicy: Sendable {
  /// What is registered already; nil if that is not known.
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
  public func checks(of certificate: Certificate, signing: Certificate?, at time: NumericDate) -> [Check] {
    [
      key(certificate), dates(certificate, at: time), lifetime(certificate), usage(certificate),
      registration(certificate, signing: signing, at: time),
    ]
  }

  private func key(_ certificate: Certificate) -> Check {
    let id = "new-certificate-key"
    let key = certificate.publicKey
    func refused(_ code: KeyError.Code, _ problem: String) -> Check {
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
    case .factorable: return refused(.rsaKeyROCA, "and others can compute it (ROCA, CVE-2017-15361)")
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

  private func dates(_ certificate: Certificate, at time: NumericDate) -> Check {
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
          hint: "if that is not meant, set the clock right, or give the time"))
    }
    return .passed(id, found: "\(start) to \(end)")
  }

  private func lifetime(_ certificate: Certificate) -> Check {
    let id = "new-certificate-lifetime"
    let (start, end) = certificate.validity
    guard let maximumLifetime else { return .skipped(id, .notCompared, "no limit on the lifetime was given") }
    // To the second, because a certificate of 365 days and 20 minutes breaks a policy of 365 days.
    let life = CertificateLife.text(ofSeconds: (end - start).seconds)
    if end - start > maximumLifetime {
      return .failed(
        id,
        RequestError(
          .certificateLifetime,
          "the new certificate lives \(life), longer than \(CertificateLife.text(ofSeconds: maximumLifetime.seconds))",
          hint: "make one that ends by \(start + maximumLifetime)"))
    }
    return .passed(id, found: life)
  }

  private func usage(_ certificate: Certificate) -> Check {
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

  private func registration(_ certificate: Certificate, signing: Certificate?, at time: NumericDate) -> Check {
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

/// What a key must not be before it is removed.
public struct RemovalPolicy: Sendable {
  /// What is registered; nil if that is not known.
  public var registered: KeyCredentials?
  /// True to warn only of removing the key that signs, or the last one that is valid.
  public var isForced: Bool

  public init(registered: KeyCredentials? = nil, isForced: Bool = false) {
    self.registered = registered
    self.isForced = isForced
  }

  /// The checks of a removal at that time, in an order that does not change; `signing` is of the key that signs the proof.
  public func checks(ofRemoving keyID: ExactText, signing: Certificate?, at time: NumericDate) -> [Check] {
    let (presence, own, last) = ("credential-registered", "credential-signs", "credential-last")
    guard let registered else {
      let unknown = "no saved keyCredentials were given to look the keyId \(naming: keyID) up in"
      return [presence, own, last].map { .skipped($0, .notCompared, unknown) }
    }
    guard let entry = registered.entry(keyID: keyID) else {
      let missing = RequestError(
        .credentialUnknown, "no key of the saved keyCredentials has the keyId \(naming: keyID)",
        hint: "Graph would answer 400, \"No credentials found to be removed.\"")
      return [.failed(presence, missing)]
        + [own, last].map { .skipped($0, .notReached, "the key is not in the saved keyCredentials") }
    }
    return [
      .passed(
        presence, found: "\(entry.displayName.map { "\(quoting: $0)" } ?? "unnamed"), ends \(entry.validity.end)"),
      signs(own, entry, signing), isLast(last, entry, registered, at: time),
    ]
  }

  private func signs(_ id: String, _ entry: KeyCredential, _ signing: Certificate?) -> Check {
    guard let signing else { return .skipped(id, .notReached, "the certificate of the signing key is not known") }
    if entry.isOf(signing) {
      return refusal(
        id, .credentialSigns, "the key to be removed is the one that signs the proof",
        hint: "sign with the key that stays")
    }
    return .passed(id)
  }

  private func isLast(
    _ id: String, _ entry: KeyCredential, _ registered: KeyCredentials, at time: NumericDate
  ) -> Check {
    guard entry.isForVerifying, entry.isValid(at: time) else {
      return .passed(id, found: "the key does not count: it is not valid now, or for another use")
    }
    guard let other = registered.validEntries(at: time, without: entry).first else {
      return refusal(
        id, .credentialLast, "the key to be removed is the last one that is valid",
        hint: "add a new key first: without a valid one only PATCH keyCredentials can")
    }
    return .passed(id, found: "keyId \(naming: other.keyID) stays until \(other.validity.end)")
  }

  private func refusal(_ id: String, _ code: RequestError.Code, _ message: String, hint: String) -> Check {
    let error = RequestError(code, message, hint: hint)
    return isForced ? .warning(id, error) : .failed(id, error)
  }
}
