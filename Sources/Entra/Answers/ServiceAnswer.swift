import Encodings
import JSON
public import Messages
public import Signing
public import Tokens

/// One answer of Microsoft Graph or of Entra's token endpoint: how to recognise it, what it really means, and which
/// faults of a token cause it.
///
/// The table `all` is read in both directions: from a failed check to what the service would answer, and from an answer
/// to the checks that explain it.
public struct ServiceAnswer: Sendable {
  /// A form of the answer: one of these codes or statuses, one of these phrases in its message, and none of the
  /// excluded ones. An empty list means any.
  struct Form: Sendable {
    let codes: [String]
    let statuses: [Int]
    let phrases: [String]
    let absent: [String]

    init(_ codes: String..., status: [Int] = [], saying phrases: [String] = [], without absent: [String] = []) {
      self.codes = codes
      self.statuses = status
      self.phrases = phrases
      self.absent = absent
    }
  }

  /// Stable and kebab-case.
  public let id: String
  /// The services that give it.
  public let services: [Service]
  let forms: [Form]
  /// How a report about a token quotes it as the answer of the service.
  public let quotation: String
  /// What it really means, for people.
  public let meaning: String
  /// What to do about it.
  public let nextStep: String
  /// Possible causes that cannot be seen in the token.
  public let otherCauses: [String]
  let faults: [Fault]
  /// Faults that caused it at least once, although the same service also accepted such a token; they are not predicted.
  let suspects: [Fault]
  /// The document, or the report, that is the source of this.
  public let document: String

  init(
    _ id: String, from services: Service..., as forms: [Form], quotation: String, meaning: String, nextStep: String,
    otherCauses: [String] = [], faults: [Fault] = [], suspects: [Fault] = [], document: String
  ) {
    self.id = id
    self.services = services
    self.forms = forms
    self.quotation = quotation
    self.meaning = meaning
    self.nextStep = nextStep
    self.otherCauses = otherCauses
    self.faults = faults
    self.suspects = suspects
    self.document = document
  }

  /// The checks, reasons, or checks with their reason, that are known to cause it; empty if no token causes it.
  public var faultNames: [String] { faults.map(\.name) }

  /// The same, and those that caused it although the service also accepted such a token.
  public var causeNames: [String] { (faults + suspects).map(\.name) }

  /// The codes that it comes with.
  public var codes: [String] {
    var codes: [String] = []
    for code in forms.flatMap(\.codes) where !codes.contains(code) { codes.append(code) }
    return codes
  }

  /// The known answer for an error: the first match in the table.
  public init?(_ error: ServiceError) { self.init(error, status: nil) }

  /// The same, if the status alone may identify it.
  init?(_ error: ServiceError, status: Int?) {
    let words = error.words
    let match = Self.all.first { answer in answer.forms.contains { $0.fits(error, words, status) } }
    guard let match else { return nil }
    self = match
  }

  /// All answers with a code: several if the message decides.
  public static func answers(to code: String) -> [ServiceAnswer] {
    all.filter { answer in answer.codes.contains { $0.utf8.elementsEqual(code.utf8) } }
  }

  /// The code, if the text is nothing else, in any case and with or without a space: `aadsts 700027`. Nil for any other
  /// text.
  public static func code(_ text: String) -> String? { CodeSearch.code(text) }

  /// True if such a failure is known to cause it.
  public func isExplained(by check: Check) -> Bool { fault(of: check) != nil }

  /// The fault of a failed check that is known to cause it.
  func fault(of check: Check) -> Fault? { Self.first(of: check.faultNames, in: faults + suspects) }

  /// True for a warning that may be the cause.
  public func mayBeExplained(by check: Check) -> Bool {
    Self.first(of: check.toleratedNames, in: faults + suspects) != nil
  }

  private static func first(of names: [String], in faults: [Fault]) -> Fault? {
    for name in names {
      if let fault = faults.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) { return fault }
    }
    return nil
  }

  /// The answer of the service to each fault, for a profile: the first of several in the table.
  static func quotations(of service: Service) -> [String: String] {
    var quotations: [String: String] = [:]
    for answer in all where answer.services.contains(service) {
      for fault in answer.faults where quotations[fault.name] == nil { quotations[fault.name] = answer.quotation }
    }
    return quotations
  }

  /// The answer of the services to tokens of a key that cannot be used here, or nil if nothing is known.
  public static func toKey(_ code: KeyError.Code) -> String? {
    switch code {
    case .rsaKeyTooSmall: "Entra would answer \(keyTooSmall.quotation)"
    case .keyNotRSA: "Entra would answer AADSTS5002738 or AADSTS5002730: it takes no ES256, for one"
    default: nil
    }
  }
}

extension ServiceAnswer {
  /// Every known answer; if several match, the first counts.
  public static let all = [keyTooSmall] + graph + assertion + registration + request + federation

  /// The known codes of Graph, to find them in a text.
  static let graphCodes = Set(graph.flatMap(\.codes).map { ExactText($0) })

  static let keyTooSmall = ServiceAnswer(
    "key-too-small", from: .tokenEndpoint, .graph,
    as: [Form("AADSTS50032"), Form("AADSTS700027", saying: ["key size"])],
    quotation: "AADSTS700027 or AADSTS50032, which speak of the RSA key size",
    meaning: "the RSA key has fewer than 2048 bits", nextStep: "sign with an RSA key of 2048 bits or more",
    faults: [.reason(.keyTooSmall)], document: Self.errorPage(50032))

  // MARK: Documents

  /// Microsoft's list of the codes of Entra.
  static let errorReference = "MicrosoftDocs/entra-docs docs/identity-platform/reference-error-codes.md"

  /// Microsoft's page about one code, which shows its text.
  static func errorPage(_ code: Int) -> String {
    "https://login.microsoftonline.com/error?code=\(code), as f-bader/EntraID-ErrorCodes saved it"
  }
}

/// One of the two services that receive the tokens of this room.
@nonexhaustive
public enum Service: String, Sendable, Hashable, CaseIterable {
  /// Microsoft Graph, which receives a proof for `addKey` and `removeKey`.
  case graph = "graph"
  /// Entra's token endpoint, which receives a client assertion.
  case tokenEndpoint = "token-endpoint"

  /// For people.
  public var title: String {
    switch self {
    case .graph: "Microsoft Graph"
    case .tokenEndpoint: "the token endpoint"
    }
  }

  /// The service that a token seems to be made for: an assertion names a subject or an address.
  public init(takerOf token: UnverifiedToken) {
    let claims = (try? token.claims.get()) ?? JSONObject()
    let isAddressed = claims["aud"]?.string?.text.utf8.starts(with: "https://".utf8) ?? false
    self = isAddressed || claims["sub"] != nil ? .tokenEndpoint : .graph
  }
}

extension ServiceAnswer.Form {
  fileprivate func fits(_ error: ServiceError, _ words: [UInt8], _ status: Int?) -> Bool {
    let hasCode =
      codes.isEmpty && statuses.isEmpty || codes.contains(where: error.hasCode)
      || (status.map(statuses.contains) ?? false)
    let says = { (phrase: String) in words.span.firstOffset(of: Array(phrase.utf8)) != nil }
    return hasCode && (phrases.isEmpty || phrases.contains(where: says)) && !absent.contains(where: says)
  }
}

/// A mistake in a token, as far as a service tells mistakes apart: a check, a reason, or a reason in one check.
struct Fault: Sendable {
  /// `id:reason`, the reason or the id.
  let name: String
  /// What to do about this one, if the advice for the answer alone is too general.
  private(set) var step: String?

  /// A check that fails for any reason.
  static func check(_ id: String) -> Fault { Fault(name: id) }
  /// A reason in any check.
  static func reason(_ reason: Check.Reason) -> Fault { Fault(name: reason.rawValue) }
  static func check(_ id: String, _ reason: Check.Reason) -> Fault { Fault(name: "\(id):\(reason.rawValue)") }

  func mended(by step: String) -> Fault {
    var fault = self
    fault.step = step
    return fault
  }
}
