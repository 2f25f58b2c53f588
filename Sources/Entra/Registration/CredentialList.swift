public import Encodings
import JSON
public import Messages
public import Signing
public import Tokens

/// Every key and secret of the objects in any number of saved files.
///
/// It reads one file at a time and keeps a few hundred bytes for each entry. It is as old as the files, and nothing
/// proves where they came from.
public struct CredentialList: Sendable {
  /// In the order of the files; an object that is in several of them is listed once.
  public private(set) var objects: [ListedObject] = []
  /// The index of each object by its object id, in lower case.
  private var places: [ExactText: Int] = [:]
  private var pages = PageCheck([])
  /// Each response of a `$batch` that is an error, and not a part of this list: `incomplete-answer`.
  public private(set) var failures: [KeyCredentialsError] = []
  /// The files with dates that have no time zone, which were read as UTC.
  public private(set) var filesWithoutTimeZone: [String] = []
  private let certificates: NamedCertificates

  /// Takes certificates that give entries their names, each with the name of its file.
  public init(naming certificates: [(name: String, certificate: Certificate)] = []) {
    self.certificates = NamedCertificates(certificates)
  }

  /// The names of the certificates that are registered on none of the objects.
  public var unmatchedCertificates: [String] {
    if certificates.names.isEmpty { return [] }
    var matched = Set<String>()
    for object in objects { for entry in object.entries { matched.formUnion(entry.certificateNames) } }
    return certificates.names.filter { !matched.contains($0) }
  }

  /// Adds the objects of a file; `name` is its name in messages, and `request` is what it answers, if that is known: it tells which page
  /// of a listing the file is.
  ///
  /// Throws `malformed-key-credentials` and `object-differs`. What the file does not say, though it was asked, is in `failures`.
  public mutating func add(
    _ file: Span<UInt8>, of name: String, answering request: GraphListing? = nil, cryptography: any Cryptography
  ) throws(KeyCredentialsError) {
    let saved = try SavedRegistrations(file, of: name, within: .savedListing)
    failures += saved.failures.map { failure in
      KeyCredentialsError(
        .incomplete, "\(naming: name) \(failure)", hint: "ask for it again, and save that answer too")
    }
    pages.append(saved.pages, of: name, answering: request)
    for object in saved.objects {
      let listed = try ListedObject(object, of: name, certificates, cryptography)
      if listed.lacksTimeZone, filesWithoutTimeZone.last != name { filesWithoutTimeZone.append(name) }
      // An empty page says nothing about an object.
      if object.owner == nil, listed.entries.isEmpty { continue }
      try add(listed)
    }
  }

  private mutating func add(_ object: ListedObject) throws(KeyCredentialsError) {
    guard let id = object.objectID.map({ ExactText(ASCII.lowercased($0.text)) }) else { return objects.append(object) }
    if let place = places[id] {
      try objects[place].merge(object)
    } else {
      places[id] = objects.count
      objects.append(object)
    }
  }

  /// The number of pages in listings where a page in between may be missing without a sign of it.
  public var uncertainPageCount: Int { pages.uncertainPageCount }

  /// Throws `incomplete-answer` if a page is known to be missing, and `repeated-page`.
  public func requireComplete() throws(KeyCredentialsError) { try pages.requireComplete() }
}

/// One application or service principal with all its keys and secrets.
public struct ListedObject: Sendable {
  /// Nil if the file does not say whose entries these are.
  public let objectID: ExactText?
  /// Its `appId`; nil if the file does not say it.
  public let applicationID: ExactText?
  /// Show it as a `ForeignText`.
  public let displayName: ExactText?
  /// Nil if it is not known which it is.
  public let collection: GraphAddress.Collection?
  /// The file that it is from; the first of several.
  public let file: String
  /// Keys first, then secrets, in the order of the answer.
  public private(set) var entries: [ListedEntry]
  /// False if the collection was not saved, so that its contents are not known.
  public private(set) var hasKeys: Bool
  /// True if the file lists secrets too, even if there are none.
  public private(set) var hasSecrets: Bool
  /// True if one of its dates has no time zone, and was read as UTC.
  let lacksTimeZone: Bool

  fileprivate init(
    _ object: SavedRegistrations.Object, of file: String, _ named: NamedCertificates, _ cryptography: any Cryptography
  ) throws(KeyCredentialsError) {
    let owner = object.owner
    let text = { (name: SavedName) in owner.flatMap { name.value(in: $0)?.string } }
    objectID = text(.objectID)
    applicationID = text(.applicationID)
    displayName = text(.displayName)
    collection = Self.collection(of: object)
    self.file = file
    hasKeys = object.keys != nil
    hasSecrets = object.passwords != nil
    let name = objectID ?? applicationID
    var lacksTimeZone = false
    var keys: [(key: KeyCredential, isUnreadable: Bool)] = []
    for (index, element) in (object.keys ?? []).enumerated() {
      var entry = try SavedEntry(element, at: index, of: file, on: name)
      keys.append((try entry.keyCredential(cryptography, toleratesOtherKeys: true), entry.hasOtherKey))
      if entry.lacksTimeZone { lacksTimeZone = true }
    }
    let known = Dictionary(
      keys.compactMap { key, _ in key.certificate.flatMap { own in key.customKeyIdentifier.map { ($0, own) } } },
      uniquingKeysWith: { first, _ in first })
    entries = keys.map { ListedEntry($0.key, known: known, named, hasUnreadableKey: $0.isUnreadable) }
    for (index, element) in (object.passwords ?? []).enumerated() {
      var entry = try SavedEntry(element, at: index, of: file, on: name)
      entries.append(ListedEntry(try entry.passwordCredential(), known: known))
      if entry.lacksTimeZone { lacksTimeZone = true }
    }
    self.lacksTimeZone = lacksTimeZone
  }

  private static func collection(of object: SavedRegistrations.Object) -> GraphAddress.Collection? {
    guard let owner = object.owner else { return nil }
    if owner["@odata.type"]?.string?.text.hasSuffix(".servicePrincipal") ?? false { return .servicePrincipals }
    if owner["@odata.type"]?.string?.text.hasSuffix(".application") ?? false { return .applications }
    if SavedName.servicePrincipalType.value(in: owner) != nil { return .servicePrincipals }
    // Used if nothing says it: a service principal does not ask for permissions under this name.
    if SavedName.requiredResourceAccess.value(in: owner) != nil { return .applications }
    let place = object.context?.text.split(separator: "#").last.map(String.init) ?? ""
    return GraphAddress.Collection.allCases.first { place.hasPrefix($0.rawValue) }
  }

  /// Adds what another file says about the same object. Everything that both contain must be the same.
  fileprivate mutating func merge(_ other: ListedObject) throws(KeyCredentialsError) {
    for isSecret in [false, true] {
      let isInBoth = isSecret ? hasSecrets && other.hasSecrets : hasKeys && other.hasKeys
      let own = entries.filter { $0.isSecret == isSecret }
      let others = other.entries.filter { $0.isSecret == isSecret }
      if !isInBoth {
        entries += others
        continue
      }
      guard Set(own.map(\.comparableKeyID)) == Set(others.map(\.comparableKeyID)) else {
        throw KeyCredentialsError(
          .objectDiffers,
          "the object \(naming: objectID ?? "") is in \(naming: file) and in \(naming: other.file), and the two list different \(isSecret ? "secrets" : "keys")",
          hint: "one of the two is older: give the newer one alone")
      }
      // An answer for one object has the certificates, and an answer for many does not.
      if others.contains(where: { $0.subject != nil }), own.allSatisfy({ $0.subject == nil }) {
        entries = entries.filter { $0.isSecret != isSecret } + others
      }
    }
    hasKeys = hasKeys || other.hasKeys
    hasSecrets = hasSecrets || other.hasSecrets
  }
}

/// One registered key or secret.
public struct ListedEntry: Sendable {
  /// A GUID, as it was written.
  public let keyID: ExactText
  /// Show it as a `ForeignText`.
  public let displayName: ExactText?
  /// Nil for a secret.
  public let type: ExactText?
  /// Its use: `Verify`, `Sign` or `Encrypt`; nil for a secret.
  public let usage: ExactText?
  /// The first and the last second of its validity: the narrower of the dates of the entry and of its certificate, if
  /// that is known.
  public let start: NumericDate?
  /// When it ends; nil if the file does not say it.
  public let end: NumericDate?
  /// The identifier of the certificate: its SHA-1 thumbprint, its SHA-256 if only that is known, or whatever else
  /// somebody chose.
  public let identifier: [UInt8]?
  /// The subject of the certificate, if it is in the answer or was given; RFC 4514 text, to be shown as a
  /// `ForeignText`.
  public let subject: String?
  /// True if the answer has a `key` that is not a readable certificate.
  public let hasUnreadableKey: Bool
  /// The files of the certificates that were given to name entries.
  public let certificateNames: [String]

  /// True for a client secret, which has no type.
  public var isSecret: Bool { type == nil }

  /// The key id in letters of one case.
  var comparableKeyID: ExactText { ExactText(ASCII.lowercased(keyID.text)) }

  /// The thumbprint, if the identifier is one.
  public var thumbprint: (kind: Thumbprint, bytes: [UInt8])? {
    guard !isSecret, let identifier else { return nil }
    return Thumbprint.allCases.first { $0.byteCount == identifier.count }.map { ($0, identifier) }
  }

  fileprivate init(
    _ key: KeyCredential, known: [[UInt8]: Certificate], _ named: NamedCertificates, hasUnreadableKey: Bool
  ) {
    self.hasUnreadableKey = hasUnreadableKey
    keyID = key.keyID
    displayName = key.displayName
    type = key.type
    usage = key.usage
    (start, end) = key.validity
    let certificate = key.certificate ?? key.customKeyIdentifier.flatMap { known[$0] ?? named.certificate(of: $0) }
    identifier = certificate?.sha1Thumbprint ?? key.customKeyIdentifier
    subject = certificate?.subject
    certificateNames = identifier.map(named.names(of:)) ?? []
  }

  fileprivate init(_ secret: PasswordCredential, known: [[UInt8]: Certificate]) {
    keyID = secret.keyID
    displayName = secret.displayName
    (type, usage, subject, certificateNames, hasUnreadableKey) = (nil, nil, nil, [], false)
    (start, end) = (secret.startDateTime, secret.endDateTime)
    identifier = secret.customKeyIdentifier.map { known[$0]?.sha1Thumbprint ?? $0 }
  }
}

/// Certificates from files, found by either thumbprint.
private struct NamedCertificates: Sendable {
  private(set) var names: [String] = []
  private var byThumbprint: [[UInt8]: (certificate: Certificate, names: [String])] = [:]

  init(_ certificates: [(name: String, certificate: Certificate)]) {
    for (name, certificate) in certificates {
      if !names.contains(name) { names.append(name) }
      for kind in Thumbprint.allCases {
        byThumbprint[kind.bytes(of: certificate), default: (certificate, [])].names.append(name)
      }
    }
  }

  func certificate(of thumbprint: [UInt8]) -> Certificate? { byThumbprint[thumbprint]?.certificate }
  func names(of thumbprint: [UInt8]) -> [String] { byThumbprint[thumbprint]?.names ?? [] }
}
