public import Encodings
public import Entra
public import Signing
public import Tokens

/// What an answer of the services is evidence of, once it is known which request of a rollover it answers.
///
/// The answers are as honest as the machine that sent the requests: whoever controls it can forge every one of them.
public struct RolloverEvidence: Sendable {
  /// For the journal; empty for an answer that says nothing about either key, such as a token by the old one.
  public let kinds: [RolloverEvent.Kind]
  /// When the service answered, by its own clock.
  public let answered: NumericDate?
  /// The id of the known answer or the code of the error, where the request was not done.
  public let refusal: ExactText?
  /// What the answer really means; nil for a list.
  public let explanation: ResponseExplanation?

  init(_ kinds: [RolloverEvent.Kind], at answered: NumericDate?) {
    self.kinds = kinds
    self.answered = answered
    refusal = nil
    explanation = nil
  }

  private init(_ kinds: [RolloverEvent.Kind], refusal: ExactText?, _ explanation: ResponseExplanation) {
    self.kinds = kinds
    answered = explanation.response.date
    self.refusal = refusal
    self.explanation = explanation
  }
}

/// The two certificates of a rollover, by which entries are found.
public struct RolloverCertificates: Sendable {
  /// The certificate of the old key.
  public let old: Certificate
  /// Nil as long as it has not been issued.
  public let new: Certificate?

  public init(old: Certificate, new: Certificate?) {
    self.old = old
    self.new = new
  }

  /// The entries of the two: never found by their place in the list.
  public func listing(in keys: KeyCredentials) -> RolloverEvent.Listing {
    func ids(_ certificate: Certificate?, forVerifying: Bool) -> [ExactText] {
      keys.entries.filter { entry in
        entry.isForVerifying == forVerifying && (certificate.map(entry.isOf) ?? false)
      }.map(\.keyID)
    }
    return RolloverEvent.Listing(
      new: ids(new, forVerifying: true), old: ids(old, forVerifying: true),
      oldForSigning: ids(old, forVerifying: false))
  }
}

extension RolloverEvidence {
  /// Reads what curl saved of the answer to one request.
  ///
  /// - Parameters:
  ///   - answer: the header and the body of the answer.
  ///   - action: what the request asked for.
  ///   - role: the key that signed the assertion of a token request.
  ///   - removed: the key id in a request for a removal.
  ///   - certificates: the old and the new certificate, to recognise their entries in a list.
  ///   - cryptography: reads the certificates of a list.
  ///
  /// Throws `evidence-unknown`, and the ids of what reads answers and lists.
  public init(
    _ answer: Span<UInt8>, to action: PackageAction, by role: RolloverKeyRole, removing removed: ExactText? = nil,
    _ certificates: RolloverCertificates, cryptography: any Cryptography
  ) throws(RolloverError) {
    if action == .list, let list = try Self.list(answer, certificates, cryptography) {
      self = list
      return
    }
    let response = try RolloverError.passing { () throws(ResponseError) in try ServiceResponse(answer) }
    let explanation = ResponseExplanation(response, token: nil, certificates: [])
    switch (action, response.kind) {
    case (.token, .accessToken), (.attempt, .accessToken):
      self.init(role == .new ? [.accepted] : [], refusal: nil, explanation)
    case (.addKey, .keyCredential(let id?, _)) where TextForm.guid.matches(id):
      self.init([.added(keyID: id)], refusal: nil, explanation)
    case (.removeKey, .noContent):
      self.init(removed.map { [.removed(keyID: $0)] } ?? [], refusal: nil, explanation)
    case (_, .error(let error)):
      self.init(
        refused: action, by: role, ExactText(explanation.answer?.id ?? error.name?.text ?? "error"), explanation)
    case (_, .otherFailure), (_, .webPage):
      self.init(refused: action, by: role, ExactText("status-\(response.status ?? 0)"), explanation)
    default:
      throw RolloverError(
        .evidenceUnknown,
        "the answer to \(action.rawValue) is not one that this request is given: \(explanation.meaning)",
        hint: "look whether the files of two requests were exchanged")
    }
  }

  private init(
    refused action: PackageAction, by role: RolloverKeyRole, _ answer: ExactText, _ explanation: ResponseExplanation
  ) {
    let kind: RolloverEvent.Kind
    switch action {
    case .token, .attempt: kind = .refused(role, answer: answer)
    case .list where explanation.response.status == 403: kind = .listingRefused
    case .list, .addKey, .removeKey: kind = .failed(action, answer: answer)
    }
    self.init([kind], refusal: answer, explanation)
  }

  /// Nil where the answer is an error.
  private static func list(
    _ answer: Span<UInt8>, _ certificates: RolloverCertificates, _ cryptography: any Cryptography
  ) throws(RolloverError) -> RolloverEvidence? {
    let saved = try RolloverError.passing { () throws(ResponseError) in try SavedResponse(answer) }
    guard saved.status == nil || saved.status == 200 else { return nil }
    let keys = try RolloverError.passing { () throws(KeyCredentialsError) in
      try KeyCredentials(answer, of: "the list", cryptography: cryptography)
    }
    return RolloverEvidence([.listed(certificates.listing(in: keys))], at: keys.answered)
  }

  /// What Graph, the portal, PowerShell or `az` listed and a person saved, perhaps with the header of the answer.
  ///
  /// Throws `evidence-unknown` where it says that it is the list of another object.
  public static func savedList(
    _ bytes: Span<UInt8>, of object: RolloverPlan.Object, _ certificates: RolloverCertificates,
    cryptography: any Cryptography
  ) throws(RolloverError) -> RolloverEvidence {
    let keys = try RolloverError.passing { () throws(KeyCredentialsError) in
      try KeyCredentials(bytes, of: "the list", choosing: [object.objectID], cryptography: cryptography)
    }
    if let id = keys.objectID, !id.isSameGUID(as: object.objectID) {
      throw RolloverError(
        .evidenceUnknown, "the list is of the object \(id), and this rollover is of \(object.objectID)",
        hint: "save the list of the right object")
    }
    return RolloverEvidence([.listed(certificates.listing(in: keys))], at: keys.answered)
  }

  /// The same answer without the tokens in it, to be kept.
  public static func withoutTokens(_ answer: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    var rest = answer[...]
    let mark = Array("_token\"".utf8)
    while let index = rest.indices.first(where: { rest[$0...].starts(with: mark) }) {
      let end = index + mark.count
      output += rest[..<end]
      rest = rest[end...]
      let gap = rest.prefix { ASCII.isWhiteSpace($0) || $0 == UInt8(ascii: ":") }
      guard rest.dropFirst(gap.count).first == UInt8(ascii: "\"") else { continue }
      output += gap + Array("\"taken out\"".utf8)
      rest = rest.dropFirst(gap.count + 1)
      var isEscaped = false
      while let byte = rest.popFirst(), isEscaped || byte != UInt8(ascii: "\"") {
        isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
      }
    }
    return output + rest
  }
}
