import Encodings
public import Entra
public import JSON
public import Messages
public import Signing
public import Tokens

/// What somebody trusts to have signed a token: certificates, public keys, and registered credentials.
public struct Trust: Sendable {
  /// The keys that may have signed.
  public private(set) var keys: [TrustedKey] = []
  /// The registered credentials, if a saved answer contains them.
  public private(set) var registered: KeyCredentials?
  /// The certificates that cannot verify anything.
  public private(set) var unusable: [UnusableCertificate] = []
  /// Why given certificates are among those.
  public private(set) var refusals: [KeyError] = []

  public init() {}

  /// Trusts further keys.
  public mutating func add(_ keys: [TrustedKey]) { self.keys += keys }

  /// A certificate whose key makes no signatures that are judged here is kept for a token that names it: a bundle may
  /// have others.
  public mutating func add(_ certificate: Certificate, with toolkit: Toolkit) {
    do throws(KeyError) {
      let verifier = try toolkit.cryptography.verifier(for: certificate.publicKey)
      keys.append(TrustedKey(verifier, certificate: certificate))
    } catch {
      refusals.append(error)
      unusable.append(
        UnusableCertificate(
          thumbprints: Thumbprint.allCases.map { $0.bytes(of: certificate) },
          problem: "cannot be used: \(error.message)",
          hint: error.hint ?? "sign with an RSA key, and give its certificate"))
    }
  }

  /// Replaces earlier registered credentials: with two answers it would be unclear which one counts.
  public mutating func add(_ saved: KeyCredentials, at time: NumericDate, with toolkit: Toolkit) {
    registered = saved
    unusable += saved.unusableCertificates
    for certificate in saved.certifiedEntries(at: time).compactMap(\.certificate) { add(certificate, with: toolkit) }
  }

  /// Throws if there is nothing to verify with: why a given certificate is refused, and `no-key-credentials` for a
  /// saved answer without registered keys if no other key is given.
  public func requireUsable() throws(KeyError) {
    if !keys.isEmpty { return }
    if registered == nil, let refusal = refusals.first {
      throw KeyError(
        id: refusal.id, refusal.message, hint: refusal.hint ?? "give the certificate of the RSA key that signed")
    }
    if unusable.isEmpty {
      throw KeyError(
        KeyCredentialsError(
          .noKeyCredentials, "no registered key verifies signatures",
          hint: "add a certificate first; the very first one is not added with a proof, but with PATCH"))
    }
  }

  /// Judges a token as it was received, byte by byte, by the profile and by the registered credentials. A bad token is
  /// a result.
  public func verify(
    _ token: Span<UInt8>, by profile: Profile, isLenient: Bool = false, at time: NumericDate, with toolkit: Toolkit
  ) -> Verification {
    let profile = registered.map(profile.judging(by:)) ?? profile
    let verifier = TokenVerifier(
      profile: profile, keys: keys, unusable: unusable, cryptography: toolkit.cryptography, isLenient: isLenient)
    let report = verifier.verify(token, at: time)
    let registration = registered.flatMap { RegistrationReport(report, registered: $0) }
    if !report.isAccepted, profile.service != nil, let kind = (try? UnverifiedToken(token)).map(TokenKind.init(of:)),
      kind == .accessToken || kind == .idToken
    {
      return Verification(report: report, registration: registration, misplaced: kind)
    }
    guard !report.isAccepted, let unwrapped = UnwrappedToken(token, for: profile.service) else {
      return Verification(report: report, registration: registration)
    }
    let bare = verifier.verify(unwrapped.text.span, at: time)
    // Padding that was signed with the rest cannot be removed.
    if report.signer != nil, bare.signer == nil { return Verification(report: report, registration: registration) }
    return Verification(
      report: report.naming(unwrapped.dropped), registration: registration, unwrapped: (unwrapped.dropped, bare))
  }
}

/// The findings about a token, and about the registration of its signer.
public struct Verification: Sendable {
  /// Every check of the token as it was received.
  public let report: VerificationReport
  /// Nil if no credentials are known, or if the token was not signed with one of them.
  public let registration: RegistrationReport?
  /// If the bytes are not the token alone: what surrounds it or is inside it, and the report about it without that.
  ///
  /// It is for a person who pasted it like that: nothing is accepted because of it.
  public let unwrapped: (dropped: [DroppedText], report: VerificationReport)?
  /// The kind of a token that no service takes in the place of a proof or an assertion: all that fails comes of it.
  public let misplaced: TokenKind?

  init(
    report: VerificationReport, registration: RegistrationReport?,
    unwrapped: (dropped: [DroppedText], report: VerificationReport)? = nil, misplaced: TokenKind? = nil
  ) {
    self.report = report
    self.registration = registration
    self.unwrapped = unwrapped
    self.misplaced = misplaced
  }

  /// True if the token, as it was received, is accepted.
  public var isAccepted: Bool { report.isAccepted }

  /// The report for programs, with `registration`, `unwrapped` and `misplaced` if they are known.
  public var json: JSONObject {
    var json = report.json
    json["registration"] = registration.map { .object($0.json) }
    json["misplaced"] = misplaced.map { .string(ExactText($0.rawValue)) }
    json["unwrapped"] = unwrapped.map { unwrapped in
      .object([
        "dropped": .array(unwrapped.dropped.map { .string(ExactText($0.id)) }),
        "accepted": .boolean(unwrapped.report.isAccepted),
        "failed": .array(unwrapped.report.failedChecks.map { .object($0.json) }),
      ])
    }
    return json
  }
}

/// The token that is meant in a text with more than a token, in canonical base64url.
struct UnwrappedToken {
  let text: [UInt8]
  /// Never empty.
  let dropped: [DroppedText]

  /// Nil for a token alone, and if the text has none. Of several, the one that the service would be sent is meant.
  init?(_ received: Span<UInt8>, for service: Service?) {
    guard let choice = SentToken.choice(in: received, for: service) else { return nil }
    var dropped = choice.dropped
    var text = choice.token.text
    if let token = try? UnverifiedToken(text.span), let canonical = token.canonical {
      let codes = token.serialization.irregularities.map(\.error.code)
      if codes.contains(.padding) { dropped.append(.padding) }
      if codes.contains(.otherAlphabet) { dropped.append(.otherAlphabet) }
      text = canonical.serialization.text
    }
    if dropped.isEmpty { return nil }
    self.text = text
    self.dropped = dropped
  }
}
