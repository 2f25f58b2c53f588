internal import CP11Kit
internal import Signing

/// A private key on a token, with what says how it may be used.
struct KeyObject: Sendable {
  let handle: CK_OBJECT_HANDLE
  let label, id: [UInt8]
  let keyType: CK_KEY_TYPE?
  /// False only where the key says so.
  let canSign: Bool
  let alwaysAuthenticates: Bool
  /// Nil where the key leaves it to the token.
  let allowedMechanisms: [CK_MECHANISM_TYPE]?
  /// Nil where the private key does not hold them.
  let numbers: RSAPublicNumbers?

  init(_ handle: CK_OBJECT_HANDLE, in session: Session) throws(DeviceError) {
    let attributes = ObjectAttributes(handle: handle, session: session)
    self.handle = handle
    label = try attributes[CKA_LABEL] ?? []
    id = try attributes[CKA_ID] ?? []
    keyType = try attributes.number(CKA_KEY_TYPE)
    canSign = try attributes.flag(CKA_SIGN) ?? true
    alwaysAuthenticates = try attributes.flag(CKA_ALWAYS_AUTHENTICATE) ?? false
    allowedMechanisms = try attributes.numbers(CP11Kit_allowedMechanisms).flatMap { $0.isEmpty ? nil : $0 }
    numbers = try RSAPublicNumbers(attributes)
  }

  /// The private keys that the URI matches.
  static func all(matching uri: PKCS11URI, _ matcher: URIMatcher, in session: Session) throws(DeviceError)
    -> [KeyObject]
  {
    var keys: [KeyObject] = []
    for handle in try ObjectSearch(CKO_PRIVATE_KEY, id: uri[.id], label: uri[.object]).handles(in: session) {
      let key = try KeyObject(handle, in: session)
      // The module has compared; p11-kit has the last word.
      if matcher.matches(label: key.label, id: key.id) { keys.append(key) }
    }
    return keys
  }

  /// The attributes that name it on its token.
  var uriValues: [URIAttribute: [UInt8]] { URIAttribute.values(label: label, id: id, type: "private") }
}

extension URIAttribute {
  /// The attributes that name an object, without those that cannot be written.
  static func values(label: [UInt8], id: [UInt8], type: String) -> [URIAttribute: [UInt8]] {
    let values: [URIAttribute: [UInt8]] = [.object: label, .id: id, .type: Array(type.utf8)]
    return values.filter { URIGrammar.objection(to: $0.value, of: $0.key) == nil }
  }
}

extension RSAPublicNumbers {
  /// Nil for an object that holds no modulus or no exponent.
  init?(_ attributes: ObjectAttributes) throws(DeviceError) {
    guard let modulus = try attributes[CKA_MODULUS], let exponent = try attributes[CKA_PUBLIC_EXPONENT],
      !modulus.isEmpty,
      !exponent.isEmpty
    else { return nil }
    self.init(modulus: modulus, exponent: exponent)
  }
}
