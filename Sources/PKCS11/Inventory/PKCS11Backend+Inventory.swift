internal import CP11Kit
public import Signing

extension PKCS11Backend {
  /// Lists what the URI matches, or everything that p11-kit is configured with.
  ///
  /// With `secrets` it logs in first, to see private objects: one try, on one token. Throws what opening a key throws
  /// up to the login; a module, token or object that cannot be read is told in the inventory.
  public func inventory(of uri: PKCS11URI? = nil, loggingInWith secrets: (any SecretProvider)? = nil) throws(KeyError)
    -> Inventory
  {
    let matcher = try uri.map { (uri) throws(KeyError) in try URIMatcher(uri) }
    let (modules, search) = try search(uri, matcher)
    for module in modules.modules { _ = module.warnOfCallLog() }
    let connections = search.tokens.map { connection(with: $0, of: modules) }
    if let secrets { try login(connections, uri, secrets) }
    let reader = InventorySearch(uri: uri, matcher: matcher, cryptography: cryptography)
    var listed: [Inventory.Module] = []
    var failures = search.failures.map(\.message)
    for module in modules.modules {
      let tokens = connections.filter { $0.module === module }.map(reader.token)
      // Modules that have nothing of what was asked for are not listed.
      if tokens.isEmpty && uri != nil { continue }
      do throws(DeviceError) {
        listed.append(try reader.module(module, tokens))
      } catch {
        failures.append(error.message)
      }
    }
    return Inventory(modules: listed, failures: failures)
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
