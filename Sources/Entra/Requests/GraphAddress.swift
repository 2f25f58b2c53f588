public import Encodings
public import Tokens

/// Where `addKey` and `removeKey` are posted to.
public struct GraphAddress: Sendable, Hashable {
  /// The kind of the object, by the collection that it is in.
  @nonexhaustive
  public enum Collection: String, Sendable, Hashable, CaseIterable {
    case applications
    case servicePrincipals
  }

  /// How the address names the object; the proof names it by its object id in either case.
  @nonexhaustive
  public enum Name: Sendable, Hashable {
    case objectID(ExactText)
    case appID(ExactText)
  }

  /// What is asked of the object.
  @nonexhaustive
  public enum Action: String, Sendable, Hashable, CaseIterable {
    case addKey
    case removeKey
  }

  public let host: String
  public let version: GraphVersion
  public let collection: Collection
  public let name: Name
  public let action: Action

  /// Throws `malformed-parameter` for a host that is more than the name of one, and for an id that is no GUID.
  public init(
    host: String = Cloud.global.graphHost, version: GraphVersion = .v1, collection: Collection, name: Name,
    action: Action
  ) throws(ProfileError) {
    try Profile.requireHost(host, "the Graph host", example: Cloud.usGov.graphHost)
    switch name {
    case .objectID(let id): _ = try Profile.guid(id, "the object id")
    case .appID(let id): _ = try Profile.guid(id, "the application id")
    }
    self.host = host
    self.version = version
    self.collection = collection
    self.name = name
    self.action = action
  }

  /// The object id, where the address has it.
  public var objectID: ExactText? { if case .objectID(let id) = name { id } else { nil } }
  public var appID: ExactText? { if case .appID(let id) = name { id } else { nil } }
}

extension GraphAddress: CustomStringConvertible {
  public var description: String {
    let object =
      switch name {
      case .objectID(let id): "\(collection.rawValue)/\(id)"
      case .appID(let id): "\(collection.rawValue)(appId='\(id)')"
      }
    return "https://\(host)/\(version.rawValue)/\(object)/\(action.rawValue)"
  }

  /// Reads what `description` writes; nil for anything else.
  init?(_ text: String) {
    guard let parts = RequestAddress.parts(of: text), let action = parts.last.flatMap(Action.init(rawValue:)),
      parts.count >= 2, let version = GraphVersion(rawValue: parts[1])
    else { return nil }
    for collection in Collection.allCases {
      let name: Name
      if parts.count == 5, parts[2].utf8.elementsEqual(collection.rawValue.utf8) {
        name = .objectID(ExactText(parts[3]))
      } else if parts.count == 4, let id = Self.appID(in: parts[2], of: collection) {
        name = .appID(id)
      } else {
        continue
      }
      guard
        let address = try? GraphAddress(
          host: parts[0], version: version, collection: collection, name: name, action: action),
        address.description.utf8.elementsEqual(text.utf8)
      else { return nil }
      self = address
      return
    }
    return nil
  }

  private static func appID(in part: String, of collection: Collection) -> ExactText? {
    let (start, end) = ("\(collection.rawValue)(appId='".utf8, "')".utf8)
    guard part.utf8.starts(with: start), part.utf8.count > start.count + end.count else { return nil }
    return ExactText(String(Substring(part.utf8.dropFirst(start.count).dropLast(end.count))))
  }
}
