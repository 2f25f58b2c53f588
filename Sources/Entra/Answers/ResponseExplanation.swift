public import Encodings
public import JSON
public import Signing
public import Tokens

/// What a response really means, and which mistake in the sent token explains it.
public struct ResponseExplanation: Sendable {
  /// The response that is explained.
  public let response: ServiceResponse
  /// Nil for a success, and for an unknown answer.
  public let answer: ServiceAnswer?
  /// The token that was sent, if it was given.
  public let token: SentToken?
  /// The thumbprint that the service received, by its error.
  public let thumbprint: ReceivedThumbprint?
  /// What the thumbprint is, for people.
  public let thumbprintRemarks: [String]
  /// What else in the input says more about the answer, for people.
  public let remarks: [String]
  private let advisedMeaning: String?
  /// What to do, the first thing first; empty if nothing is known.
  public let nextSteps: [String]

  /// The ids of the application that the caller knows, which an answer may name.
  public struct Identities: Sendable {
    /// The application (client) id; nil if unknown.
    public let clientID: ExactText?
    /// The object id of the application or service principal; nil if unknown.
    public let objectID: ExactText?

    public init(clientID: ExactText? = nil, objectID: ExactText? = nil) {
      self.clientID = clientID
      self.objectID = objectID
    }
  }

  /// The certificates are those that may have signed; the thumbprint is compared with them.
  public init(
    _ response: ServiceResponse, token: SentToken?, certificates: [Certificate], identities: Identities = Identities()
  ) {
    self.response = response
    self.token = token
    var answer: ServiceAnswer?
    var thumbprint: ReceivedThumbprint?
    switch response.kind {
    case .error(let error):
      answer = ServiceAnswer(error, status: response.status)
      thumbprint = ReceivedThumbprint(error)
    // A gateway in front of the service may answer like this, without the service's JSON.
    case .otherFailure, .webPage: if response.status == 429 { answer = .throttled }
    default: break
    }
    self.answer = answer
    self.thumbprint = thumbprint
    thumbprintRemarks = thumbprint?.remarks(header: token?.header, certificates: certificates) ?? []
    let advice = AnswerAdvice(response, answer, token, identities)
    remarks = advice.remarks
    advisedMeaning = advice.meaning
    if let step = thumbprint?.nextStep {
      nextSteps = [step]
    } else if let step = advice.step {
      nextSteps = [step]
    } else if let answer {
      nextSteps = Self.steps(answer, token, thumbprint)
    } else {
      nextSteps = [Self.step(response.kind)].compactMap(\.self)
    }
  }

  /// The result of the request.
  @nonexhaustive
  public enum Outcome: String, Sendable, Hashable, CaseIterable {
    /// The service did what was asked, or issued the token.
    case done
    /// The service answered with an error.
    case refused
    /// The service said neither.
    case unanswered
  }

  /// Whether the service did what was asked.
  public var outcome: Outcome {
    if answer != nil { return .refused }
    switch response.kind {
    case .keyCredential, .keyCredentials, .listing, .noContent, .batch, .accessToken: return .done
    case .error: return .refused
    case .otherSuccess, .otherFailure, .webPage: return .unanswered
    }
  }

  /// The failed checks of the token that are known to cause the answer.
  public var explainingChecks: [Check] { (token?.faults ?? []).filter { answer?.isExplained(by: $0) ?? false } }

  /// The failed checks that are not reported to cause this answer.
  public var otherFaults: [Check] { (token?.faults ?? []).filter { !(answer?.isExplained(by: $0) ?? false) } }

  /// The warnings of the token that may be the cause: the service may not tolerate what they tolerate.
  public var possibleChecks: [Check] { Self.possibleChecks(answer, token, thumbprint) }

  private static func possibleChecks(
    _ answer: ServiceAnswer?, _ token: SentToken?, _ thumbprint: ReceivedThumbprint?
  ) -> [Check] {
    guard let answer else { return [] }
    return (token?.checks ?? []).filter { check in
      // The service repeats only a thumbprint that it could read, however it was spelled.
      let isSpelling = check.finding?.reason == Check.Reason.thumbprintEncoding.rawValue
      return answer.mayBeExplained(by: check) && !(isSpelling && thumbprint != nil)
    }
  }

  /// Possible causes that cannot be seen here; empty once a check of the token, or the thumbprint, explains the answer.
  public var otherCauses: [String] {
    explainingChecks.isEmpty && thumbprint?.nextStep == nil ? answer?.otherCauses ?? [] : []
  }

  /// What it really means.
  public var meaning: String {
    if let advisedMeaning { return advisedMeaning }
    if let answer { return answer.meaning }
    switch response.kind {
    case .keyCredential: return "the certificate was added"
    case .keyCredentials(let count):
      return "this is a list of what is registered: \(count) \(count == 1 ? "key credential" : "key credentials")"
    case .listing(let count, let hasNextPage):
      return "this is a list of what is registered on \(count) \(count == 1 ? "object" : "objects")"
        + (hasNextPage ? ", and another page follows" : "")
    case .noContent: return "the request was done; this is how removeKey answers"
    case .batch(let count): return "each of the \(count) requests of the $batch was done"
    case .accessToken: return "the assertion was accepted, and an access token was issued; it is not shown here"
    case .error: return "keyroll does not know this code; its message says what is known"
    case .webPage:
      return "this is a web page, not an answer of the services: a proxy, a gateway or another host answered instead"
    case .otherSuccess:
      return "the status says success, but the body is not one that addKey, removeKey or the endpoint sends"
    case .otherFailure: return "the status says failure, but the body is not an error of these services"
    }
  }

  /// One step for each fault of the token that explains the answer. Without a fault, the steps for the warnings and
  /// those of the answer itself.
  private static func steps(
    _ answer: ServiceAnswer, _ token: SentToken?, _ thumbprint: ReceivedThumbprint?
  ) -> [String] {
    var steps: [String] = []
    for check in token?.faults ?? [] {
      guard let fault = answer.fault(of: check) else { continue }
      let step = fault.step ?? check.finding?.hint.map { Self.named($0, check.id) } ?? answer.nextStep
      if !steps.contains(step) { steps.append(step) }
    }
    if !steps.isEmpty { return steps }
    let hints = possibleChecks(answer, token, thumbprint).compactMap { check in
      check.finding?.hint.map { "\(check.id): \($0)" }
    }
    return hints + [answer.nextStep]
  }

  /// A hint with the check that it belongs to, if it does not say itself what it is about.
  private static func named(_ hint: String, _ id: String) -> String {
    let words = hint.split { !($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }.map { $0.lowercased() }
    let subjects = [id, "token", "proof", "assertion", "certificate", "key", "sign", "clock"]
    return words.contains(where: subjects.contains) ? hint : "\(id): \(hint)"
  }

  /// What to do about a response that is not a known error.
  private static func step(_ kind: ServiceResponse.Kind) -> String? {
    switch kind {
    case .keyCredential:
      "read keyCredentials of the object to see the new entry, sign with the new key only after some minutes, and remove the old one after the new one has worked: a new key was seen to take about 20 s in Graph and up to minutes at the token endpoint"
    case .keyCredentials: nil
    case .listing(_, let hasNextPage): hasNextPage ? "ask for the page that follows, too" : nil
    case .noContent: "read keyCredentials to see that the entry is gone"
    case .batch: "read keyCredentials of each object to see what has changed"
    case .accessToken: "handle the file as a secret while the access token is valid"
    case .webPage: "look at the address of the request and at the proxy that it went through, and send it again"
    case .otherSuccess, .otherFailure: "look at the whole answer: curl -i saves its headers and its body"
    case .error:
      "look the code up in the service's documentation; its support finds the request by the ids in the answer"
    }
  }
}

extension ResponseExplanation {
  /// The version of the JSON form; it goes up if a member changes its meaning or is removed.
  public static let jsonVersion: Int64 = 1

  /// The explanation for programs: `version`, `outcome`, `known`, `meaning`, and if they apply `service`, `status`, `date`,
  /// `answer`, `source`, `error`, `keyId`, `next`, `steps`, `remarks`, `faults`, `causes`, `found`, `retryAfter`, `thumbprint`,
  /// `token`. `next` is all `steps` in one line, and `source` the document that the answer is known from.
  public var json: JSONObject {
    var object: JSONObject = [
      "version": .integer(Self.jsonVersion),
      "outcome": .string(ExactText(outcome.rawValue)),
      "known": .boolean(answer != nil || outcome == .done),
    ]
    object["service"] = response.service.map { .string(ExactText($0.rawValue)) }
    object["status"] = response.status.map { .integer(Int64($0)) }
    object["date"] = response.date.map { .string(ExactText($0.description)) }
    object["retryAfter"] = response.retryAfter.map { .integer($0) }
    object["found"] = response.place.map { .object($0.json) }
    object["answer"] = answer.map { .string(ExactText($0.id)) }
    object["source"] = answer.map { .string(ExactText($0.document)) }
    if case .error(let error) = response.kind { object["error"] = .object(error.json) }
    if case .keyCredential(let id, _) = response.kind { object["keyId"] = id.map { .string($0) } }
    object["meaning"] = .string(ExactText(meaning))
    if !nextSteps.isEmpty {
      object["next"] = .string(ExactText(nextSteps.joined(separator: "; ")))
      object["steps"] = .array(Self.strings(nextSteps))
    }
    if !remarks.isEmpty { object["remarks"] = .array(Self.strings(remarks)) }
    object["faults"] = answer.map { .array(Self.strings($0.causeNames)) }
    object["causes"] = answer.map { _ in .array(Self.strings(otherCauses)) }
    if let thumbprint {
      object["thumbprint"] = .object([
        "received": .string(ExactText(thumbprint.hexadecimal)), "form": .string(ExactText(thumbprint.form.rawValue)),
        "remarks": .array(Self.strings(thumbprintRemarks)),
      ])
    }
    if let token {
      object["token"] = .object([
        "profile": .string(ExactText(token.profileID)), "at": .string(ExactText(token.time.description)),
        "keyGiven": .boolean(token.hasKey),
        "explaining": .array(explainingChecks.map { .object($0.json) }),
        "possible": .array(possibleChecks.map { .object($0.json) }),
        "otherFaults": .array(otherFaults.map { .object($0.json) }),
        "notCompared": .array(Self.strings(token.uncompared.map(\.id))),
      ])
    }
    return object
  }

  private static func strings(_ texts: [String]) -> [JSONValue] { texts.map { .string(ExactText($0)) } }
}

extension ServiceError {
  fileprivate var json: JSONObject {
    var object = JSONObject()
    object["code"] = code.map { .string($0) }
    object["entraCodes"] = entraCodes.isEmpty ? nil : .array(entraCodes.map { .string(ExactText($0)) })
    object["message"] = shownMessage.map { .string(ExactText($0)) }
    for (name, value) in identifiers { object[name] = .string(value) }
    return object
  }
}

extension AnswerPlace {
  fileprivate var json: JSONObject {
    var object: JSONObject = [
      "line": .integer(Int64(line)), "in": .string(ExactText(surroundings.rawValue)),
    ]
    object["id"] = batchID.map { .string($0) }
    return object
  }
}
