public import Encodings
import Signing
public import Tokens

/// By what the credentials of a list are judged.
public struct CredentialPolicy: Sendable {
  /// The time that is judged for.
  public let time: NumericDate
  /// What ends within this time is due.
  public var period: TimeSpan
  /// What lives longer is named; nil for no limit.
  public var maximumLifetime: TimeSpan?
  /// Leaves out what has ended where something else took its place.
  public var skipsEnded = false

  /// 30 days, Entra's own threshold for keys that end soon.
  public static let standardPeriod = TimeSpan(seconds: 30 * 86_400)

  public init(
    at time: NumericDate, within period: TimeSpan = Self.standardPeriod, maximumLifetime: TimeSpan? = nil,
    skipsEnded: Bool = false
  ) {
    self.time = time
    self.period = period
    self.maximumLifetime = maximumLifetime
    self.skipsEnded = skipsEnded
  }
}

/// The credentials of a list, object by object, with what is to be done about each.
public struct CredentialReport: Sendable {
  /// What was judged by.
  public let policy: CredentialPolicy
  /// Every object of the list, in its order.
  public let objects: [JudgedObject]
  /// What the files do not say, though it was asked: with any of these, the list is not whole.
  public let failures: [KeyCredentialsError]

  /// Judges every credential of a list.
  public init(on list: CredentialList, by policy: CredentialPolicy) {
    self.policy = policy
    failures = list.failures
    let grouped = list.objects.map { object in (object, RegisteredCredential.grouped(object.entries)) }
    var occurrences: [[UInt8]: Int] = [:]
    // An entry that is in two files is one entry.
    var seen = Set<ExactText>()
    for (_, credentials) in grouped {
      for credential in credentials {
        guard let thumbprint = credential.thumbprint?.bytes else { continue }
        let keys = credential.entries.filter { !$0.isSecret && seen.insert($0.comparableKeyID).inserted }
        // To sign and to verify with one certificate are two entries, and one registration.
        let counts = Dictionary(grouping: keys, by: \.usage).values.map(\.count)
        occurrences[thumbprint, default: 0] += counts.max() ?? 0
      }
    }
    objects = grouped.map { object, credentials in
      JudgedObject(object, credentials, occurrences: occurrences, by: policy)
    }
  }

  /// How many credentials there are on all objects; the entries of one SAML certificate count as one.
  public var credentialCount: Int { objects.reduce(0) { $0 + $1.credentials.count } }

  /// How many credentials have the flag.
  public func count(of flag: CredentialFlag) -> Int {
    objects.reduce(0) { $0 + $1.credentials.count { $0.flags.contains(flag) } }
  }
}

/// What is to be known of a credential that is registered.
@nonexhaustive
public enum CredentialFlag: String, Sendable, Hashable, CaseIterable {
  /// It has ended, or ends within the time that was asked for.
  case due = "DUE"
  /// It is due, and when it ends nothing else of its kind is valid on the object.
  case alone = "ALONE"
  /// It lives longer than the limit.
  case long = "LONG"
  /// Its certificate is registered more than once, on this object or on several.
  case twice = "TWICE"
  /// The service signs with it, for SAML: an entry to sign, one to verify and a secret belong together.
  case saml = "SAML"
}

/// One object with its credentials.
public struct JudgedObject: Sendable {
  /// The object as it was listed.
  public let object: ListedObject
  /// In the order of the answer; what belongs to one SAML certificate stands together.
  public let credentials: [JudgedCredential]

  fileprivate init(
    _ object: ListedObject, _ credentials: [RegisteredCredential], occurrences: [[UInt8]: Int],
    by policy: CredentialPolicy
  ) {
    self.object = object
    let succession = Succession(credentials)
    self.credentials = credentials.compactMap { credential in
      var flags: [CredentialFlag] = []
      let isDue = credential.end.map { $0 <= policy.time + policy.period } ?? false
      let isAlone = isDue && !succession.hasSuccessor(of: credential, at: policy.time)
      let hasEnded = credential.end.map { $0 < policy.time } ?? false
      if hasEnded, !isAlone, policy.skipsEnded { return nil }
      if isDue { flags.append(.due) }
      if isAlone { flags.append(.alone) }
      if let limit = policy.maximumLifetime, let life = credential.lifetime, life > limit { flags.append(.long) }
      let count = credential.thumbprint.flatMap { occurrences[$0.bytes] } ?? 1
      if count > 1 { flags.append(.twice) }
      if credential.isSAML { flags.append(.saml) }
      return JudgedCredential(credential: credential, flags: flags, occurrences: count)
    }
  }
}

/// What takes the place of a credential of an object when it ends, found in a time that does not grow with the number of others.
private struct Succession {
  /// Of those that end later, the earliest start.
  private var starts: [RegisteredCredential.Purpose: [NumericDate: NumericDate]] = [:]

  init(_ credentials: [RegisteredCredential]) {
    for (purpose, members) in Dictionary(grouping: credentials, by: \.purpose) where members.count > 1 {
      var byEnd: [NumericDate: NumericDate] = [:]
      for member in members {
        let end = member.end ?? .latest
        byEnd[end] = min(member.start ?? .earliest, byEnd[end] ?? .latest)
      }
      var earliest: NumericDate?
      for end in byEnd.keys.sorted(by: >) {
        let own = byEnd.updateValue(earliest ?? .latest, forKey: end) ?? .latest
        earliest = min(own, earliest ?? .latest)
      }
      starts[purpose] = byEnd
    }
  }

  /// True where another one is valid when it ends, or now where it has ended, and ends later.
  func hasSuccessor(of credential: RegisteredCredential, at time: NumericDate) -> Bool {
    guard let end = credential.end, let start = starts[credential.purpose]?[end] else { return false }
    return start < .latest && start <= max(end, time)
  }
}

/// One credential with its flags, in the order of `CredentialFlag`.
public struct JudgedCredential: Sendable {
  /// What was judged.
  public let credential: RegisteredCredential
  /// What is to be said of it, in the order of their importance.
  public let flags: [CredentialFlag]
  /// How often its certificate is registered in the whole list.
  public let occurrences: Int
}

/// One key or secret that can end: an entry, or the entries of one SAML certificate.
public struct RegisteredCredential: Sendable {
  /// Never empty; several of a SAML certificate.
  public let entries: [ListedEntry]

  /// What it is for: one does not take the place of another.
  fileprivate enum Purpose { case signingIn, saml, other }

  /// True if the service signs with it.
  public var isSAML: Bool { entries.contains { $0.usage == "Sign" } }
  /// True if it is nothing but a client secret.
  public var isSecret: Bool { entries.allSatisfy(\.isSecret) }
  /// The latest start and the earliest end of its entries; nil where none says it.
  public var start: NumericDate? { entries.compactMap(\.start).max() }
  /// When the first of its entries ends; nil if no entry says it.
  public var end: NumericDate? { entries.compactMap(\.end).min() }
  /// The thumbprint by which it is known, and of which digest; nil for a secret.
  public var thumbprint: (kind: Thumbprint, bytes: [UInt8])? { entries.lazy.compactMap(\.thumbprint).first }
  /// The subject of its certificate; nil if neither the listing nor a given certificate tells it.
  public var subject: String? { entries.lazy.compactMap(\.subject).first }
  /// The name that it was given when it was registered.
  public var displayName: ExactText? { entries.lazy.compactMap(\.displayName).first }
  /// The names of the given files that hold its certificate.
  public var certificateNames: [String] { entries.first { !$0.certificateNames.isEmpty }?.certificateNames ?? [] }

  var lifetime: TimeSpan? {
    guard let start, let end else { return nil }
    return end - start
  }

  fileprivate var purpose: Purpose {
    if isSAML { return .saml }
    return isSecret || entries.contains { $0.usage == "Verify" } ? .signingIn : .other
  }

  /// The entries of one object: those of a SAML certificate are put together by its thumbprint, and the secret also by the key id
  /// that it shares with the entry to sign.
  fileprivate static func grouped(_ entries: [ListedEntry]) -> [RegisteredCredential] {
    let signing = entries.filter { $0.usage == "Sign" }
    let identifiers = Set(signing.compactMap(\.identifier))
    let keyIDs = Dictionary(
      signing.map { ($0.comparableKeyID, $0.identifier) }, uniquingKeysWith: { first, _ in first })
    var groups: [[ListedEntry]] = []
    var places: [[UInt8]: Int] = [:]
    for entry in entries {
      var identifier = entry.identifier
      if entry.isSecret, let ofKey = keyIDs[entry.comparableKeyID] { identifier = ofKey }
      if let identifier, let place = places[identifier] {
        groups[place].append(entry)
      } else {
        if let identifier, identifiers.contains(identifier) { places[identifier] = groups.count }
        groups.append([entry])
      }
    }
    return groups.map(RegisteredCredential.init(entries:))
  }
}
