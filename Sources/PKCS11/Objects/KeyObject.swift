internal import CP11Kit
internal import Signing

/// A private key on a token, with what says how it may be used.
struct KeyObject: Sendable {
  let handle: CK_OBJECT_HANDLE
  let label, id: [UInt8]
  let keyType: CK_KEY_TYPE?
  /// False only where the key says so.
  let canSign: Bool
  /// True for a key that the token shows to a user who is logged in, and may show to others.
  let isPrivate: Bool
  let alwaysAuthenticates: Bool
  /// Nil where the key leaves it to the token.
  let allowedMechanisms: [CK_MECHANISM_TYPE]?
  /// Big-endian, without leading zero bytes; nil where the private key does not hold it.
  let modulus: [UInt8]?
  /// Nil where the private key does not hold both numbers.
  let numbers: RSAPublicNumbers?
  /// The DER of its SubjectPublicKeyInfo (`CKA_PUBLIC_KEY_INFO`), and of the subject of its certificate.
  let publicKeyInfo, subject: [UInt8]?

  /// Its public half comes first: nothing else of it matters more.
  private static let attributes = [
    CKA_MODULUS, CKA_PUBLIC_EXPONENT, CKA_LABEL, CKA_ID, CKA_KEY_TYPE, CKA_SIGN, CKA_PRIVATE, CKA_ALWAYS_AUTHENTICATE,
    CP11Kit_allowedMechanisms, CKA_PUBLIC_KEY_INFO, CKA_SUBJECT,
  ]

  init(_ handle: CK_OBJECT_HANDLE, in session: Session) throws(DeviceError) {
    let attributes = try ObjectAttributes(Self.attributes, of: handle, in: session)
    self.handle = handle
    label = try attributes[CKA_LABEL] ?? []
    id = try attributes[CKA_ID] ?? []
    keyType = try attributes.number(CKA_KEY_TYPE)
    canSign = try attributes.flag(CKA_SIGN) ?? true
    isPrivate = try attributes.flag(CKA_PRIVATE) ?? true
    alwaysAuthenticates = try attributes.flag(CKA_ALWAYS_AUTHENTICATE) ?? false
    allowedMechanisms = try attributes.numbers(CP11Kit_allowedMechanisms).flatMap { $0.isEmpty ? nil : $0 }
    modulus = try attributes.bytes(CKA_MODULUS).map { Array($0.drop { $0 == 0 }) }
    numbers = try RSAPublicNumbers(attributes)
    publicKeyInfo = try attributes.bytes(CKA_PUBLIC_KEY_INFO)
    subject = try attributes.bytes(CKA_SUBJECT)
  }

  /// The attributes that name it on its token.
  var uriValues: [URIAttribute: [UInt8]] { URIAttribute.values(label: label, id: id, type: "private") }
}

extension URIAttribute {
  /// The attributes that name an object, without padding and without those that cannot be written.
  static func values(label: [UInt8], id: [UInt8], type: String?) -> [URIAttribute: [UInt8]] {
    var values: [URIAttribute: [UInt8]] = [.object: FixedField(bytes: label).bytes, .id: id]
    values[.type] = type.map { Array($0.utf8) }
    return values.filter { URIGrammar.objection(to: $0.value, of: $0.key) == nil }
  }
}

extension RSAPublicNumbers {
  /// Nil for an object that holds no modulus or no exponent.
  init?(_ attributes: ObjectAttributes) throws(DeviceError) {
    guard let modulus = try attributes.bytes(CKA_MODULUS), let exponent = try attributes.bytes(CKA_PUBLIC_EXPONENT)
    else { return nil }
    self.init(modulus: modulus, exponent: exponent)
  }
}
