public import Encodings
import JSON
public import Messages
import Signing
public import Tokens

/// The kind of a saved response: a success, an error of one of the services, or the answer of a proxy or another
/// server.
public struct ServiceResponse: Sendable {
  /// The content of the response.
  @nonexhaustive
  public enum Kind: Sendable {
    /// `addKey` was done: the id of the new credential and its end, if they are given.
    case keyCredential(id: ExactText?, end: ExactText?)
    /// A list of the credentials of an object: the number of key credentials.
    case keyCredentials(count: Int)
    /// A page that lists what is registered on so many objects, and whether another page follows.
    case listing(objectCount: Int, hasNextPage: Bool)
    /// `removeKey` was done: 204 and no body.
    case noContent
    /// Every one of so many requests of a `$batch` was done.
    case batch(count: Int)
    /// The endpoint issued an access token, which is not kept: its type and its life in seconds, if they are given.
    case accessToken(type: ExactText?, seconds: Int64?)
    /// An error of Graph or of the token endpoint, which may be known or not.
    case error(ServiceError)
    /// A page for people, such as a proxy's.
    case webPage
    /// A status of success, and a body that is not an answer to these requests.
    case otherSuccess
    /// A status of failure, and a body that is not an error of these services.
    case otherFailure
  }

  /// What the service answered.
  public let kind: Kind
  /// The HTTP status; nil if the input does not have it.
  public let status: Int?
  /// The time of the answer, by the header, or otherwise by the body.
  public let date: NumericDate?
  /// How many seconds to wait before the next request, if the service says so (RFC 9110, section 10.2.3).
  public let retryAfter: Int64?
  /// Where an error was found in a text with more than the answer; nil if the text is the answer.
  public let place: AnswerPlace?
  /// Other codes of Entra that the text around an error has, each with its line, counted from 1: one of them may be the one that
  /// counts.
  public let otherCodes: [(code: String, line: Int)]

  /// Reads a saved response, or a JSON body alone; in any other text it looks for an error of the services.
  ///
  /// Throws `malformed-response`, `unrecognised-response` for JSON that does not look like an answer, and what the JSON
  /// reader throws.
  public init(_ text: Span<UInt8>) throws(ResponseError) {
    let text = SavedText(text)
    let strict: ServiceResponse
    do throws(ResponseError) { strict = try ServiceResponse(reading: text.bytes) } catch {
      guard text.bytes.count <= JSONLimits.savedAnswer.byteCount else { throw error }
      guard let found = Self.found(in: text) else { throw UnansweredText(text.bytes)?.error ?? error }
      self = found
      return
    }
    switch strict.kind {
    case .otherSuccess, .otherFailure, .webPage: self = Self.found(in: text) ?? strict
    default: self = strict
    }
  }

  /// Takes only a saved response, or its body alone.
  private init(reading text: [UInt8]) throws(ResponseError) {
    let saved = try SavedResponse(text.span)
    kind = try Self.kind(saved)
    status = saved.status
    place = nil
    otherCodes = []
    retryAfter = saved[field: "retry-after"].flatMap { Int64($0) }
    if case .error(let error) = kind { date = saved.date ?? error.time } else { date = saved.date }
  }

  private init(_ found: FoundAnswer) {
    kind = .error(found.error)
    status = found.status
    date = found.date
    retryAfter = found.retryAfter
    place = found.place
    otherCodes = found.otherCodes
  }

  private static func found(in text: SavedText) -> ServiceResponse? {
    var finder = AnswerFinder(text.searchable)
    return finder.first().map { ServiceResponse($0) }
  }

  /// The service that gave it, if it is known.
  public var service: Service? {
    switch kind {
    case .keyCredential, .keyCredentials, .listing, .noContent, .batch: .graph
    case .accessToken: .tokenEndpoint
    // Key Vault writes its errors in the form of Graph.
    case .error(let error): error.isOfKeyVault ? nil : error.service
    case .webPage, .otherSuccess, .otherFailure: nil
    }
  }

  /// Who answered, for people; nil if that is not known.
  public var serviceTitle: String? {
    if case .error(let error) = kind, error.isOfKeyVault { return "Azure Key Vault" }
    return service?.title
  }

  private static func kind(_ saved: SavedResponse) throws(ResponseError) -> Kind {
    let content = saved.body.drop { ASCII.isWhiteSpace($0) }
    if content.isEmpty { return saved.status == 204 ? .noContent : other(saved.status) }
    if content.starts(with: [0x1F, 0x8B]) { throw compressed }
    // JSON never begins like this.
    if content.first == UInt8(ascii: "<") { return .webPage }
    let body: JSONObject
    do throws(JSONError) {
      body = try JSONReader.object(saved.body, within: .savedAnswer)
    } catch {
      if let coding = saved[field: "content-encoding"], coding != "identity" { throw compressed }
      if isInChunks(content) && saved[field: "transfer-encoding"] != nil {
        throw ResponseError(
          .malformed, "the body is still in the chunks in which it was sent",
          hint: "save it with curl -i, without --raw")
      }
      throw ResponseError(error)
    }
    if let error = ServiceError(body) { return .error(error) }
    if body["access_token"]?.string != nil {
      return .accessToken(type: body["token_type"]?.string, seconds: body["expires_in"]?.number?.integer)
    }
    if body["keyId"]?.string != nil, body["usage"]?.string != nil {
      return .keyCredential(id: body["keyId"]?.string, end: body["endDateTime"]?.string)
    }
    if let responses = body["responses"]?.array, !responses.isEmpty, responses.allSatisfy(isDone) {
      return .batch(count: responses.count)
    }
    // The documents show only this much of it.
    if let context = body["@odata.context"]?.string, context.text.hasSuffix("#microsoft.graph.keyCredential") {
      return .keyCredential(id: nil, end: nil)
    }
    if let status = saved.status, (200..<300).contains(status), let list = body["keyCredentials"]?.array {
      return .keyCredentials(count: list.count)
    }
    if let status = saved.status, (200..<300).contains(status), let objects = body["value"]?.array,
      isListing(objects, body)
    {
      return .listing(objectCount: objects.count, hasNextPage: body["@odata.nextLink"]?.string != nil)
    }
    if saved.status == nil {
      throw ResponseError(
        .unrecognised, "the JSON is not an answer of Microsoft Graph or of the token endpoint: it has no error",
        hint: "save the status line and headers too, as curl -i does")
    }
    return other(saved.status)
  }

  private static func isDone(_ response: JSONValue) -> Bool {
    guard let object = response.object, let status = object["status"]?.number?.integer else { return false }
    return (200..<300).contains(status) && object["body"]?.object?["error"] == nil
  }

  /// True for a list of applications or service principals with what is registered on each.
  private static func isListing(_ objects: JSONArray, _ body: JSONObject) -> Bool {
    if let first = objects.first {
      return first.object.map { $0.contains("keyCredentials") || $0.contains("passwordCredentials") } ?? false
    }
    let context = body["@odata.context"]?.string?.text ?? ""
    return GraphAddress.Collection.allCases.contains { context.contains("#\($0.rawValue)(") }
  }

  private static let compressed = ResponseError(
    .malformed, "the body is compressed", hint: "save it with curl --compressed, or unpack it with gunzip")

  /// True if the first line is the length of a chunk (RFC 9112, section 7.1).
  private static func isInChunks(_ body: ArraySlice<UInt8>) -> Bool {
    let line = body.prefix { $0 != 0x0A }.filter { $0 != 0x0D }
    return (1...8).contains(line.count) && line.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
  }

  private static func other(_ status: Int?) -> Kind {
    (200..<300).contains(status ?? 0) ? .otherSuccess : .otherFailure
  }
}

/// A file without a readable answer of a service.
public typealias ResponseError = Failure<ResponseErrorCode>

/// The reasons of a `ResponseError`, by their stable ids.
@nonexhaustive
public enum ResponseErrorCode: String, FailureCode {
  case malformed = "malformed-response"
  case unrecognised = "unrecognised-response"
}

extension ResponseError {
  /// A body that is not JSON keeps the id of the reader.
  init(_ error: JSONError) {
    self.init(
      id: error.id,
      "the body is not the JSON that the services answer: \(error.problem), at byte \(error.offset)",
      hint: error.code == .invalidEncoding
        ? "save it as UTF-8 without a byte order mark"
        : "save what the service sent, as curl -i does, or the JSON of the body alone")
  }
}

/// An HTTP response as `curl -i` or `curl -D` saves it (RFC 9112, section 2.1), or a body alone.
///
/// If there are several header sections, from an interim response, a proxy or a redirection, the last one counts.
public struct SavedResponse: Sendable {
  /// Nil for a body alone.
  public let status: Int?
  /// The header fields of the final section, in their order.
  public let fields: [(name: String, value: String)]
  /// The bytes after the header.
  public let body: [UInt8]

  /// Throws `malformed-response` for an empty file, and for lines that are neither a status line nor header fields.
  public init(_ text: Span<UInt8>) throws(ResponseError) {
    var position = 0
    let head = try Self.head(text, &position)
    body = [UInt8](copying: text.extracting(position..<text.count))
    status = head?.status
    fields = head?.fields ?? []
    if status == nil, body.allSatisfy({ ASCII.isWhiteSpace($0) }) {
      throw ResponseError(
        .malformed, "the file is empty", hint: "save the status line and headers too, as curl -i does")
    }
  }

  /// The value of the first field of this name, in any case.
  public subscript(field name: String) -> String? {
    fields.first { ASCII.isEqualIgnoringCase($0.name, name) }?.value
  }

  /// The time at which the service answered, by its own field Date, in the one form that is sent (RFC 9110, section
  /// 5.6.7).
  public var date: NumericDate? {
    self[field: "date"].flatMap(Self.date(ofField:))
  }

  /// Skips the header sections that begin at a position, and returns the last of them; nil if none begins there.
  static func head(
    _ text: Span<UInt8>, _ position: inout Int
  ) throws(ResponseError) -> (status: Int, fields: [(name: String, value: String)], date: NumericDate?)? {
    var head: (status: Int, fields: [(name: String, value: String)])?
    while startsStatusLine(text, position) {
      let status = try statusCode(in: line(text, &position))
      head = (status, try fields(text, &position))
    }
    guard let head else { return nil }
    let date = head.fields.first { ASCII.isEqualIgnoringCase($0.name, "date") }
    return (head.status, head.fields, date.flatMap { Self.date(ofField: $0.value) })
  }

  static func date(ofField value: String) -> NumericDate? {
    guard value.utf8.count == 29, value.utf8.suffix(4).elementsEqual(" GMT".utf8) else { return nil }
    let parts = value.split(separator: " ")
    guard parts.count == 6, let month = Self.months.firstIndex(of: String(parts[2])) else { return nil }
    let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
    return NumericDate(rfc3339: "\(parts[3])-\(number)-\(parts[1])T\(parts[4])Z")
  }

  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  // MARK: Lines

  private static func startsStatusLine(_ text: Span<UInt8>, _ position: Int) -> Bool {
    text.holds(Array("HTTP/".utf8), at: position)
  }

  /// `HTTP/1.1 401 Unauthorized`, or without a reason as HTTP/2 has it.
  private static func statusCode(in line: [UInt8]) throws(ResponseError) -> Int {
    let words = line.split(separator: UInt8(ascii: " "), maxSplits: 2, omittingEmptySubsequences: false)
    guard words.count >= 2, words[1].count == 3, words[1].allSatisfy({ ASCII.isDigit($0) }),
      let code = text(words[1]).flatMap({ Int($0) })
    else {
      throw ResponseError(.malformed, "the file begins as an HTTP response and has no status in its first line")
    }
    return code
  }

  /// The fields up to the empty line that ends them, or to the end of what was saved.
  private static func fields(
    _ text: Span<UInt8>, _ position: inout Int
  ) throws(ResponseError) -> [(name: String, value: String)] {
    var fields: [(name: String, value: String)] = []
    while position < text.count {
      let start = position
      let line = line(text, &position)
      if line.isEmpty { return fields }
      // A line that continues the one before (RFC 9112, section 5.2) belongs to no field that is read here.
      if ASCII.isWhiteSpace(line[0]) { continue }
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > 0, let name = Self.text(line[..<colon]),
        let value = Self.text(trimmed(line[(colon + 1)...]))
      else {
        throw ResponseError(
          .malformed, "the headers have a line that is not a header field, at byte \(start)",
          hint: "an empty line ends the headers, and the body follows it")
      }
      fields.append((name, value))
    }
    return fields
  }

  /// The next line, without its line feed and without a carriage return before that.
  private static func line(_ text: Span<UInt8>, _ position: inout Int) -> [UInt8] {
    let start = position
    while position < text.count, text[position] != 0x0A { position += 1 }
    var end = position
    if position < text.count { position += 1 }
    if end > start, text[end - 1] == 0x0D { end -= 1 }
    return [UInt8](copying: text.extracting(start..<end))
  }

  /// Without the white space around the value of a field (RFC 9110, section 5.5).
  private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard let last = bytes.lastIndex(where: { !ASCII.isWhiteSpace($0) }) else { return [] }
    return bytes[...last].drop { ASCII.isWhiteSpace($0) }
  }

  private static func text(_ bytes: ArraySlice<UInt8>) -> String? { String(validating: bytes, as: UTF8.self) }
}
