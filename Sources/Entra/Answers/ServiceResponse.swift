public import Encodings
import JSON
public import Messages
public import Tokens

/// What a saved response is: a success, an error of one of the services, or the word of somebody between.
public struct ServiceResponse: Sendable {
  /// What it is.
  @nonexhaustive
  public enum Kind: Sendable {
    /// `addKey` was done: the id of the new credential and its end, where they are said.
    case keyCredential(id: ExactText?, end: ExactText?)
    /// `removeKey` was done: 204 and no body.
    case noContent
    /// The endpoint issued an access token, which is not kept: its type and its life in seconds, where they are said.
    case accessToken(type: ExactText?, seconds: Int64?)
    case error(ServiceError)
    /// A page for people, such as a proxy's.
    case webPage
    /// A status of success, and a body that is no answer to these requests.
    case otherSuccess
    /// A status of failure, and a body that is no error of these services.
    case otherFailure
  }

  public let kind: Kind
  public let status: Int?
  /// When it was answered, by the header, else by the body.
  public let date: NumericDate?

  /// Reads a saved response, or a JSON body alone.
  ///
  /// Throws `malformed-response`, `unrecognised-response` for JSON that nothing says is an answer, and what the JSON reader throws.
  public init(_ text: Span<UInt8>) throws(ResponseError) {
    let saved = try SavedResponse(text)
    status = saved.status
    kind = try Self.kind(saved)
    if case .error(let error) = kind { date = saved.date ?? error.time } else { date = saved.date }
  }

  /// The service that gave it, where that can be told.
  public var service: Service? {
    switch kind {
    case .keyCredential, .noContent: .graph
    case .accessToken: .tokenEndpoint
    case .error(let error): error.service
    case .webPage, .otherSuccess, .otherFailure: nil
    }
  }

  private static func kind(_ saved: SavedResponse) throws(ResponseError) -> Kind {
    let content = saved.body.drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
    if content.isEmpty { return saved.status == 204 ? .noContent : other(saved.status) }
    if content.starts(with: [0x1F, 0x8B]) { throw compressed }
    // No JSON begins so.
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
    if saved.status == nil {
      throw ResponseError(
        .unrecognised, "the JSON is no answer of Microsoft Graph or of the token endpoint: it has no error",
        hint: "save the status line and headers too, as curl -i does")
    }
    return other(saved.status)
  }

  private static let compressed = ResponseError(
    .malformed, "the body is compressed", hint: "save it with curl --compressed, or unpack it with gunzip")

  /// True where the first line is the length of a chunk (RFC 9112, section 7.1).
  private static func isInChunks(_ body: ArraySlice<UInt8>) -> Bool {
    let line = body.prefix { $0 != 0x0A }.filter { $0 != 0x0D }
    return (1...8).contains(line.count) && line.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
  }

  private static func other(_ status: Int?) -> Kind {
    (200..<300).contains(status ?? 0) ? .otherSuccess : .otherFailure
  }
}
