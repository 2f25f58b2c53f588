import Encodings
import JSON
public import Messages
public import Signing

/// Makes tokens with one key: judges the draft, has it signed, and returns only a token that passes the verifier.
public struct TokenAssembler: Sendable {
  private let signer: any Signer
  private let tokenVerifier: TokenVerifier

  /// Throws what making a verifier for the signer's key throws, such as `key-not-rsa`.
  public init(profile: Profile, signer: any Signer, cryptography: any Cryptography) throws(TokenError) {
    let verifier: any SignatureVerifier
    do throws(KeyError) { verifier = try cryptography.verifier(for: signer.publicKey) } catch {
      throw TokenError(error)
    }
    self.signer = signer
    tokenVerifier = TokenVerifier(
      profile: profile, keys: [TrustedKey(verifier, certificate: signer.certificates.first)],
      cryptography: cryptography)
  }

  /// Judges a draft. One that the profile refuses, or that was made for another key, never reaches the key.
  ///
  /// `time` is when the draft is made. It is judged for that time, or for its `nbf` if that is later. The key is not
  /// used.
  @discardableResult
  public func judge(_ draft: TokenDraft, at time: NumericDate) throws(TokenError) -> JudgedDraft {
    try requireOwn(draft)
    let encoded: EncodedDraft
    do throws(TokenError) { encoded = try EncodedDraft(draft) } catch {
      // The findings of the profile come first.
      try TokenError.throwIfRefused(tokenVerifier.check(draft, at: draft.window.start(notBefore: time)))
      throw error
    }
    return try judge(encoded, at: time)
  }

  /// The same for the draft of a signing request, in the bytes of the request.
  public func judge(_ request: SigningRequest, at time: NumericDate) throws(TokenError) -> JudgedDraft {
    try judge(request, at: time, refusing: "the token was not signed")
  }

  func judge(
    _ request: SigningRequest, at time: NumericDate, refusing subject: String
  ) throws(TokenError) -> JudgedDraft {
    try requireOwn(request.draft)
    return try judge(request.encoded, at: time, refusing: subject)
  }

  /// Judges the values that are read back from the bytes to be signed, and not the values that they were made from.
  private func judge(
    _ encoded: EncodedDraft, at time: NumericDate, refusing subject: String = "the token was not signed"
  ) throws(TokenError) -> JudgedDraft {
    let start = encoded.draft.window.start(notBefore: time)
    let checks = tokenVerifier.check(encoded.draft, at: start)
    try TokenError.throwIfRefused(checks, subject)
    return JudgedDraft(assembler: self, encoded: encoded, start: start, checks: checks)
  }

  /// Judges a draft and signs it; a refused draft never reaches the key.
  public func assemble(_ draft: TokenDraft, at time: NumericDate) throws(TokenError) -> SignedToken {
    try judge(draft, at: time).sign()
  }

  /// Signs, and returns the token if it passes the verifier.
  fileprivate func sign(_ encoded: EncodedDraft, for start: NumericDate) throws(TokenError) -> SignedToken {
    var text = encoded.signingInput
    let signature: Signature
    do throws(SigningError) { signature = try signer.sign(text.span) } catch { throw TokenError(error) }
    text.append(UInt8(ascii: "."))
    Base64.url.append(signature.bytes.span, to: &text)

    let report = tokenVerifier.verify(text.span, at: start)
    guard report.isAccepted else {
      throw TokenError("the signed token did not pass the verifier and was discarded", report.failedChecks)
    }
    return SignedToken(bytes: text, report: report)
  }

  /// The rules judge a draft by the key that it names, so it must name the one that signs.
  private func requireOwn(_ draft: TokenDraft) throws(TokenError) {
    guard draft.publicKey == signer.publicKey, draft.certificate == signer.certificates.first,
      draft.header["alg"] == .string(ExactText(signer.algorithm.rawValue))
    else {
      throw TokenError(
        id: "key-mismatch", "the draft was made for another key, certificate or algorithm than the signer has",
        hint: "make the draft for the signer that signs it")
    }
  }
}

/// A draft that an assembler accepts, with the bytes to be signed; only `TokenAssembler.judge` makes one.
///
/// It contains its assembler, so that only the key that it was judged for can sign it.
public struct JudgedDraft: Sendable {
  fileprivate let assembler: TokenAssembler
  fileprivate let encoded: EncodedDraft
  /// The time that it was judged for, and that its token will be judged for.
  public let start: NumericDate
  fileprivate let checks: [Check]

  /// What a person should know before it is signed.
  public var warnings: [Check] { checks.filter { $0.status == .warning } }

  /// Uses the key once. Throws the error of the key, and the first check that the finished token fails.
  public func sign() throws(TokenError) -> SignedToken { try assembler.sign(encoded, for: start) }
}

/// A finished token that has passed the verifier.
public struct SignedToken: Sendable {
  /// The compact serialization, ASCII, without a newline.
  public let bytes: [UInt8]
  /// The report from before it was returned; it may have warnings.
  public let report: VerificationReport

  /// When it can be used.
  public var window: TokenWindow { TokenWindow(report.verifiedToken?.claims ?? JSONObject()) }

  /// The same as text.
  public var text: String { String(validating: bytes, as: UTF8.self) ?? "" }

  init(bytes: [UInt8], report: VerificationReport) {
    self.bytes = bytes
    self.report = report
  }
}

/// A token that was not made: the draft was refused, the key failed, or the result did not pass the verifier.
public struct TokenError: DiagnosticError {
  /// The reason of the first failed check, or one of `ids`.
  public let id: String
  public let message: String
  public let hint: String?
  /// Every check that failed; the message is from the first.
  public let failedChecks: [Check]

  /// The ids that are not reasons of checks.
  public static let ids = ["key-mismatch", "token-refused"]

  init(id: String, _ message: String, hint: String? = nil, failedChecks: [Check] = []) {
    self.id = id
    self.message = message
    self.hint = hint
    self.failedChecks = failedChecks
  }

  /// The error for checks that failed.
  init(_ subject: String, _ failedChecks: [Check]) {
    let finding = failedChecks.first?.finding
    let others = failedChecks.count > 1 ? " (and \(failedChecks.count - 1) more)" : ""
    self.init(
      id: finding?.reason ?? "token-refused", "\(subject): \(finding?.message ?? "not accepted")\(others)",
      hint: finding?.hint ?? finding?.serviceAnswer.map { "the service would answer: \($0)" },
      failedChecks: failedChecks)
  }

  /// Throws if the draft has a failed check, before any key is used.
  static func throwIfRefused(
    _ checks: [Check], _ subject: String = "the token was not signed"
  ) throws(TokenError) {
    let refused = checks.filter { $0.status == .failed }
    if !refused.isEmpty { throw TokenError(subject, refused) }
  }

  package init(_ error: some DiagnosticError) {
    self.init(id: error.id, error.message, hint: error.hint)
  }
}
