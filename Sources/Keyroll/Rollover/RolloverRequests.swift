import Encodings
import Entra
import System
import Tokens

/// What makes the requests of packages: the keys are behind it, each opened once for all packages.
public protocol RolloverRequests {
  /// A request for an access token, or one that tries the new key, by an assertion that can be used in that window alone.
  func token(by key: RolloverKeyRole, of plan: RolloverPlan, in window: SendWindow) throws(RolloverError)
    -> PackagedRequest
  /// A request that adds the new certificate, proved by the old key.
  func addKey(of plan: RolloverPlan, in window: SendWindow) throws(RolloverError) -> PackagedRequest
  /// A request that removes the entry that the permit names, proved by the key that stays.
  func removeKey(
    _ permit: RemovalPermit, of plan: RolloverPlan, in window: SendWindow
  ) throws(RolloverError) -> PackagedRequest
}

/// The files of one request folder, `request.curl` among them.
public struct PackagedRequest: Sendable, Hashable {
  /// The files with their names, in the order in which they are written.
  public let files: [(name: String, bytes: [UInt8])]

  public init(_ files: [(name: String, bytes: [UInt8])]) { self.files = files }

  public static func == (left: Self, right: Self) -> Bool {
    left.files.elementsEqual(right.files) { $0.name.utf8.elementsEqual($1.name.utf8) && $0.bytes == $1.bytes }
  }

  public func hash(into hasher: inout Hasher) {
    for file in files { hasher.combine(file.bytes) }
  }
}

extension PackagedRequest {
  /// Asks what is registered on the object: a GET, which needs an access token and no proof.
  static func list(of object: RolloverPlan.Object) -> PackagedRequest {
    list(ListedPlace(host: object.cloud.graphHost, collection: object.kind.collection, objectID: object.objectID))
  }

  /// The same for an object by its place alone.
  static func list(_ object: ListedPlace) -> PackagedRequest {
    let bytes = CurlConfiguration.bytes(forGetting: object.address).withBytes { [UInt8](copying: $0) }
    return PackagedRequest([(configurationName, bytes)])
  }

  static let configurationName = "request.curl"
}

/// The object that a list is asked of.
struct ListedPlace: Sendable, Hashable {
  let host: String
  let collection: GraphAddress.Collection
  let objectID: ExactText

  private static let selection = "?$select=id,appId,keyCredentials"

  init(host: String, collection: GraphAddress.Collection, objectID: ExactText) {
    self.host = host
    self.collection = collection
    self.objectID = objectID
  }

  var address: String { "https://\(host)/v1.0/\(collection.rawValue)/\(objectID)\(Self.selection)" }

  /// Reads the first address in a file for curl; nil if it is not one that is written here.
  init?(in configuration: [UInt8]) {
    guard let text = String(validating: configuration, as: UTF8.self),
      let line = text.split(separator: "\n").first(where: { $0.hasPrefix("url = \"") })
    else { return nil }
    let parts = line.dropFirst("url = \"https://".count).split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 4, let collection = GraphAddress.Collection(rawValue: String(parts[2])) else { return nil }
    self.init(
      host: String(parts[0]), collection: collection, objectID: ExactText(String(parts[3].prefix { $0 != "?" })))
    guard TextForm.guid.matches(objectID), line == "url = \"\(address)\"" else { return nil }
  }
}
