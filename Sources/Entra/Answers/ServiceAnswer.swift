public import Messages
public import Tokens
public import Signing

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

extension ServiceAnswer.Form {
  fileprivate func fits(_ error: ServiceError) -> Bool {
    (codes.isEmpty || codes.contains(where: error.hasCode)) && (phrases.isEmpty || phrases.contains(where: error.says))
  }
}
