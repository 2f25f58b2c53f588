public import Encodings
public import JSON
public import Messages
public import Signing
public import Tokens

/// The findings about a request before it is sent: its own checks, and the report on the token in it.
public struct RequestReport: Sendable {
  /// Where the request is sent to; nil if that cannot be read.
  public let address: RequestAddress?
  /// What a request asks for that lists what is registered; nil for other requests.
  public let listing: GraphListing?
  /// The time that it was judged for.
  public let time: NumericDate
  /// The checks of the request itself, without those of its token.
  public internal(set) var checks: [Check]
  /// On the proof or the assertion; nil if the body cannot be read.
  public let token: VerificationReport?
  /// What the request asks for; nil if the body cannot be read.
  public let values: RequestValues?

  /// The version of the JSON form; it goes up if a member changes its meaning or is removed.
  public static let jsonVersion: Int64 = 1

  public init(
    address: RequestAddress?, time: NumericDate, checks: [Check], token: VerificationReport?,
    values: RequestValues? = nil, listing: GraphListing? = nil
  ) {
    self.address = address
    self.listing = listing
    self.time = time
    self.checks = checks
    self.token = token
    self.values = values
  }

  /// The verdict in one word.
  @nonexhaustive
  public enum Verdict: String, Sendable, Hashable, CaseIterable {
    /// It can be sent now.
    case accepted
    /// Accepted, but its window is not open yet.
    case notYetValid = "not-yet-valid"
    /// A check failed, or the token was not accepted: do not send it.
    case rejected
  }

  /// Whether it can be sent now, later or not at all.
  public var verdict: Verdict { isAccepted ? opening == nil ? .accepted : .notYetValid : .rejected }

  /// The time at which the window of an accepted token opens; nil if it is open, over, or not known.
  public var opening: NumericDate? {
    guard let start = token?.verifiedToken.flatMap({ TokenWindow($0.claims).start }), time < start else { return nil }
    return start
  }

  /// The same with more checks, such as those of files, in front of the others.
  public func preceded(by checks: [Check]) -> RequestReport {
    RequestReport(
      address: address, time: time, checks: checks + self.checks, token: token, values: values, listing: listing)
  }

  /// True if it can be sent, now or in its window: it has checks, none of them failed, and the token was accepted. A request that
  /// lists what is registered has no token.
  public var isAccepted: Bool {
    if checks.isEmpty || !failedChecks.isEmpty { return false }
    return listing != nil || (address != nil && token?.isAccepted == true)
  }

  /// The name of the command that makes such a request; nil for one of an unknown kind.
  public var requestName: String? { address?.requestName ?? listing.map { _ in GraphListing.requestName } }

  /// The checks of the request that failed.
  public var failedChecks: [Check] { checks.filter { $0.status == .failed } }
  /// The checks of the request that are warnings.
  public var warnings: [Check] { checks.filter { $0.status == .warning } }

  /// `version`, `accepted`, `verdict`, `request`, `address`, `at`, `values`, `checks`, and `token` with the report on it.
  public var json: JSONObject {
    var object: JSONObject = ["version": .integer(Self.jsonVersion), "accepted": .boolean(isAccepted)]
    object["verdict"] = .string(ExactText(verdict.rawValue))
    object["request"] = requestName.map { .string(ExactText($0)) }
    object["address"] = (address?.description ?? listing?.description).map { .string(ExactText($0)) }
    object["at"] = .string(ExactText(time.description))
    object["values"] = values.map { .object($0.json) }
    object["checks"] = .array(checks.map { .object($0.json) })
    object["token"] = token.map { .object($0.json) }
    return object
  }
}

/// The values of a request that a person compares before it is sent.
public struct RequestValues: Sendable {
  /// Where the request is sent to.
  public let address: RequestAddress
  /// The object id in the address, or otherwise the issuer in the proof; nil for a token request.
  public let objectID: ExactText?
  /// Set only for `removeKey`.
  public let keyID: ExactText?
  /// Set only for a token request.
  public let scope: ExactText?
  /// What Graph shows for the new key; nil if the request does not say.
  public let displayName: ExactText?
  /// Set only for `addKey`, and nil if the certificate cannot be read.
  public let newCertificate: Certificate?
  /// The certificate that verified the proof or the assertion; nil if there is none.
  public let signingCertificate: Certificate?

  init(_ request: borrowing ServiceRequest, newCertificate: Certificate?, signingCertificate: Certificate?) {
    address = request.address
    displayName = request.body.displayName
    self.newCertificate = newCertificate
    self.signingCertificate = signingCertificate
    switch request.body {
    case .removeKey(let keyID, _): (self.keyID, scope) = (keyID, nil)
    case .token(_, _, let scope): (keyID, self.scope) = (nil, scope)
    case .certificate, .pfx: (keyID, scope) = (nil, nil)
    }
    switch request.address {
    case .graph(let address): objectID = address.objectID ?? Self.issuer(of: request.body.token)
    case .token: objectID = nil
    }
  }

  private static func issuer(of proof: ExactText) -> ExactText? {
    let token = try? UnverifiedToken(Array(proof.text.utf8).span)
    return try? token?.claims.get()["iss"]?.string
  }

  /// `host`, and if they apply `object`, `appId`, `keyId`, `scope`, `displayName`, `newCertificate`, `signingCertificate`.
  public var json: JSONObject {
    var object: JSONObject = ["host": .string(ExactText(address.host))]
    object["object"] = objectID.map(JSONValue.string)
    if case .graph(let address) = address { object["appId"] = address.appID.map(JSONValue.string) }
    object["keyId"] = keyID.map(JSONValue.string)
    object["scope"] = scope.map(JSONValue.string)
    object["displayName"] = displayName.map(JSONValue.string)
    object["newCertificate"] = newCertificate.map(Self.json)
    object["signingCertificate"] = signingCertificate.map(Self.json)
    return object
  }

  private static func json(_ certificate: Certificate) -> JSONValue {
    let forms = KeyCredentialForms(certificate)
    return .object([
      "subject": .string(ExactText(certificate.subject)), "sha1": .string(ExactText(forms.thumbprint)),
      "sha256": .string(ExactText(forms.sha256Thumbprint)),
    ])
  }
}

/// A request that would not do what is wanted, and was not made.
public typealias RequestError = Failure<RequestErrorCode>

/// The reasons of a `RequestError`, by their stable ids.
@nonexhaustive
public enum RequestErrorCode: String, FailureCode {
  case addressMalformed = "address-malformed"
  case objectMismatch = "object-mismatch"
  case hostUnknown = "host-unknown"
  case hostMismatch = "host-mismatch"
  case scopeMismatch = "scope-mismatch"
  case keyIDMismatch = "key-id-mismatch"
  case newCertificateMismatch = "new-certificate-mismatch"
  case signerMismatch = "signer-mismatch"
  case signerNotNamed = "signer-not-named"
  case requestMismatch = "request-mismatch"
  case configurationAltered = "configuration-altered"
  case bodyMalformed = "body-malformed"
  case requestTooLarge = "request-too-large"
  case displayNameTooLong = "display-name-too-long"
  case keyNotBase64 = "key-not-base64"
  case keyNotCertificate = "key-not-certificate"
  case privateKeyInBody = "private-key-in-body"
  case passwordNotText = "password-not-text"
  case passwordNotNeeded = "password-not-needed"
  case certificateLifetime = "certificate-lifetime"
  case certificateRegistered = "certificate-registered"
  case credentialUnknown = "credential-unknown"
  case credentialSigns = "credential-signs"
  case credentialLast = "credential-last"
  case fileMissing = "file-missing"
  case fileDiffers = "file-differs"
  case fileUnexpected = "file-unexpected"
  case fileNotRegular = "file-not-regular"
  case fileOwner = "file-owner"
  case fileMode = "file-mode"
  case sentAlready = "sent-already"
  case tokenRejected = "token-rejected"
}

extension RequestError {
  /// The error for the first failed check; nil if none failed.
  public init?(failed checks: [Check]) {
    guard let finding = checks.first(where: { $0.status == .failed })?.finding else { return nil }
    self.init(id: finding.reason, finding.message, hint: finding.hint)
  }
}
