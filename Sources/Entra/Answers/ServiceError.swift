public import Encodings
public import JSON
import Messages
public import Signing
public import Tokens

/// An error as Microsoft Graph or the token endpoint writes it (RFC 6749, section 5.2); all of it is the sender's text.
public struct ServiceError: Sendable {
  /// Which service answered.
  public let service: Service
  /// `error.code` of Graph, `error` of the token endpoint.
  public let code: ExactText?
  /// The text for people; it comes from the sender, so show it as a `ForeignText`.
  public let message: ExactText?
  /// Entra's own numbers, as in `AADSTS700027`, each once.
  public let entraCodes: [String]
  /// The ids by which Microsoft's support finds the request.
  public let identifiers: [(name: ExactText, value: ExactText)]
  /// The time in the body at which it was written.
  public let time: NumericDate?

  /// An error that was read from a text.
  init(service: Service, code: ExactText?, message: ExactText?, entraCodes: [String], time: NumericDate?) {
    self.service = service
    self.code = code
    self.message = message
    var codes = service == .graph ? [] : Self.entraCodes(in: message, and: nil)
    for code in entraCodes where !codes.contains(code) { codes.append(code) }
    self.entraCodes = codes
    self.time = time
    identifiers = []
    innerCode = nil
  }

  /// The error inside the message of another, as a gateway hands on what the directory answered:
  /// `{"code":"UnknownError","message":"{\"error\":…}"}`.
  private static func inner(_ error: JSONObject) -> JSONObject? {
    guard let message = error["message"]?.string?.text, message.utf8.first == UInt8(ascii: "{"),
      let object = try? JSONReader.object(Array(message.utf8), within: .savedAnswer)
    else { return nil }
    let inner = (object["error"] ?? object["Error"] ?? object["odata.error"])?.object ?? object
    var result = error
    guard let code = inner["code"] ?? inner["Code"], code.string != nil else { return nil }
    result["code"] = code
    result["message"] = inner["message"] ?? inner["Message"] ?? .string("")
    return result
  }

  /// The code of `innererror`, if it has one.
  let innerCode: ExactText?

  /// True for an error of Azure Key Vault, whose form is that of Graph.
  var isOfKeyVault: Bool {
    let codes: [ExactText] = ["BadParameter", "KeyNotFound", "KeyDisabled", "VaultNotFound"]
    let innerCodes: [ExactText] = [
      "ForbiddenByPolicy", "ForbiddenByRbac", "ForbiddenByFirewall", "ForbiddenByConnection", "KeyDisabled",
    ]
    if code.map(codes.contains) ?? false || innerCode.map(innerCodes.contains) ?? false { return true }
    let words = words
    return words.span.firstOffset(of: Array("key vault".utf8)) != nil && ServiceAnswer(self) == nil
  }

  /// Nil for an object that has neither an `error` nor the older `odata.error`.
  init?(_ body: JSONObject) {
    switch body["error"] ?? body["odata.error"] {
    case .object(let outer):
      let error = Self.inner(outer) ?? outer
      service = .graph
      code = error["code"]?.string
      // The older form has a language beside the text.
      message = error["message"]?.string ?? error["message"]?.object?["value"]?.string
      let inner = (error["innerError"] ?? error["innererror"] ?? error["inner_error"])?.object ?? error
      identifiers = Self.strings(["request-id", "client-request-id", "requestId"], of: inner)
      time = inner["date"]?.string.flatMap { Self.time($0, "T") }
      entraCodes = Self.entraCodes(in: message, and: nil)
      innerCode = inner["code"]?.string ?? error["innererror"]?.object?["code"]?.string
    case .string(let error):
      service = .tokenEndpoint
      code = error
      message = body["error_description"]?.string
      identifiers = Self.strings(["trace_id", "correlation_id"], of: body)
      time = body["timestamp"]?.string.flatMap { Self.time($0, " ") }
      entraCodes = Self.entraCodes(in: message, and: body["error_codes"]?.array)
      innerCode = nil
    default: return nil
    }
  }

  /// True if more than the name of a member shows that this is an error of these services: for objects found in some
  /// text.
  var isPlausible: Bool {
    switch service {
    case .graph: code.map { !$0.isEmpty } ?? false
    case .tokenEndpoint: message != nil || !entraCodes.isEmpty || code.map(Self.oauthCodes.contains) ?? false
    }
  }

  /// The codes of RFC 6749, section 5.2, and of Entra.
  private static let oauthCodes: Set<ExactText> = [
    "invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type",
    "invalid_scope", "invalid_resource", "interaction_required",
  ]

  /// The text for people as it is shown: without the secrets that are in it.
  public var shownMessage: String? { message.map { SecretsInText.shown(maskingSecretsOf: $0.text) } }

  /// The most specific code: Entra's own if there is one.
  public var name: ExactText? { entraCodes.last.map { ExactText($0) } ?? code }

  func hasCode(_ code: String) -> Bool {
    entraCodes.contains { $0.utf8.elementsEqual(code.utf8) } || self.code == ExactText(code)
  }

  /// The message in small letters, with one space for each row of white space, to look for phrases.
  var words: [UInt8] {
    var words: [UInt8] = []
    for byte in (message?.text ?? "").utf8 {
      let isSpace = ASCII.isWhiteSpace(byte)
      if isSpace, words.last == 0x20 { continue }
      words.append(isSpace ? 0x20 : ASCII.lowercased(byte))
    }
    return words
  }

  private static func strings(_ names: [ExactText], of object: JSONObject) -> [(name: ExactText, value: ExactText)] {
    names.compactMap { name in object[name]?.string.map { (name, $0) } }
  }

  /// `2023-11-14T22:18:20` or `2023-11-14 22:18:20Z`, both in UTC.
  static func time(_ text: ExactText, _ separator: String) -> NumericDate? {
    let bytes = text.text.utf8
    guard (19...20).contains(bytes.count), bytes.dropFirst(10).starts(with: separator.utf8) else { return nil }
    return NumericDate(rfc3339: "\(Substring(bytes.prefix(10)))T\(Substring(bytes.dropFirst(11).prefix(8)))Z")
  }

  /// Each `AADSTS` with its digits, in the order of the message, then the others of the list.
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
      let digits = rest.dropFirst(prefix.count).prefix { ASCII.isDigit($0) }
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

  /// No answer has more than a few codes.
  private static func append(_ code: String, to codes: inout [String]) {
    if codes.count < 8, !codes.contains(where: { $0.utf8.elementsEqual(code.utf8) }) { codes.append(code) }
  }
}

/// The thumbprint that the service received, by its error: the hexadecimal digits of whatever the header contained.
public struct ReceivedThumbprint: Sendable, Hashable {
  /// What the bytes are, by their number and content.
  @nonexhaustive
  public enum Form: String, Sendable, Hashable, CaseIterable {
    /// 20 bytes: right in `x5t`.
    case sha1 = "sha-1"
    /// 32 bytes: right in `x5t#S256`.
    case sha256 = "sha-256"
    /// The ASCII digits of a thumbprint, or those digits decoded as base64url.
    case hexadecimalText = "hexadecimal-text"
    /// A number of bytes that no thumbprint has.
    case other
  }

  /// The bytes that the service received, by its own words.
  public let bytes: [UInt8]
  /// What these bytes look like.
  public let form: Form
  /// The thumbprint itself; for hexadecimal text, the bytes that the text means.
  public let thumbprint: [UInt8]

  /// Finds it in the message of an error: the first long run of hexadecimal digits.
  init?(_ error: ServiceError) {
    guard let message = error.message else { return nil }
    // GUIDs have no run of more than 12 digits. The thumbprint of a key that the service found comes after the
    // client's.
    let run = message.text.utf8.split { Hexadecimal.value($0) == nil }.first { $0.count >= 32 }.map { Substring($0) }
    guard let run, let bytes = Hexadecimal.decode(ExactText("\(run)")) else { return nil }
    self.init(bytes)
  }

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    let inner = Self.thumbprint(inTextOf: bytes) ?? Self.thumbprint(inTextOf: Base64.url.encode(bytes.span))
    thumbprint = inner ?? bytes
    if inner != nil {
      form = .hexadecimalText
    } else {
      form = bytes.count == 20 ? .sha1 : bytes.count == 32 ? .sha256 : .other
    }
  }

  /// `bytes` in upper-case hexadecimal, as the service writes them.
  public var hexadecimal: String { Hexadecimal.upperCase(bytes) }

  /// What to do about bytes that are wrong in every place; nil if they may be right.
  public var nextStep: String? {
    switch form {
    case .sha1, .sha256: nil
    case .hexadecimalText, .other:
      "write base64url of the thumbprint's bytes: the 20 of the SHA-1 into x5t, or the 32 of the SHA-256 into x5t#S256"
    }
  }

  /// Says which of the known mistakes it is, or that it is right, as far as the token's header and the certificates
  /// show it.
  public func remarks(header: JSONObject?, certificates: [Certificate]) -> [String] {
    var remarks = [meaning(header)]
    if header != nil, carrier(in: header) == nil {
      remarks.append("the header of the token given carries no such thumbprint: this is not the token that was sent")
    }
    var owners: [String] = []
    for certificate in certificates {
      for kind in Thumbprint.allCases where kind.bytes(of: certificate) == thumbprint {
        owners.append("it is the \(kind.digest.rawValue) of a certificate given, \(quoting: certificate.subject)")
      }
    }
    if owners.isEmpty, !certificates.isEmpty { owners = ["it is not of any given certificate"] }
    return remarks + owners
  }

  private func meaning(_ header: JSONObject?) -> String {
    let carrier = carrier(in: header)
    switch form {
    case .hexadecimalText:
      return "it is the hexadecimal text of a thumbprint, \(bytes.count) bytes, instead of the thumbprint's own bytes"
    case .sha1, .sha256:
      let right: Thumbprint = form == .sha1 ? .sha1 : .sha256
      let name = "it has the \(bytes.count) bytes of a \(right.digest.rawValue)"
      guard let carrier else {
        return "\(name), which is right in \(right.headerName) and wrong in \(right.other.headerName)"
      }
      return carrier == right
        ? "\(name), which is right in \(right.headerName): its form is not the mistake"
        : "\(name), which belongs in \(right.headerName), and \(carrier.headerName) carried it"
    case .other: return "it has \(bytes.count) bytes, which no thumbprint has"
    }
  }

  /// The header name that carried these bytes.
  private func carrier(in header: JSONObject?) -> Thumbprint? {
    Thumbprint.allCases.first { kind in
      guard let text = header?[kind.headerName]?.string else { return false }
      return (try? Base64.url.decodeReportingIrregularities(text))?.bytes == bytes
    }
  }

  /// The bytes of text that is the hexadecimal of a thumbprint.
  private static func thumbprint(inTextOf bytes: [UInt8]) -> [UInt8]? {
    String(validating: bytes, as: UTF8.self).flatMap { Thumbprint.bytes(ofHexadecimal: ExactText($0)) }
  }
}
