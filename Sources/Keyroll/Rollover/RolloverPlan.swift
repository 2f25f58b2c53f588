public import Encodings
public import Entra
import JSON
import Messages
import Signing
public import Tokens

/// What a rollover is to do: `plan.json`, which is written once and holds no secret.
///
/// Key ids are not part of it: they are evidence, which the journal keeps.
public struct RolloverPlan: Sendable, Hashable {
  /// The object whose key is changed.
  public struct Object: Sendable, Hashable {
    /// What kind of object it is.
    @nonexhaustive
    public enum Kind: String, Sendable, Hashable, CaseIterable {
      /// An app registration, or an enterprise application.
      case application, servicePrincipal = "service-principal"

      /// The collection of Microsoft Graph that it is in.
      public var collection: GraphAddress.Collection { self == .application ? .applications : .servicePrincipals }
    }

    /// An application or a service principal.
    public var kind: Kind
    /// GUIDs: the object's own, and that of the application, which tokens name as their client.
    public var objectID: ExactText
    /// The application (client) id.
    public var clientID: ExactText
    /// A GUID or a domain.
    public var tenant: ExactText
    /// The national cloud.
    public var cloud: Cloud

    public init(kind: Kind, objectID: ExactText, clientID: ExactText, tenant: ExactText, cloud: Cloud) {
      self.kind = kind
      self.objectID = objectID
      self.clientID = clientID
      self.tenant = tenant
      self.cloud = cloud
    }
  }

  /// One of the two keys.
  public struct Key: Sendable, Hashable {
    /// The reference by which it is opened.
    public var reference: ExactText
    /// The name of the file with its certificate, in the folder of the rollover.
    public var certificate: ExactText
    /// Of its SubjectPublicKeyInfo: another key, or a certificate over another key, is refused.
    public var publicKeySHA256: [UInt8]

    public init(reference: ExactText, certificate: ExactText, publicKeySHA256: [UInt8]) {
      self.reference = reference
      self.certificate = certificate
      self.publicKeySHA256 = publicKeySHA256
    }
  }

  /// What people call it: show it as a `ForeignText`.
  public var title: ExactText
  /// When the plan was written.
  public var created: NumericDate
  /// The application or service principal whose key is replaced.
  public var object: Object
  /// The key that goes.
  public var old: Key
  /// The key that comes.
  public var new: Key
  /// How long both keys stay after the workload was switched.
  public var overlap: TimeSpan
  /// The longest life of the new certificate; nil without a limit.
  public var maximumLifetime: TimeSpan?

  /// The version of the format, which each plan names as `keyroll-rollover`.
  public static let version: Int64 = 1
  /// Seven days.
  public static let usualOverlap = TimeSpan(seconds: 7 * 86_400)
  /// The name of the file in the folder of a rollover.
  public static let fileName = "plan.json"
  /// The names of the certificates in the folder of a rollover.
  public static let (oldCertificateName, newCertificateName) = ("old.cer", "new.cer")

  public init(
    title: ExactText, created: NumericDate, object: Object, old: Key, new: Key,
    overlap: TimeSpan = Self.usualOverlap, maximumLifetime: TimeSpan? = nil
  ) {
    self.title = title
    self.created = created
    self.object = object
    self.old = old
    self.new = new
    self.overlap = overlap
    self.maximumLifetime = maximumLifetime
  }

  /// The old or the new key.
  public subscript(role: RolloverKeyRole) -> Key { role == .old ? old : new }
}

/// Which of the two keys of a rollover is meant.
public enum RolloverKeyRole: String, Sendable, Hashable, CaseIterable {
  /// The key to replace, and the one that replaces it.
  case old, new
}

extension RolloverPlan {
  /// The text of the file, for people too.
  public var bytes: [UInt8] { Array((JSONWriter.indentedText(.object(json)) + "\n").utf8) }

  private var json: JSONObject {
    var object: JSONObject = [
      "keyroll-rollover": .integer(Self.version), "title": .string(title),
      "created": .string(ExactText(created.description)),
      "object": .object([
        "kind": .string(ExactText(self.object.kind.rawValue)), "object-id": .string(self.object.objectID),
        "client-id": .string(self.object.clientID), "tenant": .string(self.object.tenant),
        "cloud": .string(ExactText(self.object.cloud.rawValue)),
      ]),
      "old": .object(Self.json(old)), "new": .object(Self.json(new)),
      "overlap": .string(ExactText(overlap.shortText)),
    ]
    object["max-lifetime"] = maximumLifetime.map { .string(ExactText($0.shortText)) }
    return object
  }

  private static func json(_ key: Key) -> JSONObject {
    [
      "key": .string(key.reference), "certificate": .string(key.certificate),
      "public-key-sha256": .string(ExactText(Hexadecimal.upperCase(key.publicKeySHA256))),
    ]
  }

  /// Reads the file strictly; throws `malformed-plan`.
  public init(_ bytes: Span<UInt8>) throws(RolloverError) {
    let file: JSONObject
    do throws(JSONError) { file = try JSONReader.object(bytes) } catch {
      throw Self.malformed("is not acceptable JSON: \(error.problem), at byte \(error.offset)")
    }
    var members = Self.members(of: file, "it")
    guard try members.require("keyroll-rollover", .integer) == Self.version else {
      throw Self.malformed("has a version that this keyroll does not know", hint: "use a newer keyroll")
    }
    title = try members.require("title", .string)
    created = try members.require("created", .date)
    object = try Object(try members.require("object", .object))
    old = try Key(try members.require("old", .object), "old")
    new = try Key(try members.require("new", .object), "new")
    overlap = try members.require("overlap", .span)
    maximumLifetime = try members.take("max-lifetime", .span)
    try members.refuseOthers()
    if old.publicKeySHA256 == new.publicKeySHA256 { throw Self.malformed("names one key as the old and the new one") }
    if old.certificate == new.certificate { throw Self.malformed("names one certificate file for both keys") }
  }

  fileprivate static func members(of object: JSONObject, _ place: String) -> JSONMembers<RolloverError> {
    JSONMembers(object) { fault in
      switch fault {
      case .missing(let name): malformed("lacks \(name) in \(place)")
      case .misshapen(let name, let value, let wanted): malformed("has \(value.kind) as \(name), not \(wanted)")
      case .unknown(let name): malformed("has a member \(quoting: name) that has no meaning")
      }
    }
  }

  fileprivate static func malformed(_ problem: String, hint: String? = nil) -> RolloverError {
    RolloverError(
      .malformedPlan, "\(fileName) \(problem)", hint: hint ?? "keyroll writes it once; nothing else should change it")
  }
}

extension RolloverPlan.Object {
  fileprivate init(_ object: JSONObject) throws(RolloverError) {
    var members = RolloverPlan.members(of: object, "object")
    kind = try members.require("kind", .choice(Kind.self))
    objectID = try members.require("object-id", .guid)
    clientID = try members.require("client-id", .guid)
    tenant = try members.require("tenant", .string)
    cloud = try members.require("cloud", .choice(Cloud.self))
    try members.refuseOthers()
    do throws(ProfileError) {
      _ = try TokenAddress(tenant: tenant)
    } catch {
      throw RolloverPlan.malformed("is not usable: \(error.message)")
    }
  }
}

extension RolloverPlan.Key {
  fileprivate init(_ object: JSONObject, _ place: String) throws(RolloverError) {
    var members = RolloverPlan.members(of: object, place)
    reference = try members.require("key", .string)
    certificate = try members.require("certificate", .fileName)
    publicKeySHA256 = try members.require("public-key-sha256", .sha256)
    try members.refuseOthers()
    if ForeignText.mayBeSecret(reference.text) {
      throw RolloverPlan.malformed("has a secret in the reference of the \(place) key")
    }
  }
}

// MARK: Shapes

extension JSONShape where Value == NumericDate {
  static var date: Self {
    JSONShape("a date as RFC 3339 writes it") { $0.string.flatMap { NumericDate(rfc3339: $0.text) } }
  }
}

extension JSONShape where Value == TimeSpan {
  static var span: Self { JSONShape("a span such as 7d") { $0.string.flatMap { TimeSpan($0.text) } } }
}

extension JSONShape where Value == ExactText {
  static var guid: Self { JSONShape("a GUID") { $0.string.flatMap { TextForm.guid.matches($0) ? $0 : nil } } }

  /// The name of a file or folder that lies in a folder: no path, and nothing hidden.
  static var fileName: Self {
    JSONShape("the name of a file") { value in
      guard let name = value.string, RolloverNames.isPlain(name.text) else { return nil }
      return name
    }
  }
}

extension JSONShape where Value == [UInt8] {
  static var sha256: Self {
    JSONShape("the 64 hexadecimal digits of a SHA-256") { value in
      value.string.flatMap { Hexadecimal.decode($0) }.flatMap { $0.count == 32 ? $0 : nil }
    }
  }
}

extension JSONShape where Value: RawRepresentable<String> & CaseIterable {
  static func choice(_: Value.Type) -> Self {
    JSONShape("one of \(Value.allCases.map(\.rawValue).joined(separator: ", "))") { value in
      value.string.flatMap { Value(rawValue: $0.text) }
    }
  }
}

/// Names that are used as files and folders.
enum RolloverNames {
  /// True for letters, digits, dots, hyphens and underscores, of which the first is no dot.
  static func isPlain(_ name: String) -> Bool {
    let bytes = name.utf8
    return (1...100).contains(bytes.count) && bytes.first != UInt8(ascii: ".") && bytes.first != UInt8(ascii: "-")
      && bytes.allSatisfy { ASCII.isLetterOrDigit($0) || ".-_".utf8.contains($0) }
  }
}

extension TimeSpan {
  /// The form that `TimeSpan(_:)` reads: the largest unit that leaves no rest.
  var shortText: String {
    for (unit, length) in [("d", Int64(86_400)), ("h", 3600), ("m", 60)] where seconds % length == 0 && seconds != 0 {
      return "\(seconds / length)\(unit)"
    }
    return "\(seconds)s"
  }
}
