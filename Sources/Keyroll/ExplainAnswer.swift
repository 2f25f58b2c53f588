import Encodings
public import Entra
public import JSON
public import Signing
public import Tokens

/// Explains what an answer of Microsoft Graph or of the token endpoint really means, with the token that was sent, if
/// it is available.
public struct ExplainAnswer: Sendable {
  /// The answer, as it was read.
  public let response: ServiceResponse

  /// Takes a response that `curl -i` saved, the JSON body alone, or any text with an error of the services in it.
  ///
  /// Throws `malformed-response`, `unrecognised-response` for JSON that does not look like an answer, and what the JSON
  /// reader throws.
  public init(_ text: Span<UInt8>) throws(ResponseError) { response = try ServiceResponse(text) }

  /// The time at which the service judged, by its own clock; nil if the answer does not say.
  public var time: NumericDate? { response.date }

  /// The code, if only a code without a message was saved.
  public var code: ExplainedCode? {
    guard response.place != nil, case .error(let error) = response.kind, error.service == .tokenEndpoint,
      let name = error.name
    else { return nil }
    let isAlone = error.message.map { ServiceAnswer.code($0.text) != nil } ?? true
    return isAlone ? ExplainedCode(name.text) : nil
  }

  /// The service that this token was sent to: the one that answered, or otherwise the one that it seems to be made for.
  public func service(for token: Span<UInt8>) -> Service {
    if let service = response.service { return service }
    let token = SentToken.token(in: token)
    return (try? UnverifiedToken(token.span)).map(Service.init(takerOf:)) ?? .graph
  }

  /// Says which of several tokens in a text is judged, about the text of this name; nil if it holds one or none.
  public func note(onTokenIn text: Span<UInt8>, of name: String) -> String? {
    let service = service(for: text)
    return SentToken.choice(in: text, for: service)?.note(about: name, kind: "the one made for \(service.title)")
  }

  /// What the answer alone says.
  public func explanation(
    certificates: [Certificate] = [], identities: ResponseExplanation.Identities = .init()
  ) -> ResponseExplanation {
    ResponseExplanation(response, token: nil, certificates: certificates, identities: identities)
  }

  /// The same with the token that was sent, whose faults explain the answer; `time` is when the service judged it.
  ///
  /// Text around the token is left out. `keys` may have signed it, and `unusable` were given but cannot be used. If the
  /// credentials of the object are known, the thumbprint in the header is looked up among them.
  public func explanation(
    of token: Span<UInt8>, by profile: Profile, trusting keys: [TrustedKey], unusable: [UnusableCertificate] = [],
    registered: KeyCredentials? = nil, identities: ResponseExplanation.Identities = .init(), at time: NumericDate,
    with toolkit: Toolkit
  ) -> ResponseExplanation {
    let profile = registered.map { profile.judging(by: $0) } ?? profile
    let sent = SentToken(
      token, profile: profile, keys: keys, unusable: unusable, cryptography: toolkit.cryptography, at: time)
    return ResponseExplanation(
      response, token: sent, certificates: keys.compactMap(\.certificate), identities: identities)
  }
}

/// What a code of the services, the id of an answer, or an id of this project means, if nothing more is available.
public struct ExplainedCode: Sendable {
  public let code: String
  /// The answers of the services with this code, among which the message decides; or those that a fault with this id
  /// causes.
  public let answers: [ServiceAnswer]
  /// What an error id, or the reason of a check, of this project means.
  public let meaning: String?
  /// True for a code of the services, known or not.
  public let isOfService: Bool

  /// Takes `AADSTS700027` or its number, a code of Graph that is known, the id of an answer, or an error id or reason of this project, in
  /// brackets or without; nil for anything else.
  public init?(_ argument: String) {
    let argument = Self.name(argument)
    if let code = ServiceAnswer.code(argument) {
      self.code = code
      answers = ServiceAnswer.answers(to: code)
      meaning = nil
      isOfService = true
      return
    }
    let named = ServiceAnswer.all.filter { $0.id.utf8.elementsEqual(argument.utf8) }
    let meaning = Meanings.meaning(of: argument)
    if named.isEmpty && meaning == nil { return nil }
    code = argument
    // An id that is both, such as key-not-base64, shows both.
    let caused = ServiceAnswer.all.filter { answer in
      answer.faultNames.contains { name in
        (name.split(separator: ":").last ?? "").utf8.elementsEqual(argument.utf8) && meaning != nil
      }
    }
    answers = named.isEmpty ? caused : named
    // The table is in Markdown.
    self.meaning = meaning.map { $0.filter { $0 != "`" } }
    isOfService = false
  }

  /// Ids are printed in brackets, and Entra's own pages take the number of a code alone.
  private static func name(_ argument: String) -> String {
    let text = argument.utf8
    if text.first == UInt8(ascii: "["), text.last == UInt8(ascii: "]"), text.count > 2 {
      return String(argument.dropFirst().dropLast())
    }
    return (5...7).contains(text.count) && text.allSatisfy(ASCII.isDigit) ? "AADSTS\(argument)" : argument
  }

  /// `version`, `code`, `known`, and if they apply `meaning` and `answers`, each with `answer`, `meaning`, `next`, `faults`
  /// and `source`.
  public var json: JSONObject {
    var object: JSONObject = [
      "version": .integer(ResponseExplanation.jsonVersion), "code": .string(ExactText(code)),
      "known": .boolean(meaning != nil || !answers.isEmpty),
    ]
    object["meaning"] = meaning.map { .string(ExactText($0)) }
    object["answers"] = .array(
      answers.map { answer in
        .object([
          "answer": .string(ExactText(answer.id)), "quotation": .string(ExactText(answer.quotation)),
          "meaning": .string(ExactText(answer.meaning)), "next": .string(ExactText(answer.nextStep)),
          "faults": .array(answer.causeNames.map { .string(ExactText($0)) }),
          "source": .string(ExactText(answer.document)),
        ])
      })
    return object
  }
}
