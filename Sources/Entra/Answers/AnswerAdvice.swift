import Encodings
import Messages
import Tokens

/// What the rest of the input says about an answer: the id that it names, and how long to wait.
struct AnswerAdvice {
  private(set) var remarks: [String] = []
  /// What to do instead of the usual advice for the answer.
  private(set) var step: String?

  init(
    _ response: ServiceResponse, _ answer: ServiceAnswer?, _ token: SentToken?,
    _ identities: ResponseExplanation.Identities
  ) {
    if case .error(let error) = response.kind, answer?.id == "object-not-found" {
      readIdentity(in: error, token, identities)
    }
    if let seconds = response.retryAfter, answer?.id == "throttled" || response.status == 503 {
      readWait(seconds, response, token)
    }
  }

  // MARK: The id that is not found

  private mutating func readIdentity(
    in error: ServiceError, _ token: SentToken?, _ identities: ResponseExplanation.Identities
  ) {
    guard let id = Self.quotedID(in: error.message) else { return }
    let name = ExactText(ASCII.lowercased(id))
    let isSame = { (other: ExactText?) in other.map { ExactText(ASCII.lowercased($0.text)) == name } ?? false }
    if isSame(identities.clientID) {
      remarks.append("the id that was not found, \(quoting: id), is the client (application) id that was given")
      step = "write the object id into the address, or applications(appId='CLIENT-ID')"
    } else if isSame(identities.objectID) {
      remarks.append("the id that was not found, \(quoting: id), is the object id that was given")
      step =
        "check that the address says applications or servicePrincipals, whichever the object is, and that the access token is of the object's tenant"
    } else if identities.objectID != nil {
      remarks.append("the id that was not found, \(quoting: id), is not the object id that was given")
      step = "write the object id into the address"
    } else if let issuer = token?.issuer, !isSame(issuer) {
      remarks.append("the id that was not found, \(quoting: id), is not the one that iss of the proof names")
    }
  }

  /// The text between the first two apostrophes, if it has the length of a GUID.
  private static func quotedID(in message: ExactText?) -> String? {
    guard let message else { return nil }
    let parts = message.text.utf8.split(
      separator: UInt8(ascii: "'"), maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, parts[1].count == 36 else { return nil }
    return String(Substring(parts[1]))
  }

  // MARK: The wait

  private mutating func readWait(_ seconds: Int64, _ response: ServiceResponse, _ token: SentToken?) {
    guard (0...86_400).contains(seconds) else { return }
    remarks.append("the service asks to wait \(seconds) s")
    guard let expires = token?.expires, let date = response.date else {
      step = "wait \(seconds) s, and sign a new token if the window of this one ends before that"
      return
    }
    let resumed = date + .seconds(seconds)
    if resumed < expires {
      remarks.append("the window of the token ends at \(expires), \(expires - resumed) after that wait")
      step = "wait \(seconds) s, and send the same request again before \(expires)"
    } else {
      remarks.append("the window of the token ends at \(expires), before that wait is over")
      step = "wait \(seconds) s, and send a request with a new token"
    }
  }
}
