public import Encodings
import JSON
import Messages
import Tokens

/// Where the answer was found in a saved text, if there is other text around it.
public struct AnswerPlace: Sendable, Hashable {
  /// The kind of text around it.
  @nonexhaustive
  public enum Surroundings: String, Sendable, Hashable, CaseIterable {
    /// The text of an exception, such as one of MSAL or of the Azure SDKs.
    case exceptionText = "exception-text"
    /// An error record, as PowerShell prints it.
    case powerShellError = "powershell-error"
    /// The JSON of an answer to a `$batch`, with several responses in it.
    case batch = "batch"
    /// The error that `az` printed.
    case azureCLI = "azure-cli"
    /// The `repr` of a Python dictionary, which has apostrophes for quotation marks.
    case pythonDictionary = "python-dictionary"
    /// The output of `curl -v`, with the headers among its lines.
    case curlTrace = "curl-trace"
    /// An error of Terraform, with its box.
    case terraform = "terraform"
    /// HTML, with entities for quotation marks.
    case webPage = "web-page"
    /// Any other text, such as a log or a mail.
    case text = "text"

    /// For people, with its article.
    public var title: String {
      switch self {
      case .exceptionText: "an exception text"
      case .powerShellError: "a PowerShell error record"
      case .batch: "an answer to a $batch"
      case .azureCLI: "what az printed"
      case .pythonDictionary: "a Python dictionary"
      case .curlTrace: "what curl printed"
      case .terraform: "what Terraform printed"
      case .webPage: "a web page"
      case .text: "a text"
      }
    }
  }

  /// The line, counted from 1.
  public let line: Int
  /// The kind of text that the answer was found in.
  public let surroundings: Surroundings
  /// The `id` of this answer among those of a `$batch`.
  public let batchID: ExactText?

  /// For people: `line 3, in an exception text`.
  public var description: String {
    "line \(line), in \(surroundings.title)" + (batchID.map { ", in the response with the id \(quoting: $0)" } ?? "")
  }
}

/// An error that was found in a text, and what the text around it says about the response.
package struct FoundAnswer {
  let error: ServiceError
  let place: AnswerPlace
  let status: Int?
  let date: NumericDate?
  /// In seconds.
  let retryAfter: Int64?
  /// Codes of Entra that are not the error's, with their lines.
  let otherCodes: [(code: String, line: Int)]
}

/// Finds the first error of a service anywhere in a text: in a log, an exception, a record of PowerShell, a mail.
///
/// It looks for the first object that is an error; if there is none, for a code in the text. The number of steps is
/// linear in the length of the text, whatever the text is.
package struct AnswerFinder {
  private let text: [UInt8]
  package private(set) var stepCount = 0

  /// The steps for each byte of a view, and a few for small ones, before it stops looking for objects.
  package static let stepsPerByte = 20

  package init(_ text: [UInt8]) { self.text = text }

  /// The first error, or nil.
  package mutating func first() -> FoundAnswer? {
    let views = TextView.all(of: text)
    var best: Candidate?
    for view in views { best = Self.better(best, object(in: view)) }
    if best == nil { for view in views { best = Self.better(best, CodeSearch(view.bytes).first(in: view)) } }
    if best == nil { for view in views { best = Self.better(best, CodeSearch(view.bytes).firstSentence(in: view)) } }
    if best == nil { for view in views { best = Self.better(best, CodeSearch(view.bytes).firstNumber(in: view)) } }
    return best.map(found)
  }

  /// An error, and the offset in the saved text at which it begins.
  struct Candidate {
    let error: ServiceError
    let offset: Int
    var status: Int?
    var retryAfter: Int64?
    var batchID: ExactText?
    var isBatch = false
  }

  /// The one that begins first; of two readings of the same one, the more complete.
  private static func better(_ one: Candidate?, _ other: Candidate?) -> Candidate? {
    guard let one, let other else { return one ?? other }
    if one.offset != other.offset { return one.offset < other.offset ? one : other }
    return ServiceAnswer(one.error) == nil && ServiceAnswer(other.error) != nil ? other : one
  }

  private mutating func object(in view: TextView) -> Candidate? {
    let bytes = view.bytes
    var stepsLeft = Self.stepsPerByte * bytes.count + 4096
    var lineStart = 0
    for (offset, byte) in bytes.enumerated() {
      if byte == 0x0A { lineStart = offset + 1 }
      guard byte == UInt8(ascii: "{") else { continue }
      if stepsLeft <= 0 { return nil }
      var reader = LooseReader(bytes, at: offset, lineStart: lineStart)
      let object = reader.object()
      stepsLeft -= reader.position - offset
      stepCount += reader.position - offset
      if let object, let candidate = Self.candidate(object, at: view.origin(of: offset)) { return candidate }
    }
    return nil
  }

  private static func candidate(_ object: JSONObject, at offset: Int) -> Candidate? {
    if let responses = object["responses"]?.array {
      for response in responses {
        guard let response = response.object, let body = response["body"]?.object,
          let error = ServiceError(body), error.isPlausible
        else { continue }
        let headers = response["headers"]?.object
        let seconds = (headers?["Retry-After"] ?? headers?["retry-after"])?.string.flatMap { Int64($0.text) }
        return Candidate(
          error: error, offset: offset, status: response["status"]?.number?.integer.flatMap { Int(exactly: $0) },
          retryAfter: seconds, batchID: response["id"]?.string, isBatch: true)
      }
      return nil
    }
    if let error = ServiceError(object), error.isPlausible { return Candidate(error: error, offset: offset) }
    // The inner object alone, as SDKs print it.
    let error = ServiceError(["error": .object(object)])
    guard let error, error.message != nil, ServiceAnswer(error) != nil else { return nil }
    return Candidate(error: error, offset: offset)
  }

  private func found(_ candidate: Candidate) -> FoundAnswer {
    let facts = ResponseFacts(text, before: candidate.offset)
    let line = text[..<min(candidate.offset, text.count)].count { $0 == 0x0A } + 1
    return FoundAnswer(
      error: candidate.error,
      place: AnswerPlace(
        line: line, surroundings: candidate.isBatch ? .batch : Self.surroundings(of: text, at: candidate.offset),
        batchID: candidate.batchID),
      status: candidate.status ?? (candidate.isBatch ? nil : facts.status), date: candidate.error.time ?? facts.date,
      retryAfter: candidate.retryAfter ?? (candidate.isBatch ? nil : facts.retryAfter),
      otherCodes: CodeSearch(text).otherCodes(than: candidate.error.entraCodes))
  }

  private static let reach = 16_384

  /// By words that only one of them has; the first match counts.
  private static func surroundings(of text: [UInt8], at offset: Int) -> AnswerPlace.Surroundings {
    let marks: [(AnswerPlace.Surroundings, [String])] = [
      (.terraform, ["│ ", "with provider[", "autorest/azure:", "registry.terraform.io"]),
      (
        .powerShellError,
        [
          "CategoryInfo", "FullyQualifiedErrorId", "Invoke-RestMethod", "Invoke-WebRequest", "Connect-", "-Mg", "-Az",
          "-Entra",
        ]
      ),
      (
        .exceptionText,
        [
          "Exception", "Traceback", "Error: ", "    at ", "\tat ", "Caused by", "FromAssertion(",
          "uthentication failed",
        ]
      ),
      (.azureCLI, ["ERROR: ", "azure.cli", "##[error]"]),
      (.curlTrace, ["< HTTP/", "HTTP/1.1 ", "HTTP/2 ", "% Received"]),
      (.webPage, ["<html", "<!DOCTYPE", "<!doctype"]),
      (.pythonDictionary, ["{'", "': '", "': \""]),
    ]
    // Text further away is about something else, and reading it would cost more than finding the error did.
    let around = Array(text[max(0, offset - reach)..<min(text.count, offset + reach)])
    return marks.first { _, words in words.contains { around.span.firstOffset(of: Array($0.utf8)) != nil } }?.0 ?? .text
  }
}

/// What lines around an error say about the response: its status, its date, and how long to wait.
struct ResponseFacts {
  private(set) var status: Int?
  private(set) var date: NumericDate?
  private(set) var retryAfter: Int64?

  /// In a trace, the last header section before the error counts; of other lines, the first.
  init(_ text: [UInt8], before offset: Int) {
    var lineStart = 0
    for line in text.split(separator: 0x0A, omittingEmptySubsequences: false) {
      let isBefore = lineStart <= offset
      lineStart = line.endIndex + 1
      if line.count > 400 { continue }
      let start = LinePrefix.end(text, at: line.startIndex)
      guard start < line.endIndex, let words = String(validating: text[start..<line.endIndex], as: UTF8.self) else {
        continue
      }
      read(words, isBefore: isBefore)
    }
  }

  private mutating func read(_ line: String, isBefore: Bool) {
    let words = line.split(whereSeparator: { $0 == " " || $0 == "\r" || $0 == "\t" || $0 == "\r\n" })
    guard let first = words.first else { return }
    if first.utf8.starts(with: "HTTP/".utf8), words.count > 1 {
      guard isBefore, let number = Self.status(words[1]) else { return }
      (status, date, retryAfter) = (number, nil, nil)
      return
    }
    let name = first.filter { $0 != ":" && $0 != "'" && $0 != "," }.lowercased()
    let value = words.dropFirst().first { $0 != ":" }
    switch name {
    case "retry-after": retryAfter = retryAfter ?? value.flatMap { Int64(String($0.filter { $0 != "'" && $0 != "," })) }
    case "date": date = date ?? Self.date(words.dropFirst().filter { $0 != ":" })
    case "status", "statuscode", "response":
      if status == nil { status = words.dropFirst().lazy.compactMap(Self.status).first }
    default: break
    }
  }

  /// Three digits, with or without a colon after them.
  private static func status(_ word: Substring) -> Int? {
    let digits = word.utf8.prefix { ASCII.isDigit($0) }
    guard digits.count == 3, let number = Int(String(Substring(digits))), (100..<600).contains(number) else {
      return nil
    }
    return number
  }

  private static func date(_ words: [Substring]) -> NumericDate? {
    let text = words.joined(separator: " ")
    return SavedResponse.date(ofField: text) ?? ServiceError.time(ExactText(text), "T")
      ?? ServiceError.time(ExactText(text), " ")
  }
}
