import CP11Kit
import Signing

/// A private key on a token, with what it may be used for.
struct KeyObject: Sendable {
  let handle: CK_OBJECT_HANDLE
  let label, id: [UInt8]
  let keyType: CK_KEY_TYPE?
  /// False only if the key says so.
  let canSign: Bool
  /// False only if the key says so.
  let canDecrypt: Bool
  /// True for a key that the token shows to a user who is logged in; it may show it to others too.
  let isPrivate: Bool
  let alwaysAuthenticates: Bool
  /// Nil if the key leaves it to the token.
  let allowedMechanisms: [CK_MECHANISM_TYPE]?
  /// Big-endian, without leading zero bytes; nil if the private key does not contain it.
  let modulus: [UInt8]?
  /// Nil if the private key does not contain both numbers.
  let numbers: RSAPublicNumbers?
  /// The DER of its SubjectPublicKeyInfo (`CKA_PUBLIC_KEY_INFO`), and of the subject of its certificate.
  let publicKeyInfo, subject: [UInt8]?

  /// The public half is first, because it matters most.
  private static let attributes = [
    CKA_MODULUS, CKA_PUBLIC_EXPONENT, CKA_LABEL, CKA_ID, CKA_KEY_TYPE, CKA_SIGN, CKA_DECRYPT, CKA_PRIVATE,
    CKA_ALWAYS_AUTHENTICATE, CP11Kit_allowedMechanisms, CKA_PUBLIC_KEY_INFO, CKA_SUBJECT,
  ]

  init(_ handle: CK_OBJECT_HANDLE, in session: Session) throws(DeviceError) {
    let attributes = try ObjectAttributes(Self.attributes, of: handle, in: session)
    self.handle = handle
    label = try attributes[CKA_LABEL] ?? []
    id = try attributes[CKA_ID] ?? []
    keyType = try attributes.number(CKA_KEY_TYPE)
    canSign = try attributes.flag(CKA_SIGN) ?? true
    canDecrypt = try attributes.flag(CKA_DECRYPT) ?? true
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

/// Private keys of one token, found by their names.
struct KeySearch: Sendable {
  /// The keys that were found, and those that could not be read.
  struct Found: Sendable {
    var keys: [KeyObject] = []
    var failures: [DeviceError] = []
    /// The number of keys. It may be more than were read, if those that were read show that there are too many.
    var count = 0
    /// True if the token has more objects than are listed.
    var isCut = false
  }

  let label, id: [UInt8]?
  /// The modulus of the key; big-endian, without leading zero bytes.
  let modulus: [UInt8]?
  /// The most keys to read if all of them match.
  static let mostKeys = 9
  /// The most keys to look through for a name that the token itself did not find.
  private static let mostLookedThrough = 256

  /// The attributes of the key in a URI.
  init(_ uri: PKCS11URI) { self.init(label: uri[.object], id: uri[.id]) }

  init(label: [UInt8]?, id: [UInt8]?, modulus: [UInt8]? = nil) {
    self.label = label
    self.id = id
    self.modulus = modulus
  }

  /// The same key again.
  init(_ key: KeyObject) {
    self.init(label: key.label.isEmpty ? nil : key.label, id: key.id.isEmpty ? nil : key.id, modulus: key.modulus)
  }

  /// The keys that match, as many as are needed to tell whether there is exactly one.
  func keys(in session: Session) throws(DeviceError) -> Found {
    try keys(by: ObjectSearch(CKO_PRIVATE_KEY, id: id, label: label, modulus: modulus), in: session, atMost: .max)
  }

  /// The same for a name that the token pads: it looks through all keys, up to a limit.
  func paddedKeys(in session: Session) throws(DeviceError) -> Found {
    if label == nil { return Found() }
    return try keys(by: ObjectSearch(CKO_PRIVATE_KEY, id: id), in: session, atMost: Self.mostLookedThrough)
  }

  private func keys(by search: ObjectSearch, in session: Session, atMost most: Int) throws(DeviceError) -> Found {
    let result = try search.result(in: session)
    var found = Found(isCut: result.isCut)
    var readCount = 0
    for handle in result.handles.prefix(most) where found.keys.count < Self.mostKeys {
      readCount += 1
      do throws(DeviceError) {
        let key = try KeyObject(handle, in: session)
        // Some modules ignore what they are asked for.
        if matches(key) { found.keys.append(key) }
      } catch {
        if error.endsReading { throw error }
        found.failures.append(error)
      }
    }
    found.count = found.keys.count + (found.keys.isEmpty ? 0 : max(result.handles.count - readCount, 0))
    return found
  }

  private func matches(_ key: KeyObject) -> Bool {
    if let id, key.id != id { return false }
    if let modulus, key.modulus.map({ $0 != modulus }) ?? false { return false }
    guard let label else { return true }
    return FixedField(bytes: key.label).bytes == FixedField(bytes: label).bytes
  }
}

extension URIAttribute {
  /// The attributes that name an object, without padding and without those that cannot be written in a URI.
  static func values(label: [UInt8], id: [UInt8], type: String?) -> [URIAttribute: [UInt8]] {
    var values: [URIAttribute: [UInt8]] = [.object: FixedField(bytes: label).bytes, .id: id]
    values[.type] = type.map { Array($0.utf8) }
    return values.filter { URIGrammar.objection(to: $0.value, of: $0.key) == nil }
  }
}

extension RSAPublicNumbers {
  /// Nil for an object that does not contain a modulus and an exponent.
  init?(_ attributes: ObjectAttributes) throws(DeviceError) {
    guard let modulus = try attributes.bytes(CKA_MODULUS), let exponent = try attributes.bytes(CKA_PUBLIC_EXPONENT)
    else { return nil }
    self.init(modulus: modulus, exponent: exponent)
  }
}
