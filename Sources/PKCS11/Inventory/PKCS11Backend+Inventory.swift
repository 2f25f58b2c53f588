internal import CP11Kit
public import Signing

extension PKCS11Backend {
  /// Lists what the URI matches, or everything that p11-kit is configured with; tokens with keys come first.
  ///
  /// With `secrets` it logs in first, to see private objects: one try, on one token. Throws what opening a key throws
  /// up to the login, `no-such-token` for a URI that no token matches; a module, token or object that cannot be read is
  /// told in the inventory.
  ///
  /// - Parameter includingTrustPolicy: lists modules too that hold nothing but certificates to trust, such as p11-kit's own.
  ///   They are always listed for a URI.
  public func inventory(
    of uri: PKCS11URI? = nil, loggingInWith secrets: (any SecretProvider)? = nil, includingTrustPolicy: Bool = true
  ) throws(KeyError) -> Inventory {
    let matcher = try uri.map { (uri) throws(KeyError) in try URIMatcher(uri) }
    // Throws where what was asked for is not there.
    if let uri, let matcher, uri.selectsWithinModules { _ = try connections(for: uri, matcher) }
    let (modules, search) = try search(uri, matcher)
    for module in modules.modules { _ = module.warnOfCallLog() }
    let connections = search.tokens.map { connection(with: $0, of: modules) }
    if let secrets { try login(connections, uri, secrets) }
    let reader = InventorySearch(uri: uri, matcher: matcher, cryptography: cryptography)
    var listed: [Inventory.Module] = []
    var failures = search.failures.map(\.message) + search.moduleFailures
    for module in modules.modules {
      if uri == nil, !includingTrustPolicy, module.isTrustPolicy { continue }
      let tokens = connections.filter { $0.module === module }.map(reader.token).sorted { $0.rank < $1.rank }
      // Modules that have nothing of what was asked for are not listed.
      if tokens.isEmpty, uri?.selectsWithinModules ?? false { continue }
      if tokens.isEmpty, let reason = module.reasonForNoTokens { failures.append(reason) }
      do throws(DeviceError) {
        listed.append(try reader.module(module, tokens))
      } catch {
        failures.append(error.message)
      }
    }
    let ranked = listed.sorted { ($0.tokens.first?.rank ?? .max) < ($1.tokens.first?.rank ?? .max) }
    return Inventory(modules: ranked, failures: failures)
  }

  private func login(_ connections: [TokenConnection], _ uri: PKCS11URI?, _ secrets: any SecretProvider)
    throws(KeyError)
  {
    let wanting = connections.filter(\.token.info.wantsLogin)
    let candidates = wanting.isEmpty ? connections : wanting
    if candidates.count > 1 { throw severalTokens(candidates.map(\.token), uri) }
    for connection in candidates { _ = try connection.login(with: PINRequest(uri: uri, secrets: secrets)) }
  }
}

extension Inventory.Token {
  /// Tokens with keys first, then those that may hide keys from whoever has not logged in.
  fileprivate var rank: Int {
    if objects.contains(where: { $0.kind != .certificate }) { return 0 }
    return pin == .notNeeded ? 2 : 1
  }
}
