import Encodings
import Messages
import Signing
public import Tokens

/// Judges a request that lists what is registered: it has no token and no body, and changes nothing.
extension RequestVerifier {
  /// Where it is sent to, since an access token goes with it, and what it asks for.
  public func verify(_ listing: GraphListing, at time: NumericDate) -> RequestReport {
    RequestReport(
      address: nil, time: time, checks: [address(listing), object(of: listing), host(of: listing)] + misplaced,
      token: nil, listing: listing)
  }

  private static let hostName = "the host of Graph"

  private func address(_ listing: GraphListing) -> Check {
    address(
      listing.description, on: listing.host, isHostKnown: listing.isHostKnown,
      isNamed: expected.hosts?.graphHost != nil, hostName: Self.hostName)
  }

  private func object(of listing: GraphListing) -> Check {
    let id = "object"
    guard case .object(let name) = listing.scope else {
      if let object = expected.objectID ?? expected.applicationID {
        return elsewhere(id, "an object", object.text, inRequest: "\(GraphListing.requestName) for all objects")
      }
      return .skipped(id, .notApplicable, "it asks for all objects")
    }
    let (found, known, what) =
      switch name {
      case .objectID(let found): (found, expected.objectID, "the object id")
      case .appID(let found): (found, expected.applicationID, "the application id")
      }
    guard let known else { return uncompared(id, "\(what), \(naming: found.text),", by: what) }
    if found.isSameName(as: known) { return .passed(id, found: found.text) }
    return .failed(
      id,
      RequestError(
        .objectMismatch, "the request is for \(naming: found), and \(what) that is expected is \(naming: known)"))
  }

  private func host(of listing: GraphListing) -> Check {
    if let login = expected.hosts?.loginHost {
      return elsewhere("host", "a login host", login, inRequest: GraphListing.requestName)
    }
    return host(
      listing.host, among: expected.hosts?.graphHost.map { [$0] }, isKnown: listing.isHostKnown, hostName: Self.hostName
    )
  }

  /// What is expected of another kind of request is not ignored: this one is not what was meant.
  private var misplaced: [Check] {
    let registered = registeredOrigin == .caller ? newCertificates.registered : nil
    return [
      expected.newCertificate.map { misplaced("new-certificate", "a new certificate", $0.subject) },
      expected.keyID.map { misplaced("key-id", "a keyId", $0.text) },
      expected.scope.map { misplaced("scope", "a scope", $0.text) },
      registered.map { _ in misplaced("registered", "an object with keyCredentials", nil) },
      newCertificates.maximumLifetime.map { _ in
        misplaced("new-certificate-lifetime", "a new certificate with a lifetime", nil)
      },
      keys.isEmpty ? nil : misplaced("signer", "a signed token", nil),
    ].compactMap(\.self)
  }

  private func misplaced(_ id: String, _ what: String, _ value: String?) -> Check {
    elsewhere(id, what, value, inRequest: GraphListing.requestName)
  }
}

extension GraphListing {
  /// True for a host of a cloud in the list.
  var isHostKnown: Bool { Cloud.allCases.map(\.graphHost).containsHost(host) }
}
