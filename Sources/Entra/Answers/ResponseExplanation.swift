public import Tokens
public import Signing

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
