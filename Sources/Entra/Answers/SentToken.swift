public import Encodings
public import JSON
public import Signing
public import Tokens

/// The token that a service answered to, judged as far as the service is known to judge it.
public struct SentToken: Sendable {
  /// The id of the profile that it was judged by.
  public let profileID: String
  /// The time that it was judged for.
  public let time: NumericDate
  /// The checks of a verification report, in its order and under its ids.
  public let checks: [Check]
  /// False if no key was given; the signature and the thumbprints are then not judged.
  public let hasKey: Bool
  /// The header, if it can be read.
  public let header: JSONObject?
  /// From when to when it can be used, if the claims can be read.
  public let window: TokenWindow?
  /// The end of its window and its issuer, if the claims have them.
  public let expires: NumericDate?
  /// `iss`; nil if it cannot be read.
  public let issuer: ExactText?

  /// Judges leniently if the service is seen to be lenient. Without a key, it makes only the checks that need none.
  ///
  /// Text around the token is left out: the file has it, but the sent token did not.
  public init(
    _ text: Span<UInt8>, profile: Profile, keys: [TrustedKey], unusable: [UnusableCertificate] = [],
    cryptography: any Cryptography, at time: NumericDate
  ) {
    let bare = Self.token(in: text, for: profile.service)
    let text = bare.span
    let report = TokenVerifier(
      profile: profile, keys: keys, unusable: unusable, cryptography: cryptography,
      isLenient: true
    ).verify(text, at: time)
    let token = try? UnverifiedToken(text)
    profileID = profile.id
    self.time = time
    hasKey = !(keys.isEmpty && unusable.isEmpty)
    header = try? token?.header.get()
    let claims = try? token?.claims.get()
    window = claims.map { TokenWindow($0) }
    expires = window?.end
    issuer = claims?["iss"]?.string
    guard !hasKey, let header, let claims else {
      checks = report.checks
      return
    }
    let draft = TokenDraft(header: header, claims: claims, publicKey: nil, certificate: nil)
    let keyless = profile.check(draft, at: time, cryptography: cryptography, isLenient: true)
    checks = report.checks.map { check in
      keyless.first { $0.id.utf8.elementsEqual(check.id.utf8) } ?? check
    }
  }

  /// What is wrong with the token itself.
  public var faults: [Check] { checks.filter { !$0.faultNames.isEmpty } }

  /// The checks that compared nothing, because no expected value was given.
  public var uncompared: [Check] {
    let reason = Check.Reason.notCompared.rawValue
    return checks.filter { $0.finding?.reason.utf8.elementsEqual(reason.utf8) ?? false }
  }

  /// The token in a text: the whole text if it is only a token and white space, otherwise the one for the service of those
  /// that `TokenFinder` finds in it. If there is none, the text without white space around it.
  package static func token(in text: Span<UInt8>, for service: Service? = nil) -> [UInt8] {
    let bytes = SavedText(text).bytes.drop { ASCII.isWhiteSpace($0) }
    let end = bytes.lastIndex { !ASCII.isWhiteSpace($0) }.map { $0 + 1 } ?? bytes.startIndex
    let whole = bytes[..<end]
    // Line breaks inside a token may have been sent, and are a fault of their own.
    let isBare = whole.allSatisfy { isOfToken($0) || ASCII.isWhiteSpace($0) }
    if isBare, whole.starts(with: "ey".utf8) || whole.starts(with: "ew".utf8) { return Array(whole) }
    return choice(in: text, for: service)?.token.text ?? Array(whole)
  }

  /// The token of several that a service judges: the one under the name by which it takes it, else one that looks made for
  /// it and is not the access token of the request.
  package static func choice(in text: Span<UInt8>, for service: Service?) -> TokenFinder.Choice? {
    let names = service.map { [$0.tokenName] } ?? Service.allCases.map(\.tokenName)
    return TokenFinder.choice(among: TokenFinder.tokens(in: text), named: names) { found in
      if found.dropped.contains(where: { if case .scheme = $0 { true } else { false } }) { return false }
      guard let service, let token = try? UnverifiedToken(found.text.span) else { return false }
      return service == Service(takerOf: token)
    }
  }

  private static func isOfToken(_ byte: UInt8) -> Bool { ASCII.isLetterOrDigit(byte) || "-_.+/=".utf8.contains(byte) }
}

extension Service {
  /// The member or field of a request in which the service takes the token.
  package var tokenName: String {
    switch self {
    case .graph: "proof"
    case .tokenEndpoint: "client_assertion"
    }
  }
}

extension Profile {
  /// The service that takes tokens of this profile; nil for those of other issuers.
  package var service: Service? {
    switch id {
    case Self.graphProofID: .graph
    case Self.entraAssertionID: .tokenEndpoint
    default: nil
    }
  }
}
