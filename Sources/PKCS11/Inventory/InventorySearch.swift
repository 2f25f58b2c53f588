internal import CP11Kit
internal import Signing

/// Reads all that a person can choose a key from.
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
        (try self.isLoggedIn(session), try self.objects(of: token, in: session, &unread))
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

  private func isLoggedIn(_ session: Session) throws(DeviceError) -> Bool {
    do throws(DeviceError) {
      return try session.isLoggedIn()
    } catch  where error.returnValue.rawValue == CKR_FUNCTION_NOT_SUPPORTED {
      return false
    }
  }

  /// One object that cannot be read does not hide the others: it is told of.
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
