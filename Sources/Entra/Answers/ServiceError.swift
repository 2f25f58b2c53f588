public import Encodings
import JSON
public import Tokens

/// An error as Microsoft Graph or the token endpoint writes it (RFC 6749, section 5.2); all of it is the sender's text.
public struct ServiceError: Sendable {
  public let service: Service
  /// `error.code` of Graph, `error` of the token endpoint.
  public let code: ExactText?
  public let message: ExactText?
  /// The numbers of Entra's own, as `AADSTS700027`, each once.
  public let entraCodes: [String]
  /// The names under which Microsoft's support finds the request.
  public let identifiers: [(name: ExactText, value: ExactText)]
  /// When the body says that it was written.
  public let time: NumericDate?

  /// Nil for an object that has no `error`.
  init?(_ body: JSONObject) {
    switch body["error"] {
    case .object(let error):
      service = .graph
      code = error["code"]?.string
      message = error["message"]?.string
      let inner = (error["innerError"] ?? error["innererror"])?.object ?? JSONObject()
      identifiers = Self.strings(["request-id", "client-request-id"], of: inner)
      time = inner["date"]?.string.flatMap { Self.time($0, "T") }
      entraCodes = Self.entraCodes(in: message, and: nil)
    case .string(let error):
      service = .tokenEndpoint
      code = error
      message = body["error_description"]?.string
      identifiers = Self.strings(["trace_id", "correlation_id"], of: body)
      time = body["timestamp"]?.string.flatMap { Self.time($0, " ") }
      entraCodes = Self.entraCodes(in: message, and: body["error_codes"]?.array)
    default: return nil
    }
  }

  /// The code that says most: Entra's own where there is one.
  public var name: ExactText? { entraCodes.last.map { ExactText($0) } ?? code }

  func hasCode(_ code: String) -> Bool {
    entraCodes.contains { $0.utf8.elementsEqual(code.utf8) } || self.code == ExactText(code)
  }

  /// True when the message has a phrase in it, which is given in lower case; of ASCII alone the case does not count.
  func says(_ phrase: String) -> Bool {
    guard let message else { return false }
    let phrase = Array(phrase.utf8)
    let text = message.text.utf8.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
    guard let first = phrase.first, text.count >= phrase.count else { return false }
    return (0...(text.count - phrase.count)).contains { start in
      text[start] == first && text[start...].starts(with: phrase)
    }
  }

  private static func strings(_ names: [ExactText], of object: JSONObject) -> [(name: ExactText, value: ExactText)] {
    names.compactMap { name in object[name]?.string.map { (name, $0) } }
  }

  /// `2023-11-14T22:18:20` or `2023-11-14 22:18:20Z`, both in UTC.
  private static func time(_ text: ExactText, _ separator: String) -> NumericDate? {
    let bytes = text.text.utf8
    guard (19...20).contains(bytes.count), bytes.dropFirst(10).starts(with: separator.utf8) else { return nil }
    return NumericDate(rfc3339: "\(Substring(bytes.prefix(10)))T\(Substring(bytes.dropFirst(11).prefix(8)))Z")
  }

  /// Each `AADSTS` with its digits, in the order of the message, then what the list has beside.
  private static func entraCodes(in message: ExactText?, and list: JSONArray?) -> [String] {
    let prefix = Array("AADSTS".utf8)
    var codes: [String] = []
    var rest = Array((message?.text ?? "").utf8)[...]
    while let start = rest.firstIndex(of: prefix[0]) {
      rest = rest[start...]
      guard rest.starts(with: prefix) else {
        rest = rest.dropFirst()
        continue
      }
      let digits = rest.dropFirst(prefix.count).prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      rest = rest.dropFirst(prefix.count + digits.count)
      if let number = String(validating: digits, as: UTF8.self), !number.isEmpty {
        append("AADSTS\(number)", to: &codes)
      }
    }
    for number in list ?? [] {
      if let number = number.number?.integer { append("AADSTS\(number)", to: &codes) }
    }
    return codes
  }

  /// More than a few codes no answer has.
  private static func append(_ code: String, to codes: inout [String]) {
    if codes.count < 8, !codes.contains(where: { $0.utf8.elementsEqual(code.utf8) }) { codes.append(code) }
  }
}
