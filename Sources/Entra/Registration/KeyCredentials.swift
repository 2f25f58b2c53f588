public import Encodings
import JSON
public import Messages
public import Signing
public import Tokens

/// Everything that is registered on one application or service principal, as Graph or `az` answered and somebody saved it.
///
/// It is as old as the file, and nothing proves where the file came from.
public struct KeyCredentials: Sendable {
  /// In the order of the answer; no two have the same `keyId`.
  public let entries: [KeyCredential]
  /// The `id` and `appId` of the object, where the answer holds the whole of it.
  public let objectID: ExactText?
  /// The `appId` of the object, if the answer has the whole object.
  public let applicationID: ExactText?

  /// Reads an application or service principal, its collection alone (`{"keyCredentials": …}`, `{"value": …}`), a list
  /// of one such object, or the array that `az ad app credential list --cert` prints.
  ///
  /// A collection without entries is read. Throws `malformed-key-credentials`, `several-objects` or `incomplete-answer`.
  public init(
    _ json: Span<UInt8>, of subject: String = "the saved answer", cryptography: any Cryptography
  ) throws(KeyCredentialsError) {
    let answer = try SavedKeyCredentials(json, of: subject)
    var entries: [KeyCredential] = []
    var keyIDs = Set<ExactText>()
    for (index, element) in answer.elements.enumerated() {
      var members = try KeyCredentialMembers(element, at: index, of: subject)
      let entry = try members.keyCredential(cryptography)
      if !keyIDs.insert(ExactText(ASCII.lowercased(entry.keyID.text))).inserted {
        throw KeyCredentialsError(.malformed, "\(naming: subject) has two entries with the keyId \(entry.keyID)")
      }
      entries.append(entry)
    }
    self.entries = entries
    objectID = answer.owner?["id"]?.string
    applicationID = answer.owner?["appId"]?.string
  }

  /// The entry with this `keyId`, in letters of either case; nil if there is none.
  public func entry(keyID: ExactText) -> KeyCredential? { entries.first { $0.hasKeyID(keyID) } }

  /// The entry of a certificate: the same DER, or without `key` a `customKeyIdentifier` that is one of its thumbprints.
  ///
  /// Of several, one that signatures are verified with comes first, and of those one that is valid at that time.
  public func entry(of certificate: Certificate, at time: NumericDate) -> KeyCredential? {
    let own = entries.filter { $0.isOf(certificate) }
    let verifying = own.filter(\.isForVerifying)
    return verifying.first { $0.isValid(at: time) } ?? verifying.first ?? own.first
  }

  /// Those that signatures are verified with and that have an RSA certificate to do it with, valid ones first.
  public func certifiedEntries(at time: NumericDate) -> [KeyCredential] {
    let certified = entries.filter { $0.isForVerifying && $0.certificate?.publicKey.keyType != nil }
    return certified.filter { $0.isValid(at: time) } + certified.filter { !$0.isValid(at: time) }
  }

  /// The certificates that are registered, and that nothing can be verified with.
  public var unusableCertificates: [UnusableCertificate] {
    entries.filter(\.isForVerifying).compactMap { entry in
      guard let certificate = entry.certificate else {
        return UnusableCertificate(
          thumbprints: entry.customKeyIdentifier.map { [$0] } ?? [],
          problem: "is registered as \(entry.summary), but the saved answer lacks the certificate: its key is null",
          hint: "give the certificate itself as well")
      }
      if certificate.publicKey.keyType != nil { return nil }
      return UnusableCertificate(
        thumbprints: Thumbprint.allCases.map { $0.bytes(of: certificate) },
        problem: "is registered as \(entry.summary), and its key is \(certificate.publicKey.summary): RSA is needed",
        hint: "sign with an RSA key")
    }
  }

  /// The entries that signatures are verified with at that time, and that signatures can be made with.
  public func validEntries(at time: NumericDate) -> [KeyCredential] {
    entries.filter { $0.isForVerifying && $0.isForSigningTokens && $0.isValid(at: time) }
  }

  /// What would still be valid at that time once the entry is removed, the one that ends last first.
  public func validEntries(at time: NumericDate, without removed: KeyCredential) -> [KeyCredential] {
    validEntries(at: time).filter { !$0.hasKeyID(removed.keyID) }.sorted { $0.validity.end > $1.validity.end }
  }
}

/// A saved answer that does not say which certificates are registered on one application or service principal.
public typealias KeyCredentialsError = Failure<KeyCredentialsErrorCode>

/// The reasons of a `KeyCredentialsError`, by their stable ids.
@nonexhaustive
public enum KeyCredentialsErrorCode: String, FailureCode {
  case malformed = "malformed-key-credentials"
  /// The collections of several applications or service principals.
  case severalObjects = "several-objects"
  /// One page of several, so that nothing can be said of what is not in it.
  case incomplete = "incomplete-answer"
  /// A collection in which no registered key verifies signatures.
  case noKeyCredentials = "no-key-credentials"
}

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
        .malformed, "\(naming: subject) is a public key, not a certificate", hint: "give it as a public key")
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
        hint: "save the one that the token is for")
    }
    return try ofOwner(owner, of: subject)
  }

  private static func ofOwner(
    _ owner: JSONObject, of subject: String
  ) throws(KeyCredentialsError) -> SavedKeyCredentials {
    guard let elements = owner["keyCredentials"]?.array else {
      throw other(subject, "has keyCredentials that are not an array")
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
