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
  /// The id of the known answer or the code of the error, if the request was not done.
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

  /// More entries of one certificate say nothing more: two are a conflict.
  static let mostEntries = 16

  /// The entries of the two: never found by their place in the list.
  public func listing(in keys: KeyCredentials) -> RolloverEvent.Listing {
    func ids(_ certificate: Certificate?, forVerifying: Bool) -> [ExactText] {
      keys.entries.filter { entry in
        entry.isForVerifying == forVerifying && (certificate.map(entry.isOf) ?? false)
      }.map(\.keyID).filter { TextForm.guid.matches($0) }.prefix(Self.mostEntries).map(\.self)
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
    case (_, .error(let error)) where response.place == nil:
      self.init(
        notDone: action, by: role, Self.bounded(explanation.answer?.id ?? error.name?.text ?? "error"), explanation)
    case (_, .otherFailure):
      self.init(notDone: action, by: role, ExactText("status-\(response.status ?? 0)"), explanation)
    // An error that was found in a page is what the page quotes.
    case (_, .webPage), (_, .error): self.init(notDone: action, by: role, "web-page", explanation)
    default:
      throw RolloverError(
        .evidenceUnknown,
        "the answer to \(action.rawValue) is not one that this request is given: \(explanation.meaning)",
        hint: "look whether the files of two requests were exchanged")
    }
  }

  /// A key is refused, or a list, only where the service itself says so: it may be busy, and something on the way may answer for
  /// it.
  private init(
    notDone action: PackageAction, by role: RolloverKeyRole, _ answer: ExactText, _ explanation: ResponseExplanation
  ) {
    let response = explanation.response
    let status = response.status ?? 400
    let isJudged = (400..<500).contains(status) && status != 429 && answer != "throttled" && answer != "web-page"
    let isError = if case .error = response.kind { true } else { false }
    let kind: RolloverEvent.Kind
    switch action {
    case .token, .attempt: kind = isJudged && isError ? .refused(role, answer: answer) : .failed(action, answer: answer)
    case .list where isJudged && status == 403: kind = .listingRefused
    case .list, .addKey, .removeKey: kind = .failed(action, answer: answer)
    }
    self.init([kind], refusal: answer, explanation)
  }

  /// A code goes into the journal, and whoever answers may choose how long it is.
  private static func bounded(_ code: String) -> ExactText { ExactText(String(code.unicodeScalars.prefix(64))) }

  /// Nil if the answer is an error.
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
  /// Throws `evidence-unknown` if it says that it is the list of another object. If it does not say whose it is, it must have one of
  /// the two certificates, and `isMeant` must be true.
  ///
  /// - Parameters:
  ///   - bytes: the list, perhaps with the header of the answer.
  ///   - object: the object of the rollover.
  ///   - certificates: the old and the new certificate.
  ///   - isMeant: true if a person gave it for this rollover alone.
  ///   - cryptography: reads the certificates of the list.
  public static func savedList(
    _ bytes: Span<UInt8>, of object: RolloverPlan.Object, _ certificates: RolloverCertificates,
    isMeant: Bool = true, cryptography: any Cryptography
  ) throws(RolloverError) -> RolloverEvidence {
    let keys: KeyCredentials
    do throws(KeyCredentialsError) {
      keys = try KeyCredentials(bytes, of: "the list", choosing: [object.objectID], cryptography: cryptography)
    } catch {
      let isOther = error.code == .severalObjects
      throw RolloverError(
        id: isOther ? RolloverErrorCode.evidenceUnknown.rawValue : error.id, error.message,
        hint: isOther ? "save the list of the object \(object.objectID)" : error.hint)
    }
    if let id = keys.objectID, !id.isSameGUID(as: object.objectID) {
      throw RolloverError(
        .evidenceUnknown, "the list is of the object \(id), and this rollover is of \(object.objectID)",
        hint: "save the list of the right object")
    }
    if let id = keys.applicationID, !id.isSameGUID(as: object.clientID) {
      throw RolloverError(
        .evidenceUnknown,
        "the list is of the application (client) id \(naming: id), and this rollover is of \(object.clientID)",
        hint: "save the list of the right object")
    }
    let listing = certificates.listing(in: keys)
    let isEmpty = listing.new.isEmpty && listing.old.isEmpty && listing.oldForSigning.isEmpty
    // An application and its service principal have one client id.
    if keys.objectID == nil, isEmpty || !isMeant {
      throw RolloverError(
        .evidenceUnknown, "the list does not say which object it is of",
        hint: "save the whole object, with its id: $select=id,appId,keyCredentials")
    }
    return RolloverEvidence([.listed(listing)], at: keys.answered)
  }

  /// The same answer without the tokens in it, to be kept.
  public static func withoutTokens(_ answer: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    var rest = answer[...]
    while let end = rest.indices.lazy.compactMap({ endOfTokenName(rest[$0...]) }).first {
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

  /// Where `_token"` ends that begins here; each of its letters may be escaped, as JSON allows (RFC 8259, section 7).
  private static func endOfTokenName(_ text: ArraySlice<UInt8>) -> Int? {
    guard text.first == UInt8(ascii: "_") || text.first == UInt8(ascii: "\\") else { return nil }
    var rest = text
    for letter in "_token".utf8 {
      let digits = Hexadecimal.lowerCase([letter])
      let escape = Array("\\u00\(digits)".utf8)
      if rest.first == letter {
        rest = rest.dropFirst()
      } else if rest.count >= escape.count, ASCII.isEqualIgnoringCase(rest.prefix(escape.count), escape) {
        rest = rest.dropFirst(escape.count)
      } else {
        return nil
      }
    }
    return rest.first == UInt8(ascii: "\"") ? rest.startIndex + 1 : nil
  }
}
