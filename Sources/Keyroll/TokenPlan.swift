public import Encodings
import Entra
public import JSON
public import Messages
public import Signing
public import Tokens

/// What a person decides about a token; the rest comes from the profile and the key.
public struct TokenChoices: Sendable {
  /// The algorithm that was asked for by name; nil for the profile's own.
  public var algorithm: SignatureAlgorithm?
  /// The header names that identify the key, in place of the profile's own if there are any.
  public var hints: [KeyHint] = []
  /// True to add the certificate chain to the header, beside the other hints.
  public var includesCertificates = false
  /// The `kid` to write.
  public var keyID: ExactText?
  /// True to write `iat` even if the profile leaves it open.
  public var includesIssuedAt = false
  /// The first second of the token; nil for the time of signing.
  public var notBefore: NumericDate?
  /// How long it is valid; nil for the profile's own.
  public var lifetime: TimeSpan?
  /// Claims that the profile leaves open or does not name.
  public var claims = JSONObject()

  public init() {}
}

/// The tokens to make, judged before any key or certificate is read, so that nobody types a password for claims that
/// are refused anyway.
///
/// A signer on this machine carries out a plan (`tokens(by:with:)`), or the plan becomes a request for a signer
/// elsewhere (`signingRequest(for:with:)`).
public struct TokenPlan: Sendable {
  /// The profile, with the values of its parameters.
  public let profile: ProfileReference
  /// The requested algorithm, or the one that the profile prefers.
  public let algorithm: SignatureAlgorithm
  /// One for each token, in windows that follow each other.
  public let requests: [DraftRequest]
  /// The profile before the key is known.
  private let keyless: Profile
  private let asked: SignatureAlgorithm?

  /// Plans one token for each window; `generator` makes the identifier of each.
  ///
  /// Throws what is wrong with the profile and with the claims.
  public init(
    _ choices: TokenChoices, by profile: ProfileReference, at time: NumericDate, windows: Int = 1,
    using generator: inout some RandomNumberGenerator
  ) throws(TokenError) {
    self.profile = profile
    asked = choices.algorithm
    do throws(ProfileError) { keyless = try profile.profile(algorithm: asked, publicKey: nil) } catch {
      throw TokenError(error)
    }
    algorithm = choices.algorithm ?? keyless.algorithms.preferred
    var first = DraftRequest(time: time, claims: choices.claims)
    first.notBefore = choices.notBefore
    first.lifetime = choices.lifetime
    first.includesIssuedAt = choices.includesIssuedAt
    first.keyID = choices.keyID
    var hints = choices.hints.isEmpty ? keyless.hints : choices.hints
    if choices.keyID != nil { hints.append(.kid) }
    if choices.includesCertificates { hints.append(.x5c) }
    first.hints = hints
    let length = choices.lifetime ?? keyless.time.lifetime
    var requests: [DraftRequest] = []
    for index in 0..<max(windows, 1) {
      var request = first
      request.identifier = UniqueIdentifier.uuid(using: &generator)
      if index > 0 {
        request.notBefore = (first.notBefore ?? time) + TimeSpan(seconds: length.seconds * Int64(index))
      }
      try keyless.judgeClaims(request)
      requests.append(request)
    }
    self.requests = requests
  }

  /// When the first token will be used.
  public var start: NumericDate { requests.first.map(Self.start) ?? .earliest }

  /// When each token will be used.
  public var starts: [NumericDate] { requests.map(Self.start) }

  private static func start(of request: DraftRequest) -> NumericDate { request.notBefore ?? request.time }

  /// True if the certificates of the key's issuers are written too.
  public var needsChain: Bool { requests.contains { ($0.hints ?? keyless.hints).contains(.x5c) } }

  /// The profile once the key is known. It is built again only if a claim is made from the key.
  private func profile(for publicKey: PublicKey) throws(TokenError) -> Profile {
    if !keyless.claims.contains(where: \.expectation.isUnknown) { return keyless }
    do throws(ProfileError) { return try profile.profile(algorithm: asked, publicKey: publicKey) } catch {
      throw TokenError(error)
    }
  }
}

// MARK: With a key at hand

extension TokenPlan {
  /// Opens the key; its `notes` are what a person should know about it. Throws what `SigningKey.signer` throws.
  public func signer(of key: SigningKey, with toolkit: Toolkit) throws(KeyError) -> any Signer {
    try key.signer(for: algorithm, at: start, needsChain: needsChain, with: toolkit)
  }

  /// Signs all tokens or none: nothing is signed unless every draft is accepted.
  ///
  /// The warnings of the verifier are in the report of each. Throws what making the drafts and `TokenAssembler` throw.
  public func tokens(by signer: any Signer, with toolkit: Toolkit) throws(TokenError) -> [SignedToken] {
    let profile = try profile(for: signer.publicKey)
    let assembler = try TokenAssembler(profile: profile, signer: signer, cryptography: toolkit.cryptography)
    var judged: [JudgedDraft] = []
    for var request in requests {
      request.keyID =
        request.keyID ?? profile.computedKeyID(signer.publicKey, signer.certificates.first, with: toolkit.cryptography)
      let draft: TokenDraft
      do throws(ProfileError) { draft = try profile.draft(request, for: signer) } catch { throw TokenError(error) }
      judged.append(try assembler.judge(draft, at: request.time))
    }
    var tokens: [SignedToken] = []
    for draft in judged { tokens.append(try draft.sign()) }
    return tokens
  }
}

// MARK: For a key elsewhere

extension TokenPlan {
  /// The request for the first token, to be signed by the key of the first of these certificates (leaf first), and the
  /// warnings of the rules.
  ///
  /// Throws `no-certificate`, what making the draft throws, and the first check that failed.
  public func signingRequest(
    for certificates: [Certificate], from source: String, with toolkit: Toolkit
  ) throws(TokenError) -> (request: SigningRequest, warnings: [Check]) {
    guard let leaf = certificates.first, var request = requests.first else {
      throw TokenError(KeyError(.noCertificate, "\(naming: source) holds no certificate"))
    }
    let judge = try profile(for: leaf.publicKey)
    request.keyID = request.keyID ?? judge.computedKeyID(leaf.publicKey, leaf, with: toolkit.cryptography)
    let draft: TokenDraft
    do throws(ProfileError) {
      draft = try judge.draft(
        request, algorithm: algorithm, publicKey: leaf.publicKey, certificates: certificates)
    } catch {
      throw TokenError(error)
    }
    let prepared = try SigningRequest(
      draft, by: profile, algorithm: algorithm, certificates: certificates, cryptography: toolkit.cryptography)
    let warnings = try prepared.judge(
      by: judge, at: request.time, cryptography: toolkit.cryptography,
      refusing: "the signing request was not prepared")
    return (prepared, warnings)
  }
}

extension SigningRequest {
  /// Throws unless this text of a request can be read again in the way that the signer's side will read it.
  public static func requireReadable(_ text: String, with toolkit: Toolkit) throws(SigningRequestError) {
    do throws(SigningRequestError) {
      _ = try SigningRequest(Array(text.utf8).span, cryptography: toolkit.cryptography)
    } catch {
      throw SigningRequestError(
        id: error.id, "the signing request was not prepared, because it could not be read back: \(error.message)")
    }
  }
}
