import Encodings
import JSON
import Messages
import Tokens

/// The credentials in a saved file, object by object, whichever tool saved it.
///
/// It takes the JSON of Graph, of `az` and of the portal's manifest, the output of `ConvertTo-Json` for PowerShell's
/// objects, an answer to a `$batch`, and all of these as `curl -i` saves them, in UTF-8 or UTF-16, and several of them
/// one after the other or in an array.
struct SavedRegistrations {
  /// One application or service principal, or a list of entries that does not say whose they are.
  struct Object {
    /// Nil for a bare list.
    let owner: JSONObject?
    /// Nil if the file does not have the collection, which is not the same as an empty one.
    let keys: [JSONValue]?
    let passwords: [JSONValue]?
    /// The `@odata.context` of the answer with the object, which names its collection.
    let context: ExactText?
    /// The time at which the service answered, by the header of that answer.
    let answered: NumericDate?

    /// Its object id and its application id, if they are there.
    var ids: [ExactText] {
      guard let owner else { return [] }
      return [SavedName.objectID, .applicationID].compactMap { $0.value(in: owner)?.string }
    }
  }

  /// One page of a listing.
  struct Page {
    let context: ExactText?
    /// The address of the next page; nil on the last.
    let nextLink: ExactText?
    /// The number of objects on all pages together, if the service was asked for it.
    let count: Int64?
    let objectCount: Int
  }

  private(set) var objects: [Object] = []
  private(set) var pages: [Page] = []
  /// The responses of a `$batch` that are errors, for messages.
  private(set) var failures: [String] = []
  /// The time at which the service gave the current answer, by its header.
  private var answered: NumericDate?
  let subject: String

  /// Further values are not read.
  private static let mostDocuments = 1 << 17

  /// Throws `malformed-key-credentials` if the file is something else, or an answer that says that the call failed.
  init(
    _ file: Span<UInt8>, of subject: String, within limits: JSONLimits = .savedRegistration
  ) throws(KeyCredentialsError) {
    self.subject = subject
    if file.count > limits.byteCount {
      throw Self.malformed(subject, "is longer than \(limits.byteCount) bytes")
    }
    let text = SavedText(file).bytes
    var position = 0
    var count = 0
    while true {
      let status = try head(text.span, &position)
      Self.skipWhiteSpace(text.span, &position)
      if position == text.count {
        if status == nil, count > 0 { break }
        throw malformed(status.map { "is an answer with the status \($0) and without a body" } ?? "is empty")
      }
      if let next = Self.endOfOtherLines(text, from: position, isAtStart: count == 0) {
        position = next
        if next == text.count { break }
      }
      count += 1
      if count > Self.mostDocuments { throw malformed("holds more than \(Self.mostDocuments) answers") }
      try take(try value(in: text, &position, within: limits), status: status)
    }
    if objects.isEmpty, pages.isEmpty {
      throw failures.first.map { malformed($0, hint: Self.wanted) } ?? other("has no keyCredentials")
    }
  }

  // MARK: Values one after the other

  /// Skips the header of a response, if there is one, and returns its status.
  private mutating func head(_ text: Span<UInt8>, _ position: inout Int) throws(KeyCredentialsError) -> Int? {
    Self.skipWhiteSpace(text, &position)
    do throws(ResponseError) {
      guard let head = try SavedResponse.head(text, &position) else {
        answered = nil
        return nil
      }
      answered = head.date
      return head.status
    } catch {
      throw malformed("cannot be read: \(error.message)", hint: error.hint)
    }
  }

  private func value(
    in text: [UInt8], _ position: inout Int, within limits: JSONLimits
  ) throws(KeyCredentialsError) -> JSONValue {
    let start = position
    guard text[start] == UInt8(ascii: "{") || text[start] == UInt8(ascii: "[") else {
      throw malformed(
        "is not what was saved of an application: \(start == 0 ? "it is" : "what follows at byte \(start) is") neither JSON nor a response with its header",
        hint: "give what Graph, az, PowerShell (ConvertTo-Json), the portal or curl -i wrote")
    }
    position = JSONInText.endOfValue(text, from: start)
    let isWhole = start == 0 && position == text.count
    do throws(JSONError) {
      return try JSONReader.value(isWhole ? text : Array(text[start..<position]), within: limits)
    } catch {
      throw malformed(
        "is not acceptable JSON: \(error.problem), at byte \(start + error.offset)",
        hint: "save the answer as it was received, and whole")
    }
  }

  /// Where the next value begins behind lines that a command or a person wrote around it, or the end of the text if only such
  /// lines follow; nil if a value begins at once, and if a line says something of keys.
  private static func endOfOtherLines(_ text: [UInt8], from start: Int, isAtStart: Bool) -> Int? {
    if text[start] == UInt8(ascii: "{") || text[start] == UInt8(ascii: "[") { return nil }
    let next = JSONInText.next(in: text, from: start)?.lowerBound
    if next == nil, isAtStart { return nil }
    let end = next ?? text.count
    let lines = Array(text[start..<end])
    let isOfKeys = ["keyId", "KeyId", "eyCredential", "customKeyIdentifier", "endDateTime"].contains {
      lines.span.firstOffset(of: Array($0.utf8)) != nil
    }
    return isOfKeys ? nil : end
  }

  private static func skipWhiteSpace(_ text: Span<UInt8>, _ position: inout Int) {
    while position < text.count, ASCII.isWhiteSpace(text[position]) { position += 1 }
  }

  // MARK: What a value is

  private mutating func take(_ value: JSONValue, status: Int?) throws(KeyCredentialsError) {
    if let status, !(200..<300).contains(status), value.object?["error"] == nil {
      throw malformed("is an answer with the status \(status)", hint: Self.wanted)
    }
    switch value {
    case .array(let elements): try take(elements, context: nil)
    case .object(let object): try take(object)
    default: throw other("is \(value.kind)")
    }
  }

  private mutating func take(_ object: JSONObject, context: ExactText? = nil) throws(KeyCredentialsError) {
    let context = object["@odata.context"]?.string ?? context
    if Self.isOwner(object) { return objects.append(try owner(object, context)) }
    if let responses = object["responses"]?.array { return try take(responses: responses) }
    if let value = object["value"] { return try take(page: object, value, context) }
    if object["error"] != nil { throw malformed(Self.failure(object), hint: Self.wanted) }
    if object.contains("kty") || object.contains("keys") {
      throw malformed("is a public key, not a certificate", hint: "give it as a public key")
    }
    // PowerShell writes a list with one element as the element alone; Graph answers `addKey` like this.
    if object["KeyId"] != nil { return objects.append(bareList([.object(object)])) }
    if object["keyId"] != nil { throw other("is a single keyCredential, not all that are registered") }
    throw other("has no keyCredentials")
  }

  /// A list of objects, of pages or answers, or of entries.
  private mutating func take(_ elements: JSONArray, context: ExactText?) throws(KeyCredentialsError) {
    let isOfAnswers = elements.contains { element in
      element.object.map { Self.isOwner($0) || $0["value"]?.array != nil || $0["responses"] != nil } ?? false
    }
    guard isOfAnswers else { return objects.append(bareList(Array(elements))) }
    for (index, element) in elements.enumerated() {
      guard let object = element.object, Self.isOwner(object) || object["value"] != nil || object["responses"] != nil
      else {
        throw element.string == nil
          ? other("has an element \(index + 1) without keyCredentials") : cutOff("its element \(index + 1)")
      }
      try take(object, context: context)
    }
  }

  private mutating func take(
    page object: JSONObject, _ value: JSONValue, _ context: ExactText?
  ) throws(KeyCredentialsError) {
    guard let elements = value.array else { throw other("has a value that is \(value.kind)") }
    let link = object["@odata.nextLink"] ?? object["odata.nextLink"]
    if let link, link != .null, link.string == nil { throw malformed("has an @odata.nextLink that is \(link.kind)") }
    // An empty page among others says nothing about an object.
    if !elements.isEmpty || (objects.isEmpty && link?.string == nil) { try take(elements, context: context) }
    pages.append(
      Page(
        context: context, nextLink: link?.string, count: object["@odata.count"]?.number?.integer,
        objectCount: elements.count))
  }

  /// Answers to other requests of the batch are ignored; errors are kept.
  private mutating func take(responses: JSONArray) throws(KeyCredentialsError) {
    for (index, response) in responses.enumerated() {
      guard let response = response.object else { throw malformed("has a response that is \(response.kind)") }
      let body = response["body"]?.object
      let status = response["status"]?.number?.integer
      if body?["error"] != nil || status.map({ $0 >= 300 }) ?? false {
        let id = response["id"]?.string.map { "with the id \(quoting: $0)" } ?? "number \(index + 1)"
        let code = body?["error"]?.object?["code"]?.string.map { ", \(quoting: $0)" } ?? ""
        let shown = status.map { "\($0)" } ?? "unknown"
        failures.append("has a response \(id) that failed with the status \(shown)\(code)")
      } else if let body, Self.isOwner(body) || body["value"]?.array != nil {
        try take(body)
      }
    }
  }

  // MARK: Objects

  private static func isOwner(_ object: JSONObject) -> Bool {
    if object.contains("keyCredentials") || object.contains("passwordCredentials") { return true }
    return object.contains("KeyCredentials") || object.contains("PasswordCredentials")
      || object["KeyCredential"]?.array != nil || object["PasswordCredential"]?.array != nil
  }

  private func owner(_ object: JSONObject, _ context: ExactText?) throws(KeyCredentialsError) -> Object {
    let keys = try collection(.keyCredentials, of: object)
    let passwords = try collection(.passwordCredentials, of: object)
    if keys == nil, passwords == nil { throw other("has keyCredentials that are null") }
    return Object(owner: object, keys: keys, passwords: passwords, context: context, answered: answered)
  }

  private func collection(
    _ name: SavedName, of object: JSONObject
  ) throws(KeyCredentialsError) -> [JSONValue]? {
    let name = name.spelling(in: object)
    guard let value = object[name], value != .null else { return nil }
    if value.string != nil { throw cutOff("\(name)") }
    guard let elements = Self.elements(of: value) else { throw other("has \(name) that are \(value.kind)") }
    return elements
  }

  /// The entries of an array, as it is or as Windows PowerShell wraps it; an entry alone is a list of one.
  static func elements(of value: JSONValue) -> [JSONValue]? {
    switch value {
    case .array(let elements): Array(elements)
    case .object(let object):
      object["value"]?.array.map { Array($0) } ?? (SavedName.keyID.value(in: object) == nil ? nil : [value])
    default: nil
    }
  }

  /// Secrets are the entries with neither a type nor a usage.
  private func bareList(_ elements: [JSONValue]) -> Object {
    let isSecret = { (element: JSONValue) in
      element.object.map {
        SavedName.keyID.value(in: $0) != nil && SavedName.usage.value(in: $0) == nil
          && SavedName.type.value(in: $0) == nil
      } ?? false
    }
    let secrets = elements.filter(isSecret)
    let keys = secrets.isEmpty ? elements : elements.filter { !isSecret($0) }
    return Object(
      owner: nil, keys: keys.isEmpty && !secrets.isEmpty ? nil : keys, passwords: secrets.isEmpty ? nil : secrets,
      context: nil, answered: answered)
  }

  // MARK: Errors

  static let wanted =
    "save the answer to GET /applications/{id} or /servicePrincipals/{id} with $select=id,appId,keyCredentials"

  /// True if the file is not of an application, whatever else it is.
  static func isOfOtherFile(_ error: KeyCredentialsError) -> Bool { error.hint == wanted }

  private static func failure(_ object: JSONObject) -> String {
    let code = object["error"]?.object?["code"]?.string.map { ", \(quoting: $0)" } ?? ""
    return "is the answer to a call that failed\(code)"
  }

  private func other(_ problem: String) -> KeyCredentialsError { malformed(problem, hint: Self.wanted) }

  private func cutOff(_ what: String) -> KeyCredentialsError {
    malformed("holds only a name in place of \(what): ConvertTo-Json cut it off", hint: Self.deeper)
  }

  static let deeper = "save it again with ConvertTo-Json -Depth 8"

  private func malformed(_ problem: String, hint: String? = nil) -> KeyCredentialsError {
    Self.malformed(subject, problem, hint: hint)
  }

  private static func malformed(_ subject: String, _ problem: String, hint: String? = nil) -> KeyCredentialsError {
    KeyCredentialsError(.malformed, "\(naming: subject) \(problem)", hint: hint)
  }
}

/// A member under every name that the tools give it.
struct SavedName {
  /// First as Graph writes it, then as PowerShell does, then the older names.
  private let spellings: [ExactText]

  private init(_ spellings: ExactText...) { self.spellings = spellings }

  /// The name under which the object has a value; otherwise one under which it has null; otherwise that of Graph.
  func spelling(in object: JSONObject) -> ExactText {
    var present: ExactText?
    for name in spellings {
      guard let value = object[name] else { continue }
      if value != .null { return name }
      present = present ?? name
    }
    return present ?? spellings[0]
  }

  /// Nil also for null.
  func value(in object: JSONObject) -> JSONValue? {
    for name in spellings {
      if let value = object[name], value != .null { return value }
    }
    return nil
  }

  static let keyCredentials = Self("keyCredentials", "KeyCredentials", "KeyCredential")
  static let passwordCredentials = Self("passwordCredentials", "PasswordCredentials", "PasswordCredential")
  static let objectID = Self("id", "Id", "objectId", "ObjectId")
  static let applicationID = Self("appId", "AppId")
  static let keyID = Self("keyId", "KeyId")
  static let type = Self("type", "Type")
  static let usage = Self("usage", "Usage")
  static let displayName = Self("displayName", "DisplayName", "name")
  static let startDateTime = Self("startDateTime", "StartDateTime", "startDate", "StartDate")
  static let endDateTime = Self("endDateTime", "EndDateTime", "endDate", "EndDate")
  static let customKeyIdentifier = Self("customKeyIdentifier", "CustomKeyIdentifier")
  static let key = Self("key", "Key", "value", "Value")
  static let requiredResourceAccess = Self("requiredResourceAccess", "RequiredResourceAccess")
  static let servicePrincipalType = Self("servicePrincipalType", "ServicePrincipalType")
}
