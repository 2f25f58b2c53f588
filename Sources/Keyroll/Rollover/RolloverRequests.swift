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
    let address =
      "https://\(object.cloud.graphHost)/v1.0/\(object.kind.collection.rawValue)/\(object.objectID)"
      + "?$select=id,appId,keyCredentials"
    let bytes = CurlConfiguration.bytes(forGetting: address).withBytes { [UInt8](copying: $0) }
    return PackagedRequest([(configurationName, bytes)])
  }

  static let configurationName = "request.curl"
}
