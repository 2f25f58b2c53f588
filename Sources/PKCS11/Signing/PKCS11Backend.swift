internal import Synchronization
internal import CP11Kit
public import Messages
public import Signing

/// Opens `pkcs11:` references (RFC 7512): keys that stay on a token.
///
/// No module is loaded before the first key is opened. Modules are finalised by `close()`, or when the backend and the last
/// of its signers have gone.
public final class PKCS11Backend: KeyBackend {
  /// Where modules come from.
  private enum Source: Hashable {
    case path(ModulePath, named: String?)
    case configured(named: String?)
  }

  private struct State {
    var modules: [Source: ModuleSet] = [:]
    var connections: [TokenConnection] = []
  }

  public var syntax: KeyReferenceSyntax { PKCS11URI.syntax }
  let cryptography: any Cryptography
  private let policy: PINPolicy
  private let observer: (any CallObserver)?
  // Held while modules are loaded and tokens looked for, so that neither is done twice.
  private let state = Mutex(State())

  /// - Parameters:
  ///   - cryptography: makes digests, public keys and verifiers.
  ///   - allowsFinalPINTry: lets a PIN be tried although a wrong one would lock the token.
  ///   - observer: is told of every call to a module.
  public init(
    cryptography: any Cryptography, allowsFinalPINTry: Bool = false, observer: (any CallObserver)? = nil
  ) {
    self.cryptography = cryptography
    policy = PINPolicy(allowsFinalTry: allowsFinalPINTry)
    self.observer = observer
  }

  /// Asks `secrets` at most once, gives the PIN at most once, and blocks for as long as the device takes.
  ///
  /// Nothing is signed. Throws `no-such-token`, `several-tokens` (one PIN is never tried on two tokens), `no-such-key`,
  /// `several-keys` and what the PIN, the certificates and the mechanism can be refused for.
  public func signer(for request: KeyRequest) throws(KeyError) -> any Signer {
    let uri = try PKCS11URI(request.reference)
    guard uri.selectsWithinModules else { throw PKCS11URI.malformed("names neither a token nor a key") }
    if let type = uri.text(.type), !type.utf8.elementsEqual("private".utf8) {
      throw PKCS11URI.malformed("names type=\(type), which is not a private key")
    }
    let matcher = try URIMatcher(uri)
    var request = request
    if let path = uri.text(.certificate) {
      let named = try cryptography.certificates(inFile: path)
      if let given = request.certificates.first, request.requiresOwnCertificate {
        try CertificateChoice(at: request.time, in: request.reference.description).requireOwn(given, among: named)
        // The file takes the place of the certificate on the token.
        request.requiresOwnCertificate = false
      }
      if request.certificates.isEmpty { request.certificates = named }
    }
    var opening = KeyOpening(request: request, uri: uri, cryptography: cryptography)
    return try opening.signer(on: try connections(for: uri, matcher)) { severalTokens($0, uri) }
  }

  /// Finalises every module; signers that were opened fail from then on.
  public func close() {
    let modules = state.withLock { state in
      defer { state = State() }
      return Array(state.modules.values)
    }
    for set in modules { set.finalize() }
  }

  /// The tokens that the URI matches; throws `no-such-token`.
  func connections(for uri: PKCS11URI, _ matcher: URIMatcher) throws(KeyError) -> [TokenConnection] {
    try state.withLock { (state) throws(KeyError) in
      var (modules, search) = try look(for: uri, matcher, &state)
      for delay in Patience.delays where search.tokens.isEmpty {
        Patience.wait(delay)
        (modules, search) = try lookAgain(for: uri, matcher, &state)
      }
      if search.tokens.isEmpty { throw noSuchToken(uri, modules, search) }
      return search.tokens.map { token in connection(with: token, of: modules, &state) }
    }
  }

  /// All that is there, without a login.
  func search(_ uri: PKCS11URI?, _ matcher: URIMatcher?) throws(KeyError) -> (modules: ModuleSet, search: TokenSearch) {
    try state.withLock { (state) throws(KeyError) in try look(for: uri, matcher, &state) }
  }

  func connection(with token: Token, of modules: ModuleSet) -> TokenConnection {
    state.withLock { connection(with: token, of: modules, &$0) }
  }

  private func look(
    for uri: PKCS11URI?, _ matcher: URIMatcher?, _ state: inout State
  ) throws(KeyError) -> (modules: ModuleSet, search: TokenSearch) {
    let modules = try modules(from: source(of: uri), &state)
    return (modules, TokenSearch(modules, matching: matcher))
  }

  /// Some modules see tokens only when they are initialised: begins anew, unless keys are in use.
  private func lookAgain(
    for uri: PKCS11URI, _ matcher: URIMatcher, _ state: inout State
  ) throws(KeyError) -> (modules: ModuleSet, search: TokenSearch) {
    if state.connections.isEmpty, let modules = state.modules.removeValue(forKey: try source(of: uri)) {
      modules.finalize()
    }
    return try look(for: uri, matcher, &state)
  }

  private func source(of uri: PKCS11URI?) throws(KeyError) -> Source {
    if let path = uri?.text(.modulePath) { return .path(try ModulePath(path), named: uri?.text(.moduleName)) }
    return .configured(named: uri?.text(.moduleName))
  }

  private func modules(from source: Source, _ state: inout State) throws(KeyError) -> ModuleSet {
    if let modules = state.modules[source] { return modules }
    let modules =
      switch source {
      case .path(let path, let name): try ModuleSet(path, named: name, observer: observer)
      case .configured(let name):
        try ModuleSet(configuredWhere: { module in name.map(module.isNamed) ?? true }, observer: observer)
      }
    state.modules[source] = modules
    return modules
  }

  private func connection(with token: Token, of modules: ModuleSet, _ state: inout State) -> TokenConnection {
    if let known = state.connections.first(where: { $0.token.isSame(as: token) }) { return known }
    let connection = TokenConnection(token, of: modules, policy: policy)
    state.connections.append(connection)
    return connection
  }

  private func noSuchToken(_ uri: PKCS11URI, _ modules: ModuleSet, _ search: TokenSearch) -> KeyError {
    let all = TokenSearch(modules, matching: nil)
    let there = all.tokens.isEmpty ? "there are no tokens" : "there are \(list(all.tokens, uri))"
    let bare = modules.modules.filter { module in !all.tokens.contains { $0.module === module } }
    let reasons = search.failures.map(\.message) + search.moduleFailures + bare.compactMap(\.reasonForNoTokens)
    let failure = reasons.prefix(Self.shownReasons).map { "; \($0)" }.joined()
    return KeyError(
      .noSuchToken, "no token matches \(naming: uri): \(there)\(failure)", hint: "see what is there with keyroll keys")
  }

  private static let shownReasons = 3

  func severalTokens(_ tokens: [Token], _ uri: PKCS11URI?) -> KeyError {
    KeyError(
      .severalTokens,
      "\(uri.map { "\(naming: $0)" } ?? "this") matches \(tokens.count) tokens that want a PIN: \(list(tokens, uri))",
      hint: "name one of them, as listed")
  }

  private func list(_ tokens: [Token], _ uri: PKCS11URI?) -> String {
    let shown = tokens.prefix(8).map {
      "\(naming: uri?.naming($0.uriValues) ?? PKCS11URI($0.uriValues)?.description ?? "")"
    }
    return shown.joined(separator: ", ") + (tokens.count > 8 ? " and \(tokens.count - 8) more" : "")
  }
}
