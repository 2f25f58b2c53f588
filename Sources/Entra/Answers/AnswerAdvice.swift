import Encodings
import Messages
import Tokens

/// What the rest of the input says about an answer: the id that it names, and how long to wait.
struct AnswerAdvice {
  private(set) var remarks: [String] = []
  /// What to do instead of the usual advice for the answer.
  private(set) var step: String?
  /// What it means in place of what the answer means by itself.
  private(set) var meaning: String?

  init(
    _ response: ServiceResponse, _ answer: ServiceAnswer?, _ token: SentToken?,
    _ identities: ResponseExplanation.Identities
  ) {
    if case .error(let error) = response.kind, answer?.id == "object-not-found" {
      readIdentity(in: error, token, identities)
    }
    if case .error(let error) = response.kind, let message = error.message?.text {
      if answer?.id == "outside-window" { readWindow(in: message, response.date, token) }
      if answer?.id == "key-expired" { readKeyDates(in: message, response.date) }
    }
    for (code, line) in response.otherCodes { remarks.append("line \(line) of the text has another code, \(code)") }
    if answer == nil, let status = response.status, (500..<600).contains(status), case .error = response.kind {
      step = "the service itself failed: send the same request again while the window of the token lasts"
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

  // MARK: The dates in a message

  /// `Current time: …, assertion valid from …, expiry time of assertion …`.
  private mutating func readWindow(in message: String, _ date: NumericDate?, _ token: SentToken?) {
    guard let now = MessageDate.rfc3339(behind: "Current time: ", in: message) ?? date,
      let start = MessageDate.rfc3339(behind: "valid from ", in: message),
      let end = MessageDate.rfc3339(behind: "expiry time of assertion ", in: message)
    else { return }
    if let window = token?.window, window.start.map({ $0 != start }) ?? false || window.end.map({ $0 != end }) ?? false
    {
      remarks.append(
        "the assertion that was judged is valid from \(start) to \(end), and the one given is not: another one was sent"
      )
    }
    if now < start {
      remarks.append("the request came at \(now), \(start - now) before the window of the assertion begins at \(start)")
      if Self.isZone(start - now) {
        remarks.append(
          "that is close to a whole number of half hours: perhaps a local time was written as if it were UTC")
      }
      step =
        "write the times of the assertion in UTC, compare the clock of the signing machine with the service's, and make a new one"
    } else if now >= end {
      remarks.append("the request came at \(now), \(now - end) after the window of the assertion ended at \(end)")
      if Self.isZone(now - start) {
        remarks.append(
          "the window began close to a whole number of half hours before: perhaps a local time was written as if it were UTC"
        )
      }
      step = "make a new assertion for each request, in UTC, and send it before its window ends"
    } else {
      remarks.append("the request came at \(now), which is inside the window from \(start) to \(end)")
    }
  }

  /// True for a distance that the offset of a zone, and some minutes of use, would make.
  private static func isZone(_ span: TimeSpan) -> Bool {
    let (half, slack) = (Int64(1800), Int64(180))
    guard span.seconds >= half - slack, span.seconds <= 14 * 3600 + slack else { return false }
    let rest = span.seconds % half
    return rest <= slack || rest >= half - slack
  }

  /// `Found key 'Start=12/02/2026 00:00:00, End=…'`, against the time of the answer.
  private mutating func readKeyDates(in message: String, _ date: NumericDate?) {
    guard let start = MessageDate.monthFirst(behind: "Start=", in: message) else { return }
    let end = MessageDate.monthFirst(behind: "End=", in: message)
    guard let date else { return }
    if date < start {
      meaning =
        "the certificate that the header names is registered, and its Start is still ahead of the time of the request"
      remarks.append(
        "Start is \(start), and the answer is of \(date), \(start - date) before: the key is not valid yet")
      step =
        "wait until Start, or sign with the key of a certificate that is valid; if Start should be past, compare the clocks"
    } else if let end, date > end {
      meaning = "the certificate that the header names is registered, and its End is past"
      remarks.append("End is \(end), and the answer is of \(date), \(date - end) after")
    }
  }
}

/// Dates in the words of a service.
enum MessageDate {
  /// One as RFC 3339 writes it, fractions dropped, behind a phrase.
  static func rfc3339(behind phrase: String, in message: String) -> NumericDate? {
    word(behind: phrase, in: message, count: 40).flatMap { word in
      let text = word.prefix { $0 != " " && $0 != "," && $0 != ";" && $0 != "]" }
      return NumericDate(rfc3339DroppingFraction: text.last == "." ? String(text.dropLast()) : String(text))
    }
  }

  /// `12/31/2026 23:59:59`: month, day and year, as Entra writes the dates of keys.
  static func monthFirst(behind phrase: String, in message: String) -> NumericDate? {
    guard let text = word(behind: phrase, in: message, count: 19) else { return nil }
    let halves = text.split(separator: " ")
    guard halves.count == 2 else { return nil }
    let parts = halves[0].split(separator: "/")
    guard parts.count == 3, parts[2].utf8.count == 4 else { return nil }
    let (month, day) = (padded(parts[0]), padded(parts[1]))
    return NumericDate(rfc3339: "\(parts[2])-\(month)-\(day)T\(halves[1])Z")
  }

  private static func padded(_ text: Substring) -> String { text.utf8.count == 1 ? "0\(text)" : String(text) }

  private static func word(behind phrase: String, in message: String, count: Int) -> String? {
    let text = Array(message.utf8)
    let mark = Array(phrase.utf8)
    guard let offset = text.span.firstOffset(of: mark) else { return nil }
    return String(validating: text[(offset + mark.count)...].prefix(count), as: UTF8.self)
  }
}
