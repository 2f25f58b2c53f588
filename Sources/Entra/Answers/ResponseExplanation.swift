import Encodings
public import JSON
public import Signing
public import Tokens

/// What a response really means, and what of the token that was sent explains it.
public struct ResponseExplanation: Sendable {
  public let response: ServiceResponse
  /// Nil for a success, and for what is not known here.
  public let answer: ServiceAnswer?
  /// The token that was sent, where it was given.
  public let token: SentToken?
  /// The thumbprint that an error says was received.
  public let thumbprint: ReceivedThumbprint?
  /// What the thumbprint is, for people.
  public let thumbprintRemarks: [String]

  /// The certificates are those that may have signed; the thumbprint is compared with them.
  public init(_ response: ServiceResponse, token: SentToken?, certificates: [Certificate]) {
    self.response = response
    self.token = token
    if case .error(let error) = response.kind {
      answer = ServiceAnswer(error)
      thumbprint = ReceivedThumbprint(error)
    } else {
      answer = nil
      thumbprint = nil
    }
    thumbprintRemarks = thumbprint?.remarks(header: token?.header, certificates: certificates) ?? []
  }

  /// What became of the request.
  @nonexhaustive
  public enum Outcome: String, Sendable, Hashable, CaseIterable {
    case done
    case refused
    /// The service said neither.
    case unanswered
  }

  public var outcome: Outcome {
    switch response.kind {
    case .keyCredential, .noContent, .accessToken: .done
    case .error: .refused
    case .otherSuccess, .otherFailure, .webPage: .unanswered
    }
  }

  /// The failed checks of the token that the answer is known to come from.
  public var explainingChecks: [Check] { (token?.faults ?? []).filter { answer?.isExplained(by: $0) ?? false } }

  /// The failed checks of which nobody has told that they are answered so.
  public var otherFaults: [Check] { (token?.faults ?? []).filter { !(answer?.isExplained(by: $0) ?? false) } }

  /// What can be behind the answer and is not seen here: empty once a check of the token, or the thumbprint, explains it.
  public var otherCauses: [String] {
    explainingChecks.isEmpty && thumbprint?.nextStep == nil ? answer?.otherCauses ?? [] : []
  }

  /// What it really means.
  public var meaning: String {
    if let answer { return answer.meaning }
    switch response.kind {
    case .keyCredential: return "the certificate was added"
    case .noContent: return "the request was done; removeKey answers so"
    case .accessToken: return "the assertion was accepted, and an access token was issued, which is not shown"
    case .error: return "this code is not known here; the message is all that is known of it"
    case .webPage:
      return "this is a web page and no answer of the services: a proxy, a gateway or another host answered instead"
    case .otherSuccess:
      return "the status says success, and the body is none that addKey, removeKey or the endpoint sends"
    case .otherFailure: return "the status says failure, and the body is no error of these services"
    }
  }

  /// What to do, where something is known.
  public var nextStep: String? {
    if let step = thumbprint?.nextStep { return step }
    if let answer { return answer.nextStep }
    switch response.kind {
    case .keyCredential:
      return
        "sign with the new key only after some minutes, and remove the old one after the new one has worked: a new key was seen to take about 20 s in Graph and up to minutes at the token endpoint"
    case .noContent: return "read keyCredentials to see that the entry is gone"
    case .accessToken: return "handle the file as a secret while the access token lives"
    case .webPage: return "look at the address of the request and at the proxy that it went through, and send it again"
    case .otherSuccess, .otherFailure: return "look at the whole answer: curl -i saves its headers and its body"
    case .error:
      return "look the code up in the service's documentation; its support finds the request by the ids in the answer"
    }
  }
}

extension ResponseExplanation {
  /// The version of the JSON form; it rises when a member changes its meaning or goes.
  public static let jsonVersion: Int64 = 1

  /// The explanation for programs: `version`, `outcome`, `known`, `meaning`, and where they apply `service`, `status`, `date`,
  /// `answer`, `error`, `keyId`, `next`, `faults`, `causes`, `thumbprint`, `token`.
  public var json: JSONObject {
    var object: JSONObject = [
      "version": .integer(Self.jsonVersion),
      "outcome": .string(ExactText(outcome.rawValue)),
      "known": .boolean(answer != nil || outcome == .done),
    ]
    object["service"] = response.service.map { .string(ExactText($0.rawValue)) }
    object["status"] = response.status.map { .integer(Int64($0)) }
    object["date"] = response.date.map { .string(ExactText($0.description)) }
    object["answer"] = answer.map { .string(ExactText($0.id)) }
    if case .error(let error) = response.kind { object["error"] = .object(error.json) }
    if case .keyCredential(let id, _) = response.kind { object["keyId"] = id.map { .string($0) } }
    object["meaning"] = .string(ExactText(meaning))
    object["next"] = nextStep.map { .string(ExactText($0)) }
    object["faults"] = answer.map { .array(Self.strings($0.faultNames)) }
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
        "otherFaults": .array(otherFaults.map { .object($0.json) }),
        "notCompared": .array(Self.strings(token.uncompared.map(\.id))),
      ])
    }
    return object
  }

  private static func strings(_ texts: [String]) -> [JSONValue] { texts.map { .string(ExactText($0)) } }
}

/// The token that a service answered to, judged as far as that service is known to judge.
public struct SentToken: Sendable {
  public let profileID: String
  /// The time it was judged for.
  public let time: NumericDate
  /// Those of a verification report, in its order and under its ids.
  public let checks: [Check]
  /// False where no key was given: nothing is then said of the signature or of thumbprints.
  public let hasKey: Bool
  /// The header, where it can be read.
  public let header: JSONObject?

  /// Judges leniently where the service is seen to be lenient; without a key, all that needs none.
  public init(
    _ text: Span<UInt8>, profile: Profile, keys: [TrustedKey], unusable: [UnusableCertificate] = [],
    cryptography: any Cryptography, at time: NumericDate
  ) {
    let report = TokenVerifier(
      profile: profile, keys: keys, unusable: unusable, cryptography: cryptography,
      isLenient: true
    ).verify(text, at: time)
    let token = try? UnverifiedToken(text)
    profileID = profile.id
    self.time = time
    hasKey = !(keys.isEmpty && unusable.isEmpty)
    header = try? token?.header.get()
    guard !hasKey, let header, let claims = try? token?.claims.get() else {
      checks = report.checks
      return
    }
    let draft = TokenDraft(header: header, claims: claims, publicKey: nil, certificate: nil)
    let keyless = profile.check(draft, at: time, cryptography: cryptography, isLenient: true)
    checks = report.checks.map { check in
      keyless.first { $0.id.utf8.elementsEqual(check.id.utf8) } ?? check
    }
  }

  /// What is wrong with the token itself.
  public var faults: [Check] { checks.filter { !$0.faultNames.isEmpty } }

  /// What was not compared because nobody said what to compare it with.
  public var uncompared: [Check] {
    let reason = Check.Reason.notCompared.rawValue
    return checks.filter { $0.finding?.reason.utf8.elementsEqual(reason.utf8) ?? false }
  }
}

extension ServiceError {
  fileprivate var json: JSONObject {
    var object = JSONObject()
    object["code"] = code.map { .string($0) }
    object["entraCodes"] = entraCodes.isEmpty ? nil : .array(entraCodes.map { .string(ExactText($0)) })
    object["message"] = message.map { .string($0) }
    for (name, value) in identifiers { object[name] = .string(value) }
    return object
  }
}
