import Encodings
import JSON
public import Messages
public import Signing
public import Tokens

/// One answer of Microsoft Graph or of Entra's token endpoint: how it is recognised, what it really means, and which faults of a
/// token it comes from.
///
/// The table of them, `all`, is read in both directions: from a failed check to what the service would answer, and from an
/// answer to the checks that explain it.
public struct ServiceAnswer: Sendable {
  /// A shape in which it comes: with one of the codes, and with one of the phrases in its message; none named means any.
  struct Form: Sendable {
    let codes: [String]
    let phrases: [String]

    init(_ codes: String..., saying phrases: [String] = []) {
      self.codes = codes
      self.phrases = phrases
    }
  }

  /// Stable and kebab-case.
  public let id: String
  /// Those that give it.
  public let services: [Service]
  let forms: [Form]
  /// What a report about a token says that the service would answer.
  public let quotation: String
  /// What it really means, for people.
  public let meaning: String
  /// What to do about it.
  public let nextStep: String
  /// What can be behind it and cannot be seen in the token.
  public let otherCauses: [String]
  let faults: [Fault]

  init(
    _ id: String, from services: Service..., as forms: [Form], quotation: String, meaning: String, nextStep: String,
    otherCauses: [String] = [], faults: [Fault] = []
  ) {
    self.id = id
    self.services = services
    self.forms = forms
    self.quotation = quotation
    self.meaning = meaning
    self.nextStep = nextStep
    self.otherCauses = otherCauses
    self.faults = faults
  }

  /// The checks, reasons, or checks with their reason, that it is known to come from; empty where no token causes it.
  public var faultNames: [String] { faults.map(\.name) }

  /// The known answer that an error is: the first of the table that fits.
  public init?(_ error: ServiceError) {
    guard let match = Self.all.first(where: { answer in answer.forms.contains { $0.fits(error) } }) else { return nil }
    self = match
  }

  /// True when it is known to come from such a failure.
  public func isExplained(by check: Check) -> Bool {
    check.faultNames.contains { name in faults.contains { $0.name.utf8.elementsEqual(name.utf8) } }
  }

  /// What the service answers to each fault, for a profile: of several answers the first of the table.
  static func quotations(of service: Service) -> [String: String] {
    var quotations: [String: String] = [:]
    for answer in all where answer.services.contains(service) {
      for fault in answer.faults where quotations[fault.name] == nil { quotations[fault.name] = answer.quotation }
    }
    return quotations
  }

  /// What the services answer to tokens of a key that cannot be used here, or nil where nothing is known.
  public static func toKey(_ code: KeyError.Code) -> String? {
    switch code {
    case .rsaKeyTooSmall: "Entra would answer \(keyTooSmall.quotation)"
    case .keyNotRSA: "Entra would answer AADSTS5002738 or AADSTS5002730: it takes no ES256, for one"
    default: nil
    }
  }
}

/// One of the two services that take the tokens of this room.
@nonexhaustive
public enum Service: String, Sendable, Hashable, CaseIterable {
  /// Microsoft Graph, which takes a proof for `addKey` and `removeKey`.
  case graph = "graph"
  /// Entra's token endpoint, which takes a client assertion.
  case tokenEndpoint = "token-endpoint"

  /// For people.
  public var title: String {
    switch self {
    case .graph: "Microsoft Graph"
    case .tokenEndpoint: "the token endpoint"
    }
  }

  /// The one that a token looks made for: an assertion names a subject or an address.
  public init(takerOf token: UnverifiedToken) {
    let claims = (try? token.claims.get()) ?? JSONObject()
    let isAddressed = claims["aud"]?.string?.text.utf8.starts(with: "https://".utf8) ?? false
    self = isAddressed || claims["sub"] != nil ? .tokenEndpoint : .graph
  }
}

extension ServiceAnswer {
  /// What Microsoft Graph answers to `addKey` and `removeKey`.
  static let graph: [ServiceAnswer] = [
    ServiceAnswer(
      "proof-refused", from: .graph, as: [Form("Authentication_MissingOrMalformed")],
      quotation:
        "401 Authentication_MissingOrMalformed, \"Access Token missing or malformed.\"; it means the proof, not the access token",
      meaning: "from addKey or removeKey it means that the proof is bad: the message blames the wrong token",
      nextStep:
        "sign a new proof: iss is the object id of the object in the address, the certificate one registered on it that has not ended",
      otherCauses: [
        "the certificate is not registered on the object in the address, or has ended there",
        "the address names another object than iss does",
        "the certificate was added just now: a new one was seen to take about 20 s, so a 401 right after addKey is not yet a failure",
        "the clock of the signing machine differs from the service's; how much the service tolerates is not documented",
        "the request was neither addKey nor removeKey, and its access token is bad after all",
      ],
      faults: [
        .reason(.base64Padding), .reason(.base64OtherAlphabet), .reason(.base64Whitespace), .check("aud"),
        .check("iss"), .check("signature"), .check("exp"), .check("lifetime"),
        // A window that began in 1970 is far too long.
        .check("nbf", .dateNear1970), .check("x5t"), .check("kid"), .reason(.keyNotRegistered), .check("key-hint"),
        .reason(.certificateExpired), .reason(.registrationExpired),
        .check("serialization"), .check("header-json"), .check("claims-json"),
      ]),
    ServiceAnswer(
      "nothing-to-remove", from: .graph,
      as: [Form("Request_BadRequest", saying: ["no credentials found to be removed"])],
      quotation: "400 Request_BadRequest, \"No credentials found to be removed.\"",
      meaning:
        "no credential has the keyId of the request, or the replica that answered lags behind: the removal may still take effect",
      nextStep: "read keyCredentials again after some minutes before sending the request again"),
    ServiceAnswer(
      "key-not-base64", from: .graph, as: [Form(saying: ["edm.binary"])],
      quotation: "400, \"Cannot convert a primitive value to the expected type 'Edm.Binary'\"",
      meaning: "key in the body is base64url or not base64 at all, and standard base64 is wanted",
      nextStep: "write key as keyroll certificate FILE prints it"),
    ServiceAnswer(
      "key-not-certificate", from: .graph, as: [Form(saying: ["cannot find the requested object"])],
      quotation: "400, \"Invalid credential value. … Cannot find the requested object.\"",
      meaning: "key in the body is not a DER certificate",
      nextStep: "write key as keyroll certificate FILE prints it: the certificate, not its public key, and not PEM text"
    ),
    ServiceAnswer(
      "certificate-outlives-policy", from: .graph, as: [Form("CredentialInvalidLifetimeAsPerAppPolicy")],
      quotation: "400 CredentialInvalidLifetimeAsPerAppPolicy",
      meaning: "the certificate lives longer than the tenant's policy allows",
      nextStep: "add a certificate with a shorter life, or have the policy changed"),
    ServiceAnswer(
      "end-date-past-certificate", from: .graph, as: [Form("KeyCredentialsInvalidEndDate")],
      quotation: "400 KeyCredentialsInvalidEndDate",
      meaning: "endDateTime in the body is past the end of the certificate",
      nextStep: "leave endDateTime out, or take the one that keyroll certificate FILE prints"),
  ]
}

extension ServiceAnswer {
  /// Every known answer; where several fit, the first is meant.
  public static let all = [keyTooSmall] + graph + tokenEndpoint

  static let keyTooSmall = ServiceAnswer(
    "key-too-small", from: .tokenEndpoint, .graph,
    as: [Form("AADSTS50032"), Form("AADSTS700027", saying: ["key size"])],
    quotation: "AADSTS700027 or AADSTS50032, which speak of the RSA key size",
    meaning: "the RSA key has fewer than 2048 bits", nextStep: "sign with an RSA key of 2048 bits or more",
    faults: [.reason(.keyTooSmall)])

  /// What Entra's token endpoint answers.
  ///
  /// Faults are named with their reason, not by check alone: what lenient rules tolerate is refused here and not by the
  /// service, and of other faults in the same claim nobody has told the answer.
  static let tokenEndpoint: [ServiceAnswer] = [
    ServiceAnswer(
      "client-mismatch", from: .tokenEndpoint, as: [Form("AADSTS700021")],
      quotation: "AADSTS700021: iss or sub is not the client_id of the request",
      meaning: "iss or sub of the assertion is not the client_id of the request",
      nextStep: "write the client (application) id, not an object id, into iss, sub and client_id",
      otherCauses: ["client_id in the request is another than in the assertion"],
      faults: [
        .check("iss", .claimMismatch), .check("sub", .claimMismatch), .check("sub-is-iss", .claimMismatch),
      ]),
    ServiceAnswer(
      "audience-refused", from: .tokenEndpoint,
      as: [Form("AADSTS700023"), Form("AADSTS50012", saying: ["audience"])],
      quotation: "AADSTS700023 (formerly AADSTS50012): the audience is of another host, tenant or cloud",
      meaning: "aud of the assertion is of another host, tenant or cloud than the endpoint",
      nextStep: "let aud be the address that the request goes to",
      otherCauses: ["the request went to another host or tenant than aud names"],
      faults: [.check("aud", .claimMismatch), .check("aud", .claimKnownMistake)]),
    ServiceAnswer(
      "outside-window", from: .tokenEndpoint, as: [Form("AADSTS700024")],
      quotation: "AADSTS700024: the assertion is outside its time range",
      meaning: "the request came before nbf or after exp",
      nextStep:
        "compare the clock with the service's, write the times in UTC, and make a new assertion for each request",
      otherCauses: [
        "the assertion was used again after it had expired",
        "the clock of the signing machine differs from the service's; how much the service tolerates is not documented",
      ],
      faults: [.reason(.notYetValid), .reason(.expired)]),
    ServiceAnswer(
      "key-not-found", from: .tokenEndpoint, as: [Form("AADSTS700027", saying: ["key was not found"])],
      quotation: "AADSTS700027, \"key was not found\", with the thumbprint that it received in hexadecimal",
      meaning: "no certificate of the application has the thumbprint that the header names",
      nextStep:
        "compare the hexadecimal digits with keyroll certificate FILE, and that certificate with those registered on the application",
      otherCauses: [
        "the certificate is not registered on this application, or it is registered on another of the same name, tenant or cloud",
        "the certificate was added just now: a new one was seen to take up to minutes at this endpoint",
      ],
      faults: [
        .reason(.thumbprintOfAnother), .reason(.thumbprintHexText), .reason(.thumbprintWrongHash),
        .reason(.thumbprintLength), .reason(.keyNotRegistered),
      ]),
    ServiceAnswer(
      "signature-refused", from: .tokenEndpoint,
      as: [Form("AADSTS700027", saying: ["invalid signature", "did not match the expected signature"])],
      quotation: "AADSTS700027, \"contains an invalid signature\"",
      meaning: "the certificate that the header names is not the one that signed, or x5c is in the wrong order",
      nextStep: "sign with the key of the certificate that the header names, and put that certificate first in x5c",
      otherCauses: ["the assertion was changed on its way, or this is not the one that was sent"],
      faults: [.check("signature"), .reason(.certificateChainOfAnother), .reason(.certificateChainOrder)]),
    ServiceAnswer(
      "type-refused", from: .tokenEndpoint, as: [Form("AADSTS5002727")], quotation: "AADSTS5002727: typ is wrong",
      meaning: "typ in the header is not JWT", nextStep: "write typ as JWT",
      faults: [.reason(.wrongType)]),
    ServiceAnswer(
      "key-unfit", from: .tokenEndpoint, as: [Form("AADSTS5002730")],
      quotation: "AADSTS5002730: the key does not suit alg",
      meaning: "the key of the certificate does not suit alg in the header",
      nextStep: "sign with an RSA key, and with an algorithm that it is for",
      faults: [.reason(.keyUnfit), .reason(.keyNotForAlgorithm)]),
    ServiceAnswer(
      "algorithm-refused", from: .tokenEndpoint, as: [Form("AADSTS5002738")],
      quotation: "AADSTS5002738: alg is not supported",
      meaning: "alg in the header is not supported, as ES256 is not",
      nextStep: "sign with PS256, or with RS256 and x5t",
      faults: [.reason(.algorithmUnknown)]),
    ServiceAnswer(
      "chain-refused", from: .tokenEndpoint, as: [Form("AADSTS7000213")],
      quotation: "AADSTS7000213: the certificate chain is invalid",
      meaning: "the certificates in x5c make no valid chain",
      nextStep:
        "follow each certificate in x5c with its issuer's, or leave x5c out where the application does not need it",
      otherCauses: ["a certificate of the chain has ended, was revoked, or is missing"],
      faults: [.reason(.certificateChainBroken)]),
    ServiceAnswer(
      "application-or-tenant-unknown", from: .tokenEndpoint, as: [Form("AADSTS700016"), Form("AADSTS90002")],
      quotation: "AADSTS700016 or AADSTS90002: the application or tenant is unknown",
      meaning: "the endpoint does not know the application or the tenant: often it is that of the wrong cloud",
      nextStep: "compare tenant, client id and the host of the endpoint with the cloud that the application is in",
      otherCauses: ["the request went to the host of another cloud, or to another tenant"],
      // A host, tenant or client that is wrong in the assertion is mostly wrong in the request too.
      faults: [
        .check("aud", .claimMismatch), .check("aud", .claimKnownMistake), .check("iss", .claimMismatch),
        .check("sub", .claimMismatch),
      ]),
  ]
}

extension ServiceAnswer.Form {
  fileprivate func fits(_ error: ServiceError) -> Bool {
    (codes.isEmpty || codes.contains(where: error.hasCode)) && (phrases.isEmpty || phrases.contains(where: error.says))
  }
}

/// What can be wrong with a token, as far as a service tells faults apart: a check, a reason, or a reason in one check.
struct Fault: Sendable, Hashable {
  /// `id:reason`, the reason or the id.
  let name: String

  /// A check that fails for whatever reason.
  static func check(_ id: String) -> Fault { Fault(name: id) }
  /// A reason, whatever check gives it.
  static func reason(_ reason: Check.Reason) -> Fault { Fault(name: reason.rawValue) }
  static func check(_ id: String, _ reason: Check.Reason) -> Fault { Fault(name: "\(id):\(reason.rawValue)") }
}
