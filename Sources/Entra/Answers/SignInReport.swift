public import Encodings
import JSON
public import Messages
public import Tokens

/// The sign-ins that `GET /beta/auditLogs/signIns` of Microsoft Graph lists, as somebody saved them.
///
/// Of the resource type signIn it reads `appId`, `createdDateTime`, `status` and `servicePrincipalCredentialKeyId`. The last is
/// in the beta version alone. A report is as old as its file, and nothing proves where the file came from.
public struct SignInReport: Sendable {
  /// One attempt to get a token.
  public struct SignIn: Sendable, Hashable {
    /// The application (client) id that signed in.
    public let applicationID: ExactText
    /// The id of the key credential that it signed in with; nil if another kind of credential was used.
    public let keyID: ExactText?
    /// When it was.
    public let created: NumericDate
    /// True if `status` has the error code 0.
    public let isSuccess: Bool
  }

  /// In the order of the file.
  public let signIns: [SignIn]

  /// The sign-ins of one application with a key credential, in the order of the file.
  public func signIns(of applicationID: ExactText, with keyID: ExactText) -> [SignIn] {
    signIns.filter { signIn in
      Self.isSame(signIn.applicationID, applicationID) && (signIn.keyID.map { Self.isSame($0, keyID) } ?? false)
    }
  }

  /// True if some entry is of that application.
  public func names(_ applicationID: ExactText) -> Bool {
    signIns.contains { Self.isSame($0.applicationID, applicationID) }
  }

  /// Reads one page (`{"value": […]}`), an array of pages or of sign-ins, or one sign-in, perhaps with the header of the answer,
  /// in UTF-8 or UTF-16, under the names that Graph or PowerShell gives the members.
  ///
  /// Nil for anything that is not a report of sign-ins. Throws `malformed-response` for a report with an entry that cannot be
  /// read.
  public init?(_ file: Span<UInt8>, of subject: String) throws(ResponseError) {
    let text = SavedText(file)
    guard let saved = try? SavedResponse(text.bytes.span), (saved.status ?? 200) == 200,
      let value = try? JSONReader.value(saved.body, within: .savedListing), let entries = Self.entries(of: value)
    else { return nil }
    var signIns: [SignIn] = []
    for (index, entry) in entries.enumerated() {
      guard let applicationID = Self.member("appId", of: entry)?.string else {
        throw Self.malformed(subject, index, "appId")
      }
      guard let created = Self.member("createdDateTime", of: entry)?.string,
        let date = NumericDate(rfc3339DroppingFraction: created.text)
      else { throw Self.malformed(subject, index, "createdDateTime") }
      let status = Self.member("status", of: entry)?.object
      signIns.append(
        SignIn(
          applicationID: applicationID, keyID: Self.member(Self.keyIDName, of: entry)?.string, created: date,
          isSuccess: status.flatMap { Self.member("errorCode", of: $0)?.number?.integer } == 0))
    }
    self.signIns = signIns
  }

  private static let keyIDName: ExactText = "servicePrincipalCredentialKeyId"

  private static func isSame(_ left: ExactText, _ right: ExactText) -> Bool {
    ASCII.isEqualIgnoringCase(left.text, right.text)
  }

  private static func malformed(_ subject: String, _ index: Int, _ name: String) -> ResponseError {
    ResponseError(
      .malformed, "\(naming: subject) has a sign-in, number \(index + 1), without a \(name) that can be read",
      hint: "save the report as it was received")
  }

  // MARK: What a file holds

  private static func entries(of value: JSONValue) -> [JSONObject]? {
    switch value {
    case .object(let object): isSignIn(object) ? [object] : page(object)
    case .array(let elements): entries(of: elements)
    default: nil
    }
  }

  /// One element of another kind makes it another file.
  private static func entries(of elements: JSONArray) -> [JSONObject]? {
    var entries: [JSONObject] = []
    for element in elements {
      guard let object = element.object else { return nil }
      if isSignIn(object) {
        entries.append(object)
      } else if let page = page(object) {
        entries += page
      } else {
        return nil
      }
    }
    return elements.isEmpty ? nil : entries
  }

  /// Nil for a page of something else; a page without entries tells what it is by its context.
  private static func page(_ object: JSONObject) -> [JSONObject]? {
    guard let elements = object["value"]?.array else { return nil }
    let entries = elements.compactMap { element in element.object.flatMap { isSignIn($0) ? $0 : nil } }
    guard entries.count == elements.count else { return nil }
    let context = object["@odata.context"]?.string?.text ?? ""
    return entries.isEmpty && !context.hasSuffix("#auditLogs/signIns") ? nil : entries
  }

  /// An application has an appId and a date, too.
  private static func isSignIn(_ object: JSONObject) -> Bool {
    has("createdDateTime", object) && has("appId", object) && (has("status", object) || has(keyIDName, object))
      && !has("keyCredentials", object)
  }

  private static func has(_ name: ExactText, _ object: JSONObject) -> Bool {
    object.contains(name) || object.contains(capitalized(name))
  }

  /// Nil for null, too.
  private static func member(_ name: ExactText, of object: JSONObject) -> JSONValue? {
    let value = object[name] ?? object[capitalized(name)]
    return value == JSONValue.null ? nil : value
  }

  /// As PowerShell writes it.
  private static func capitalized(_ name: ExactText) -> ExactText {
    ExactText(name.text.prefix(1).uppercased() + name.text.dropFirst())
  }
}
