import CP11Kit
public import Signing

extension PKCS11Backend {
  /// Lists what a reference matches, or everything in p11-kit's configuration. Tokens with keys come first.
  ///
  /// With `secrets` it logs in first, to see private objects: one try, on one token. Throws what opening a key throws
  /// up to the login, and `no-such-token` if a reference matches no token. A module, token or object that cannot be
  /// read is named in the inventory.
  ///
  /// - Parameters:
  ///   - reference: what to list; nil for everything.
  ///   - secrets: gives the PIN for a login; nil to look without one.
  ///   - includingTrustPolicy: also lists modules that contain only certificates to trust, such as p11-kit's own. They are
  ///     always listed for a reference.
  public func inventory(
    of reference: KeyReference? = nil, loggingInWith secrets: (any SecretProvider)? = nil,
    includingTrustPolicy: Bool = true
  ) throws(KeyError) -> Inventory {
    let uri = try reference.map { (reference) throws(KeyError) in try PKCS11URI(reference) }
    let matcher = try uri.map { (uri) throws(KeyError) in try URIMatcher(uri) }
    // Throws if a reference matches nothing.
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
      // Modules without anything that was asked for are left out.
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

/// Reads everything that a person may choose a key by.
struct InventorySearch {
  let uri: PKCS11URI?
  let matcher: URIMatcher?
  let cryptography: any Cryptography

  func module(_ module: Module, _ tokens: [Inventory.Token]) throws(DeviceError) -> Inventory.Module {
    var info = CK_INFO()
    try unsafe module.call("C_GetInfo") { unsafe $0.pointee.C_GetInfo?(&info) }
    return Inventory.Module(
      name: module.name, path: module.path, description: FixedField(info.libraryDescription).text,
      manufacturer: FixedField(info.manufacturerID).text,
      version: "\(info.libraryVersion.major).\(info.libraryVersion.minor)",
      warnings: [module.callLogWarning].compactMap(\.self), tokens: tokens)
  }

  func token(_ connection: TokenConnection) -> Inventory.Token {
    var failures: [String] = []
    func read<Result>(_ otherwise: Result, _ body: () throws(DeviceError) -> Result) -> Result {
      do throws(DeviceError) {
        return try body()
      } catch {
        failures.append(error.message)
        return otherwise
      }
    }
    let token = connection.token
    let info = read(token.info) { () throws(DeviceError) in
      TokenInfo(try Token.info(of: token.slotID, in: token.module))
    }
    let mechanisms = read([]) { () throws(DeviceError) in try token.signingMechanisms() }
    var unread: [String] = []
    let (isLoggedIn, objects) = read((false, [])) { () throws(DeviceError) in
      try connection.pool.withSession { (session) throws(DeviceError) in
        (try session.tellsOfLogin(), try self.objects(of: token, in: session, &unread))
      }
    }
    failures += unread
    return Inventory.Token(
      uri: text(token.uriValues), label: info.label.text, serial: info.serial.text,
      manufacturer: info.manufacturer.text,
      model: info.model.text, pin: Inventory.PINState(info), flags: TokenFlag.names(info.flags),
      freePublicMemory: Self.known(info.freePublicMemory), freePrivateMemory: Self.known(info.freePrivateMemory),
      signingMechanisms: mechanisms.map(MechanismName.text), isLoggedIn: isLoggedIn, objects: objects,
      failures: failures)
  }

  /// An object that cannot be read does not hide the others; it is reported.
  private func objects(
    of token: Token, in session: Session, _ failures: inout [String]
  ) throws(DeviceError) -> [Inventory.Object] {
    var objects: [Inventory.Object] = []
    for (objectClass, kind) in [
      (CKO_PRIVATE_KEY, Inventory.Object.Kind.privateKey), (CKO_PUBLIC_KEY, .publicKey),
      (CKO_CERTIFICATE, .certificate),
    ]
    where uri?[.type].map({ $0.elementsEqual(kind.rawValue.utf8) }) ?? true {
      let found = try ObjectSearch(objectClass, id: uri?[.id], label: uri?[.object]).result(in: session)
      if found.isCut {
        failures.append(
          "\(token.summary) has more than \(ObjectSearch.mostObjects) objects of a kind; the rest is not listed")
      }
      for handle in found.handles {
        do throws(DeviceError) {
          if let object = try object(handle, kind, of: token, in: session) { objects.append(object) }
        } catch {
          if error.endsReading { throw error }
          failures.append("an object of \(token.summary) cannot be read and is left out: \(error.message)")
        }
      }
    }
    return objects
  }

  /// Nil for an object that does not match.
  private func object(
    _ handle: CK_OBJECT_HANDLE, _ kind: Inventory.Object.Kind, of token: Token, in session: Session
  ) throws(DeviceError) -> Inventory.Object? {
    let attributes = try ObjectAttributes(Self.attributes(of: kind), of: handle, in: session)
    let (label, id) = (try attributes[CKA_LABEL] ?? [], try attributes[CKA_ID] ?? [])
    guard matcher?.matches(label: label, id: id) ?? true else { return nil }
    let names = URIAttribute.values(label: label, id: id, type: kind.rawValue)
    let certificate = kind == .certificate ? try self.certificate(attributes) : nil
    return Inventory.Object(
      kind: kind, uri: text(token.uriValues.merging(names) { $1 }), label: FixedField(bytes: label).text, id: id,
      summary: kind == .certificate ? try subject(certificate, attributes) : try keySummary(attributes),
      certificate: certificate)
  }

  private static func attributes(of kind: Inventory.Object.Kind) -> [CK_ATTRIBUTE_TYPE] {
    [CKA_LABEL, CKA_ID] + (kind == .certificate ? [CKA_VALUE] : [CKA_KEY_TYPE, CKA_MODULUS, CKA_PUBLIC_EXPONENT])
  }

  private func certificate(_ attributes: ObjectAttributes) throws(DeviceError) -> Certificate? {
    try attributes[CKA_VALUE].flatMap { try? cryptography.certificate(der: $0.span) }
  }

  private func subject(_ certificate: Certificate?, _ attributes: ObjectAttributes) throws(DeviceError) -> String {
    if let certificate { return certificate.subject }
    return try attributes[CKA_VALUE] == nil ? "" : "not a certificate that can be read"
  }

  private func keySummary(_ attributes: ObjectAttributes) throws(DeviceError) -> String {
    switch try attributes.number(CKA_KEY_TYPE) {
    case CKK_RSA:
      let bitCount = try RSAPublicNumbers(attributes)?.bitCount
      return ["RSA", bitCount.map(String.init)].compactMap(\.self).joined(separator: " ")
    case CKK_EC: return "EC"
    case .some(let type): return "key type 0x\(String(type, radix: 16))"
    case nil: return ""
    }
  }

  private func text(_ values: [URIAttribute: [UInt8]]) -> String {
    if let uri { return uri.naming(values) }
    return PKCS11URI(values)?.description ?? ""
  }

  /// All bits set is CK_UNAVAILABLE_INFORMATION.
  private static func known(_ byteCount: CK_ULONG) -> UInt? { byteCount == CK_ULONG.max ? nil : byteCount }
}

extension Inventory.PINState {
  init(_ info: TokenInfo) {
    self =
      if !info.has(CKF_LOGIN_REQUIRED) {
        .notNeeded
      } else if info.has(CKF_USER_PIN_LOCKED) {
        .locked
      } else if !info.has(CKF_USER_PIN_INITIALIZED) {
        .notInitialized
      } else if info.has(CKF_USER_PIN_FINAL_TRY) {
        .finalTry
      } else if info.has(CKF_USER_PIN_COUNT_LOW) {
        .countLow
      } else {
        .ready
      }
  }
}

extension Inventory.Token {
  /// Tokens with keys first, then tokens that may hide keys until a login.
  fileprivate var rank: Int {
    if objects.contains(where: { $0.kind != .certificate }) { return 0 }
    return pin == .notNeeded ? 2 : 1
  }
}
