public import Encodings
import JSON
public import Messages
public import Signing
public import Tokens

/// All `keyCredentials` of one application or service principal, as Graph or `az` answered and somebody saved them.
///
/// It is as old as the file, and nothing proves where the file came from.
public struct KeyCredentials: Sendable {
  /// In the order of the answer; no two have the same `keyId`.
  public let entries: [KeyCredential]
  /// The `id` of the object, if the answer has the whole object.
  public let objectID: ExactText?
  /// The `appId` of the object, if the answer has the whole object.
  public let applicationID: ExactText?
  /// The time at which the service answered, if the header of the answer was saved too.
  public let answered: NumericDate?
  /// True if one of the dates has no time zone, and was read as UTC, which is what Graph gives.
  public let lacksTimeZone: Bool

  /// Reads an application or service principal, its collection alone (`{"keyCredentials": …}`, `{"value": …}`), a list of one such
  /// object, or a list of entries: as Graph, `az`, PowerShell, the portal, a `$batch` or `curl -i` writes it, in UTF-8 or UTF-16.
  ///
  /// If there are several objects, it takes the one that has one of `ids` as its object or application id. A collection
  /// without entries is accepted. Throws `malformed-key-credentials`, `several-objects` or `incomplete-answer`.
  public init(
    _ file: Span<UInt8>, of subject: String = "the saved answer", choosing ids: [ExactText] = [],
    cryptography: any Cryptography
  ) throws(KeyCredentialsError) {
    let object = try SavedRegistrations(file, of: subject).object(choosing: ids)
    var entries: [KeyCredential] = []
    var keyIDs = Set<ExactText>()
    var lacksTimeZone = false
    for (index, element) in (object.keys ?? []).enumerated() {
      var entry = try SavedEntry(element, at: index, of: subject)
      let credential = try entry.keyCredential(cryptography)
      if entry.lacksTimeZone { lacksTimeZone = true }
      if !keyIDs.insert(ExactText(ASCII.lowercased(credential.keyID.text))).inserted {
        throw KeyCredentialsError(.malformed, "\(naming: subject) has two entries with the keyId \(credential.keyID)")
      }
      entries.append(credential)
    }
    self.entries = entries
    self.lacksTimeZone = lacksTimeZone
    objectID = object.owner.flatMap { SavedName.objectID.value(in: $0)?.string }
    applicationID = object.owner.flatMap { SavedName.applicationID.value(in: $0)?.string }
    answered = object.answered
  }

  /// Every certificate in the `keyCredentials` of a saved file, of one object or of many, in their order.
  ///
  /// Throws `no-key-credentials` if none of the entries has its `key`, and what reading the file throws.
  public static func certificates(
    in file: Span<UInt8>, of subject: String, cryptography: any Cryptography
  ) throws(KeyCredentialsError) -> [Certificate] {
    let saved = try SavedRegistrations(file, of: subject)
    var certificates: [Certificate] = []
    for object in saved.objects {
      for (index, element) in (object.keys ?? []).enumerated() {
        var entry = try SavedEntry(element, at: index, of: subject)
        if let certificate = try entry.keyCredential(cryptography).certificate { certificates.append(certificate) }
      }
    }
    if certificates.isEmpty {
      throw KeyCredentialsError(
        .noKeyCredentials, "\(naming: subject) holds no certificate: no entry has its key",
        hint: "Graph gives the key for one object alone, and only when it is asked for with $select=keyCredentials")
    }
    return certificates
  }

  /// The entry with this `keyId`, in letters of either case; nil if there is none.
  public func entry(keyID: ExactText) -> KeyCredential? { entries.first { $0.hasKeyID(keyID) } }

  /// The entry of a certificate: the same DER, or, without `key`, a `customKeyIdentifier` that is one of its
  /// thumbprints.
  ///
  /// If there are several, an entry to verify signatures with comes first, and among those one that is valid at that
  /// time.
  public func entry(of certificate: Certificate, at time: NumericDate) -> KeyCredential? {
    let own = entries.filter { $0.isOf(certificate) }
    let verifying = own.filter(\.isForVerifying)
    return verifying.first { $0.isValid(at: time) } ?? verifying.first ?? own.first
  }

  /// The entries to verify signatures with that have an RSA certificate, valid ones first.
  public func certifiedEntries(at time: NumericDate) -> [KeyCredential] {
    let certified = entries.filter { $0.isForVerifying && $0.certificate?.publicKey.keyType != nil }
    return certified.filter { $0.isValid(at: time) } + certified.filter { !$0.isValid(at: time) }
  }

  /// The registered certificates that cannot verify anything.
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

  /// The entries that verify signatures at that time, and with which signatures can be made.
  public func validEntries(at time: NumericDate) -> [KeyCredential] {
    entries.filter { $0.isForVerifying && $0.isForSigningTokens && $0.isValid(at: time) }
  }

  /// The entries that would still be valid at that time after the entry is removed, the one that ends last first.
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
  /// One page of several; what is not in it is unknown.
  case incomplete = "incomplete-answer"
  /// A collection in which no registered key verifies signatures.
  case noKeyCredentials = "no-key-credentials"
  /// Pages of a listing with the same next page: one was saved twice, or they form a circle.
  case repeatedPage = "repeated-page"
  /// One object in two files that do not say the same about it.
  case objectDiffers = "object-differs"
  /// An answer without a next page.
  case noNextPage = "no-next-page"
  /// A next page of another listing than the requested one, or on another host.
  case foreignNextPage = "foreign-next-page"
}

extension KeyCredentialsError {
  /// True if the file is something else than what was saved of an application, and not a broken form of it.
  package var isOfOtherFile: Bool { SavedRegistrations.isOfOtherFile(self) }
}

extension SavedRegistrations {
  /// The one object, or among several the one that has one of these ids.
  ///
  /// Throws `several-objects` if it is not known which one to take, `incomplete-answer` if it may be on another page,
  /// and `malformed-key-credentials` if nothing says what is registered on it.
  fileprivate func object(choosing ids: [ExactText]) throws(KeyCredentialsError) -> Object {
    let chosen = objects.filter { object in object.ids.contains { own in ids.contains(where: own.isSameName) } }
    // An object is never on two pages.
    let isChosen = chosen.count == 1
    if !isChosen { try PageCheck(pages.map { (page: $0, file: subject) }).requireComplete() }
    if objects.count > 1, !isChosen {
      let count = chosen.isEmpty ? "none of them is the one that is meant" : "\(chosen.count) of them have its id"
      throw KeyCredentialsError(
        .severalObjects,
        "\(naming: subject) holds \(objects.count) objects with key credentials of their own: \(names)"
          + (ids.isEmpty ? "" : "; \(count)"), hint: "give the object id that is meant, or its answer alone")
    }
    guard let object = isChosen ? chosen.first : objects.first else {
      throw KeyCredentialsError(.malformed, "\(naming: subject) holds no object", hint: Self.wanted)
    }
    if object.keys == nil {
      throw KeyCredentialsError(.malformed, "\(naming: subject) has no keyCredentials", hint: Self.wanted)
    }
    return object
  }

  private var names: String {
    let names = objects.prefix(3).map { object in
      let owner = object.owner
      let name = [SavedName.displayName, .applicationID, .objectID].lazy.compactMap { name in
        owner.flatMap { name.value(in: $0)?.string }
      }.first
      return "\(quoting: name ?? "unnamed")"
    }
    return names.joined(separator: ", ") + (objects.count > 3 ? ", …" : "")
  }
}
