public import Encodings
public import Entra
import JSON
public import Messages
public import Signing
import System
public import Tokens

/// A request without its proof or assertion: everything that is decided before a key is used.
///
/// A request that no token could make acceptable cannot be made, so that no key is used in vain. A key completes it
/// with `signed`. A token that was signed elsewhere completes it with `request` and `made`.
public struct UnsignedRequest: Sendable {
  /// The address that the request will be sent to.
  public let address: RequestAddress
  /// The rules for the missing token.
  public let profile: ProfileReference
  /// An algorithm that was asked for by name, besides those of the profile.
  public var algorithm: SignatureAlgorithm?

  private let content: Content
  private let expected: RequestExpectation

  private enum Content {
    case addKey(NewCertificate, displayName: ExactText?, NewCertificatePolicy)
    case removeKey(ExactText, RegisteredKeys?, RemovalPolicy)
    case token(clientID: ExactText, scope: ExactText)
  }

  /// Adds a certificate to an object. `objectID` is the issuer in the proof, however the address names the object.
  ///
  /// Throws for the first check of the policy that fails, such as `certificate-registered`.
  public static func addKey(
    _ new: NewCertificate, to address: GraphAddress, of objectID: ExactText, displayName: ExactText? = nil,
    policy: NewCertificatePolicy = NewCertificatePolicy(), at time: NumericDate
  ) throws(RequestError) -> UnsignedRequest {
    try requireAccepted(policy.checks(of: new.certificate, signing: nil, at: time))
    return UnsignedRequest(
      address: .graph(address), profile: .graphProof(objectID: objectID),
      content: .addKey(new, displayName: displayName, policy),
      expected: RequestExpectation(
        newCertificate: new.certificate, objectID: objectID, hosts: .named(login: nil, graph: address.host)))
  }

  /// Removes a key from an object. If the credentials of the object are known, the key that signs and the last valid
  /// one are refused unless `isForced` is true. If they are not, there is no way to know which key an id names.
  ///
  /// Throws for the first check of the removal that fails, such as `credential-last`.
  public static func removeKey(
    _ keyID: ExactText, from address: GraphAddress, of objectID: ExactText, registered: RegisteredKeys? = nil,
    isForced: Bool = false, at time: NumericDate
  ) throws(RequestError) -> UnsignedRequest {
    let policy = RemovalPolicy(registered: registered?.keys, isForced: isForced)
    try requireAccepted(policy.checks(ofRemoving: keyID, signing: nil, at: time))
    return UnsignedRequest(
      address: .graph(address), profile: .graphProof(objectID: objectID),
      content: .removeKey(keyID, registered, policy),
      expected: RequestExpectation(
        keyID: keyID, objectID: objectID, hosts: .named(login: nil, graph: address.host)))
  }

  /// Trades a client assertion by these rules for an access token for everything in the Graph of a host that the client
  /// was granted.
  ///
  /// Throws `malformed-parameter` for a host that is more than the name of one.
  public static func token(
    for clientID: ExactText, at address: TokenAddress, graphHost: String, assertion: ProfileReference
  ) throws(ProfileError) -> UnsignedRequest {
    let scope = try TokenAddress.graphScope(host: graphHost)
    return UnsignedRequest(
      address: .token(address), profile: assertion, content: .token(clientID: clientID, scope: scope),
      expected: RequestExpectation(hosts: .named(login: address.host, graph: graphHost), scope: scope))
  }

  private init(
    address: RequestAddress, profile: ProfileReference, content: Content, expected: RequestExpectation
  ) {
    self.address = address
    self.profile = profile
    self.content = content
    self.expected = expected
  }

  /// Throws for the first check that failed.
  private static func requireAccepted(_ checks: [Check]) throws(RequestError) {
    if let error = RequestError(failed: checks) { throw error }
  }
}

extension UnsignedRequest {
  /// Has a key sign the missing token, and judges the whole; `draft` says when and for how long the token is valid.
  ///
  /// Throws what is wrong with the draft, the key or the finished request.
  public func signed(
    _ draft: DraftRequest, by signer: any Signer, with toolkit: Toolkit
  ) throws(RequestError) -> MadeRequest {
    let token = try token(draft, by: signer, with: toolkit)
    let key = try RequestError.passing { () throws(KeyError) in
      TrustedKey(
        try toolkit.cryptography.verifier(for: signer.publicKey), certificate: signer.certificates.first)
    }
    return try made(try request(with: ExactText(token.text)), trusting: [key], at: draft.time, with: toolkit)
  }

  private func token(
    _ draft: DraftRequest, by signer: any Signer, with toolkit: Toolkit
  ) throws(RequestError) -> SignedToken {
    let tokenDraft: TokenDraft
    let rules: Profile
    do throws(ProfileError) {
      rules = try profile.profile(algorithm: algorithm, publicKey: signer.publicKey)
      tokenDraft = try rules.draft(draft, for: signer)
    } catch {
      throw RequestError(error)
    }
    return try RequestError.passing { () throws(TokenError) in
      try TokenAssembler(profile: rules, signer: signer, cryptography: toolkit.cryptography)
        .assemble(tokenDraft, at: draft.time)
    }
  }

  /// The request with this token in it, which is not verified yet.
  ///
  /// Throws `display-name-too-long`, `password-not-text` or `request-too-large`.
  public func request(with token: ExactText) throws(RequestError) -> ServiceRequest {
    switch content {
    case .addKey(let new, let displayName, _):
      guard let pfx = new.pfx else {
        return try ServiceRequest(
          address, .certificate(der: new.certificate.der, displayName: displayName, proof: token))
      }
      return try ServiceRequest(
        address, .pfx(pfx.bytes, displayName: displayName, proof: token), password: pfx.password.copy)
    case .removeKey(let keyID, _, _): return try ServiceRequest(address, .removeKey(keyID: keyID, proof: token))
    case .token(let clientID, let scope):
      return try ServiceRequest(address, .token(clientID: clientID, assertion: token, scope: scope))
    }
  }

  /// The result of `request`, once it is accepted as `CheckRequest` accepts it; `keys` may have signed its token.
  ///
  /// Throws for the first check that fails.
  public func made(
    _ request: consuming ServiceRequest, trusting keys: [TrustedKey], at time: NumericDate, with toolkit: Toolkit
  ) throws(RequestError) -> MadeRequest {
    let report = verifier(trusting: keys, with: toolkit, at: time).verify(request, at: time)
    try Self.requireAccepted(report.checks)
    guard report.isAccepted, let token = report.token else {
      throw RequestError(.tokenRejected, "the request was not accepted and is not written")
    }
    var (newCertificate, saved): (Certificate?, [UInt8]?) = (nil, nil)
    switch content {
    case .addKey(let new, _, _): newCertificate = new.certificate
    case .removeKey(_, let registered, _): saved = registered?.bytes
    case .token: break
    }
    return MadeRequest(
      folder: RequestFolder(
        request, newCertificate: newCertificate, signingCertificate: token.signer?.certificate, keyCredentials: saved),
      report: report, token: token)
  }

  private func verifier(trusting keys: [TrustedKey], with toolkit: Toolkit, at time: NumericDate) -> RequestVerifier {
    let new: NewCertificate? = if case .addKey(let new, _, _) = content { new } else { nil }
    var verifier = RequestVerifier(keys: keys, cryptography: toolkit.cryptography) {
      (pfx, password) throws(KeyError) in
      // It was opened already, and trying a password is slow on purpose.
      if let new, new.isOpened(pfx, by: password) { return new.certificate }
      return try toolkit.certificate(ofSentPFX: pfx, password, at: time)
    }
    verifier.expected = expected
    verifier.algorithms = [algorithm].compactMap(\.self)
    switch content {
    case .addKey(_, _, let policy): verifier.newCertificates = policy
    case .removeKey(_, _, let policy): verifier.removal = policy
    case .token: break
    }
    return verifier
  }
}

/// A request that was made and accepted: its files, and the findings about it.
public struct MadeRequest: ~Copyable, Sendable {
  /// The files to carry.
  public let folder: RequestFolder
  /// The findings of the checks; the request is accepted.
  public let report: RequestReport
  /// The report on the token in it.
  public let token: VerificationReport

  /// When it can be sent.
  public var window: TokenWindow { folder.window }

  /// What a person should know before sending it; `token.warnings` are for the person who signed it.
  public var warnings: [Check.Finding] {
    let host = folder.address.host
    let unknown = RequestError(.hostUnknown, "\(naming: host) is not a host of any cloud that keyroll knows")
    let own =
      folder.address.isHostKnown ? [] : [Check.Finding(reason: unknown.id, message: unknown.message)]
    return own + report.warnings.compactMap(\.finding)
  }
}

/// The credentials of an object: a saved answer, as it is and as it was read.
public struct RegisteredKeys: Sendable {
  /// The file, which goes into the folder of a removal.
  public let bytes: [UInt8]
  /// The entries of the saved answer.
  public let keys: KeyCredentials

  /// Throws what reading saved `keyCredentials` throws; `subject` is its name in messages. If there are several
  /// objects, it takes the one that has one of `ids`.
  public init(
    _ bytes: [UInt8], of subject: String, choosing ids: [ExactText] = [], with toolkit: Toolkit
  ) throws(KeyCredentialsError) {
    self.bytes = bytes
    keys = try KeyCredentials(bytes.span, of: subject, choosing: ids, cryptography: toolkit.cryptography)
  }
}
