public import Encodings
import Messages
public import Signing
import Tokens

/// The values that a caller expects in a request from elsewhere.
///
/// A proof binds only the object, and nothing else in its request. Whoever carries the two can put another certificate,
/// keyId, host or scope beside the proof. A value that is nil is not compared, and the report says so.
public struct RequestExpectation: Sendable {
  /// The certificate that `addKey` adds; all its bytes are compared.
  public var newCertificate: Certificate?
  /// The keyId that `removeKey` removes.
  public var keyID: ExactText?
  /// The object id in the proof, also if the address names an application id.
  public var objectID: ExactText?
  /// The application id in the address, which the proof does not have.
  public var applicationID: ExactText?
  /// The cloud or the hosts that the request is sent to; nil if they are not compared.
  public var hosts: Hosts?
  /// The scope of a token request.
  public var scope: ExactText?

  public init(
    newCertificate: Certificate? = nil, keyID: ExactText? = nil, objectID: ExactText? = nil,
    applicationID: ExactText? = nil, hosts: Hosts? = nil, scope: ExactText? = nil
  ) {
    self.newCertificate = newCertificate
    self.keyID = keyID
    self.objectID = objectID
    self.applicationID = applicationID
    self.hosts = hosts
    self.scope = scope
  }

  /// The hosts that the request may be posted to.
  @nonexhaustive
  public enum Hosts: Sendable, Hashable {
    /// A cloud of the list.
    case cloud(Cloud)
    /// The host of the token endpoint, and that of Graph, which a token request names in its scope.
    case named(login: String?, graph: String?)

    /// The hosts that a request to this address may be posted to; nil if none was named for its kind.
    func hosts(for address: RequestAddress) -> [String]? {
      switch (self, address) {
      case (.cloud(let cloud), .graph): [cloud.graphHost]
      case (.cloud(let cloud), .token): cloud.loginHosts
      case (.named(_, let graph), .graph): graph.map { [$0] }
      case (.named(let login, _), .token): login.map { [$0] }
      }
    }

    var graphHost: String? {
      switch self {
      case .cloud(let cloud): cloud.graphHost
      case .named(_, let graph): graph
      }
    }

    var loginHost: String? { if case .named(let login, _) = self { login } else { nil } }
  }
}

/// Where a value that a request is judged by came from.
@nonexhaustive
public enum EvidenceOrigin: Sendable, Hashable {
  /// From the caller, who has it from a trusted place.
  case caller
  /// From beside the request: whoever can change one can change the other.
  case request
}

/// The values of the request, compared with what the caller expects. A value without an expectation gives a warning.
extension RequestVerifier {
  func address(_ address: RequestAddress) -> Check {
    self.address(
      address.description, on: address.host, isHostKnown: address.isHostKnown,
      isNamed: expected.hosts?.hosts(for: address) != nil, hostName: Self.hostName(of: address))
  }

  /// Fails for the host of no cloud of the list, unless the caller names it.
  func address(_ text: String, on host: String, isHostKnown: Bool, isNamed: Bool, hostName: String) -> Check {
    if isHostKnown || isNamed { return .passed("address", found: text) }
    return .failed(
      "address",
      RequestError(
        .hostUnknown, "\(naming: host) is not a host of any cloud that keyroll knows",
        hint: "do not send it unless you know the host; then name it as \(hostName)"))
  }

  /// Compares what is known about the object from elsewhere with the address and the proof.
  func object(of values: RequestValues) -> Check {
    let id = "object"
    guard case .graph(let address) = values.address else {
      if let object = expected.objectID ?? expected.applicationID {
        return elsewhere(id, "an object", object.text, values)
      }
      return .skipped(id, .notApplicable, "a token request names no object")
    }
    let saved = newCertificates.registered ?? removal.registered
    // This is not a list of tuples, because the compiler makes other code for it from one build to the next.
    func mismatch(_ named: ExactText?, _ known: ExactText?, _ source: String) -> Check? {
      guard let named, let known, !named.isSameName(as: known) else { return nil }
      return .failed(
        id, RequestError(.objectMismatch, "the request is for \(naming: named), and \(source) is \(naming: known)"))
    }
    if let check = mismatch(values.objectID, expected.objectID, "the object id that is expected")
      ?? mismatch(values.objectID, saved?.objectID, "the object id in the saved keyCredentials")
      ?? mismatch(address.appID, expected.applicationID, "the application id that is expected")
      ?? mismatch(address.appID, saved?.applicationID, "the application id in the saved keyCredentials")
    {
      return check
    }
    // The proof names the object, but not the object that the address means by an application id.
    if let appID = address.appID, expected.applicationID == nil,
      registeredOrigin != .caller || saved?.applicationID == nil
    {
      return uncompared(id, "the application id in the address, \(naming: appID),", by: "the application id")
    }
    if expected.applicationID != nil, address.appID == nil {
      return elsewhere(id, "an address by application id", expected.applicationID?.text, values)
    }
    guard let objectID = values.objectID else {
      return .skipped(id, .notReached, "neither the address nor the proof names an object id")
    }
    let isCompared = expected.objectID != nil || (registeredOrigin == .caller && saved?.objectID != nil)
    return isCompared
      ? .passed(id, found: objectID.text)
      : uncompared(id, "the object, \(naming: objectID.text),", by: "the object id")
  }

  /// The other values, in an order that does not change.
  func comparisons(of values: RequestValues) -> [Check] {
    let (isAdding, isRemoving) = (values.address.action == .addKey, values.address.action == .removeKey)
    return [
      host(of: values), isAdding || expected.newCertificate != nil ? newCertificate(of: values) : nil,
      isRemoving || expected.keyID != nil ? keyID(of: values) : nil,
      values.scope != nil || expected.scope != nil ? scope(of: values) : nil,
      registered(of: values),
      !isAdding && newCertificates.maximumLifetime != nil ? lifetime(of: values) : nil,
    ].compactMap(\.self)
  }

  /// Who signed the token, and who says that this is the right signer.
  func signer(of token: VerificationReport?) -> Check {
    let id = "signer"
    guard let token, !keys.isEmpty else { return .skipped(id, .notReached, "the token was not verified") }
    guard let signer = token.signer else {
      if keysOrigin == .request { return .skipped(id, .notReached, "no known key made the signature") }
      return .failed(
        id, RequestError(.signerMismatch, "the token is not signed with the key of a certificate that was given"))
    }
    guard keysOrigin == .request else {
      return .passed(id, found: signer.certificate.map { "SHA-1 \(KeyCredentialForms($0).thumbprint)" })
    }
    let name = signer.certificate.map(Self.name) ?? "a bare public key"
    return .warning(
      id,
      RequestError(
        .signerNotNamed, "only the request itself says that the signer is right: \(name)",
        hint: "give the certificate from where you trust it"))
  }

  private func host(of values: RequestValues) -> Check {
    let (address, host) = (values.address, values.address.host)
    if case .graph = address, let login = expected.hosts?.loginHost {
      return elsewhere("host", "a login host", login, values)
    }
    return self.host(
      host, among: expected.hosts?.hosts(for: address), isKnown: address.isHostKnown,
      hostName: Self.hostName(of: address))
  }

  /// Whether the host is one of those that are expected; nil if none is.
  func host(_ host: String, among hosts: [String]?, isKnown: Bool, hostName: String) -> Check {
    let id = "host"
    guard let hosts else {
      return isKnown
        ? uncompared(id, "the host, \(naming: host),", by: "the cloud or \(hostName)")
        : .skipped(id, .notReached, "the host is not known")
    }
    if hosts.containsHost(host) { return .passed(id, found: host) }
    return .failed(
      id,
      RequestError(
        .hostMismatch, "the request is sent to \(naming: host), and \(Self.names(hosts)) is expected"))
  }

  private func newCertificate(of values: RequestValues) -> Check {
    let id = "new-certificate"
    guard values.address.action == .addKey else {
      return elsewhere(id, "a new certificate", expected.newCertificate?.subject ?? "", values)
    }
    guard let found = values.newCertificate else {
      return .skipped(id, .notReached, "the new certificate cannot be read")
    }
    guard let certificate = expected.newCertificate else {
      return uncompared(id, "the new certificate, \(Self.name(found)),", by: "the new certificate")
    }
    if found == certificate { return .passed(id, found: "SHA-1 \(KeyCredentialForms(found).thumbprint)") }
    return .failed(
      id,
      RequestError(
        .newCertificateMismatch, "the request adds \(Self.name(found)), and \(Self.name(certificate)) is expected",
        hint: "do not send it: whoever has the key of that certificate could use the application"))
  }

  private func keyID(of values: RequestValues) -> Check {
    let id = "key-id"
    guard let found = values.keyID else { return elsewhere(id, "a keyId", expected.keyID?.text ?? "", values) }
    guard let keyID = expected.keyID else {
      return uncompared(id, "the keyId, \(naming: found.text),", by: "the keyId")
    }
    if found.isSameName(as: keyID) { return .passed(id, found: found.text) }
    return .failed(
      id,
      RequestError(.keyIDMismatch, "the request removes keyId \(naming: found), and \(naming: keyID) is expected"))
  }

  /// The default is everything in Graph that the application was granted in the cloud of the request, unless another
  /// scope is named.
  private func scope(of values: RequestValues) -> Check {
    let id = "scope"
    guard let found = values.scope else { return elsewhere(id, "a scope", expected.scope?.text ?? "", values) }
    let graphHost = expected.hosts?.graphHost
    let hosts = graphHost.map { [$0] } ?? values.address.graphHosts
    let scopes = expected.scope.map { [$0] } ?? hosts.compactMap { try? TokenAddress.graphScope(host: $0) }
    guard scopes.contains(found) else {
      let wanted =
        scopes.isEmpty
        ? "the scope of Graph is not known for this host" : "\(Self.names(scopes.map(\.text))) is expected"
      return .failed(
        id,
        RequestError(
          .scopeMismatch, "the scope is \(naming: found), and \(wanted)",
          hint: "do not send it unless you know the scope; then name it, or its host"))
    }
    return expected.scope == nil && graphHost == nil
      ? uncompared(id, "the scope, \(naming: found.text),", by: "the cloud or the scope")
      : .passed(id, found: found.text)
  }

  /// Saved credentials are useful only for a request to Graph, and are worth no more than where they came from.
  private func registered(of values: RequestValues) -> Check? {
    let id = "registered"
    guard (newCertificates.registered ?? removal.registered) != nil else { return nil }
    if case .token = values.address { return elsewhere(id, "an object with keyCredentials", nil, values) }
    if registeredOrigin == .caller { return nil }
    return .warning(
      id,
      RequestError(
        id: Check.Reason.notCompared.rawValue, "only the file in the request says what is registered",
        hint: "give what you saved yourself"))
  }

  private func lifetime(of values: RequestValues) -> Check {
    elsewhere("new-certificate-lifetime", "a new certificate with a lifetime", nil, values)
  }

  // MARK: What they say

  func uncompared(_ id: String, _ value: String, by name: String) -> Check {
    .warning(
      id,
      RequestError(
        id: Check.Reason.notCompared.rawValue, "\(value) was not compared with anything",
        hint: "give \(name) that is meant"))
  }

  /// An expectation for another kind of request is not ignored: this request is not the one that was meant.
  private func elsewhere(_ id: String, _ what: String, _ value: String?, _ values: RequestValues) -> Check {
    elsewhere(id, what, value, inRequest: values.address.requestName)
  }

  /// The same for a request that this command makes.
  func elsewhere(_ id: String, _ what: String, _ value: String?, inRequest name: String) -> Check {
    let value = value.map { ", \(naming: $0)," } ?? ""
    return .failed(
      id,
      RequestError(
        .requestMismatch, "\(what)\(value) is expected, and a request \(name) has none",
        hint: "is this the request that you mean?"))
  }

  private static func name(_ certificate: Certificate) -> String {
    "\(quoting: certificate.subject) with SHA-1 \(KeyCredentialForms(certificate).thumbprint)"
  }

  private static func names(_ names: [String]) -> String { names.map { "\(naming: $0)" }.joined(separator: " or ") }

  private static func hostName(of address: RequestAddress) -> String {
    if case .graph = address { "the host of Graph" } else { "the login host" }
  }
}
