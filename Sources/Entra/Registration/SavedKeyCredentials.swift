import Encodings
import JSON
import Messages
import Tokens
import Signing

/// Finds the one collection of `keyCredentials` in an answer of Graph or `az`.
struct SavedKeyCredentials {
  let elements: JSONArray
  /// The application or service principal, where the answer holds it.
  let owner: JSONObject?

  private static let wanted =
    "save the answer to GET /applications/{id} or /servicePrincipals/{id} with $select=id,appId,keyCredentials"

  init(_ json: Span<UInt8>, of subject: String) throws(KeyCredentialsError) {
    let value: JSONValue
    do throws(JSONError) { value = try JSONReader.value(json, within: .savedAnswer) } catch {
      throw KeyCredentialsError(
        .malformed, "\(naming: subject) is not acceptable JSON: \(error.problem), at byte \(error.offset)",
        hint: "save the answer as it was received, in UTF-8 and whole")
    }
    switch value {
    case .array(let elements): self = try Self.inList(elements, of: subject)
    case .object(let object): self = try Self.inObject(object, of: subject)
    default: throw Self.other(subject, "is \(value.kind)")
    }
  }

  private init(_ elements: JSONArray, of owner: JSONObject?) {
    self.elements = elements
    self.owner = owner
  }

  private static func inObject(
    _ object: JSONObject, of subject: String
  ) throws(KeyCredentialsError) -> SavedKeyCredentials {
    if object["keyCredentials"] != nil { return try ofOwner(object, of: subject) }
    if let value = object["value"] {
      guard let elements = value.array else { throw other(subject, "has a value that is \(value.kind)") }
      if object["@odata.nextLink"] != nil {
        throw KeyCredentialsError(
          .incomplete, "\(naming: subject) is one page of several: it ends with an @odata.nextLink", hint: wanted)
      }
      return try inList(elements, of: subject)
    }
    if let error = object["error"] {
      let code = error.object?["code"]?.string.map { ", \(quoting: $0)" } ?? ""
      throw KeyCredentialsError(
        .malformed, "\(naming: subject) is the answer to a call that failed\(code)", hint: wanted)
    }
    if object.contains("kty") || object.contains("keys") {
      throw KeyCredentialsError(
        .malformed, "\(naming: subject) is a public key, and no certificate", hint: "give it by --public-key")
    }
    throw other(
      subject,
      object["keyId"] == nil ? "has no keyCredentials" : "is a single keyCredential, not all that are registered")
  }

  /// A list of entries, or of objects that each have their own.
  private static func inList(
    _ list: JSONArray, of subject: String
  ) throws(KeyCredentialsError) -> SavedKeyCredentials {
    let owners = list.compactMap(\.object).filter { $0["keyCredentials"] != nil }
    guard let owner = owners.first else { return SavedKeyCredentials(list, of: nil) }
    if list.count > 1 {
      throw KeyCredentialsError(
        .severalObjects,
        "\(naming: subject) holds \(list.count) objects with key credentials of their own: \(names(of: owners))",
        hint: "save the one that the token is of")
    }
    return try ofOwner(owner, of: subject)
  }

  private static func ofOwner(
    _ owner: JSONObject, of subject: String
  ) throws(KeyCredentialsError) -> SavedKeyCredentials {
    guard let elements = owner["keyCredentials"]?.array else {
      throw other(subject, "has keyCredentials that are no array")
    }
    return SavedKeyCredentials(elements, of: owner)
  }

  private static func names(of owners: [JSONObject]) -> String {
    let names = owners.prefix(3).map {
      $0["displayName"]?.string ?? $0["appId"]?.string ?? $0["id"]?.string ?? "unnamed"
    }
    return names.map { "\(quoting: $0)" }.joined(separator: ", ") + (owners.count > 3 ? ", …" : "")
  }

  private static func other(_ subject: String, _ problem: String) -> KeyCredentialsError {
    KeyCredentialsError(.malformed, "\(naming: subject) \(problem)", hint: wanted)
  }
}
