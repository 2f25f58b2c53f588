import Encodings
import Messages

/// A text that says that a request failed and has nothing of the answer: what many tools print unless they are told otherwise.
struct UnansweredText {
  /// Why the text explains nothing, and how to get what does.
  let error: ResponseError

  /// Nil for a text that says nothing of a request.
  init?(_ text: [UInt8]) {
    let head = text.prefix(Self.longest).map(ASCII.lowercased)
    func holds(_ phrase: String) -> Bool { head.span.firstOffset(of: Array(phrase.utf8)) != nil }
    if let exit = Self.number(behind: "curl: (", in: head, digits: 1...2), exit != 22 {
      error = Self.notAnswered("curl ended with \(exit)", Self.curlHints[exit])
    } else if let status = Self.status(in: head) {
      let tool = Self.tools.first { _, marks, _ in marks.contains(where: holds) }
      error = ResponseError(
        .unrecognised,
        "the text says that the service answered with the status \(status), and has nothing of the body, which says why",
        hint: tool.map { $0.hint } ?? "save the body of the answer, as curl -i does")
    } else if let cause = Self.causes.first(where: { $0.marks.contains(where: holds) }) {
      error = Self.notAnswered(cause.words, cause.hint)
    } else {
      return nil
    }
  }

  /// What says it stands at the beginning; a long text is a log of other things.
  private static let longest = 16_384

  private static func notAnswered(_ words: String, _ hint: String?) -> ResponseError {
    ResponseError(
      .unrecognised, "the text has no answer of a service: \(words)",
      hint: hint ?? "look up what it means in the manual of curl, and send the request again")
  }

  // MARK: The status

  /// The words before a status in what tools print.
  private static let wordsBeforeStatus = [
    "returned an error: (", "returned error: ", "status code ", "status code: ", "success: ", "http error ",
    "http status ", "status: ", "statuscode: ", "statuscode=", "response status ", "unexpected status ",
  ]
  private static let wordsBehindStatus = [" client error", " server error"]

  private static func status(in text: [UInt8]) -> Int? {
    for words in wordsBeforeStatus {
      if let status = number(behind: words, in: text, digits: 3...3), (400..<600).contains(status) { return status }
    }
    for words in wordsBehindStatus {
      guard let offset = text.span.firstOffset(of: Array(words.utf8)) else { continue }
      let digits = text[..<offset].suffix(3)
      if digits.count == 3, digits.allSatisfy(ASCII.isDigit),
        let status = String(validating: digits, as: UTF8.self).flatMap({ Int($0) }), (400..<600).contains(status)
      {
        return status
      }
    }
    return nil
  }

  private static func number(behind words: String, in text: [UInt8], digits counts: ClosedRange<Int>) -> Int? {
    let mark = Array(words.utf8)
    guard let offset = text.span.firstOffset(of: mark) else { return nil }
    let digits = text[(offset + mark.count)...].prefix(6).prefix(while: ASCII.isDigit)
    guard counts.contains(digits.count) else { return nil }
    return String(validating: digits, as: UTF8.self).flatMap { Int($0) }
  }

  /// The tools by words that only they print, and how each gives the body.
  private static let tools: [(name: String, marks: [String], hint: String)] = [
    (
      "PowerShell", ["invoke-restmethod", "invoke-webrequest", "webcmdlet", "fullyqualifiederrorid"],
      "the body is in $_.ErrorDetails.Message; where that is empty, Windows PowerShell has it in $_.Exception.Response.GetResponseStream()"
    ),
    ("Python", ["requests.exceptions", "client error:", "server error:"], "print r.text before r.raise_for_status()"),
    ("curl", ["curl: ("], "call curl -i in place of curl -f, which leaves the body out"),
    ("axios", ["axioserror", "request failed with status code"], "print JSON.stringify(error.response.data)"),
    (
      "HttpClient", ["does not indicate success", "ensuresuccessstatuscode", "httprequestexception"],
      "read response.Content.ReadAsStringAsync() before EnsureSuccessStatusCode()"
    ),
    (
      "WebRequest", ["webexception", "the remote server returned an error"],
      "read the body from WebException.Response.GetResponseStream(); in PowerShell, $_.ErrorDetails.Message may have it"
    ),
  ]

  // MARK: No answer at all

  /// By the exit status of curl, as its manual has them.
  private static let curlHints: [Int: String] = [
    5: "the name of the proxy is not known here: look at the settings of the proxy, and send the request again",
    6:
      "the name of the host is not known here: the request was not sent. Look at the address and at the network, and send it again",
    7: "no connection was made: the request was not sent. Look at the network and at the proxy, and send it again",
    28: "the time ran out, and the request may have been done: read keyCredentials before sending it again",
    35: "the TLS connection failed: the request was not sent. Look for a proxy that breaks it open",
    52: "the server sent nothing, and the request may have been done: read keyCredentials before sending it again",
    56: "the connection broke, and the request may have been done: read keyCredentials before sending it again",
    60:
      "the certificate of the server is not trusted here: the request was not sent. Give the CA of the proxy that stands between: curl --cacert FILE",
    77: "curl cannot read the CA certificates: the request was not sent",
  ]

  private static let causes: [(marks: [String], words: String, hint: String)] = [
    (
      [
        "name or service not known", "no such host is known", "getaddrinfo", "enotfound", "could not resolve host",
        "nameresolutionerror", "temporary failure in name resolution",
      ], "the name of the host is not known",
      "the request was not sent: look at the address and at the network, and send it again"
    ),
    (
      [
        "certificate_verify_failed", "unable_to_verify_leaf_signature", "self signed certificate",
        "self-signed certificate",
      ],
      "the certificate of the server is not trusted",
      "the request was not sent: trust the CA of the proxy that stands between, and send it again"
    ),
    (
      ["connection refused", "econnrefused", "no route to host", "network is unreachable"], "no connection was made",
      "the request was not sent: look at the network and at the proxy, and send it again"
    ),
  ]
}
