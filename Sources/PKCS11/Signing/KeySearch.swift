internal import CP11Kit
internal import Signing

/// Private keys of one token, found by what they are called.
struct KeySearch: Sendable {
  /// What was found, and what was found and could not be read.
  struct Found: Sendable {
    var keys: [KeyObject] = []
    var failures: [DeviceError] = []
    /// How many there may be: more than were read, where those that were read are enough to tell that they are too many.
    var count = 0
    /// True when the token has more objects than are listed.
    var isCut = false
  }

  let label, id: [UInt8]?
  /// Of the key's numbers; big-endian, without leading zero bytes.
  let modulus: [UInt8]?
  /// The most keys that are read when all of them match.
  static let mostKeys = 9
  /// The most that are looked through for a name that the token did not find by itself.
  private static let mostLookedThrough = 256

  /// What a URI says of the key.
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

  /// The keys that match, as many as are needed to tell whether it is one.
  func keys(in session: Session) throws(DeviceError) -> Found {
    try keys(by: ObjectSearch(CKO_PRIVATE_KEY, id: id, label: label, modulus: modulus), in: session, atMost: .max)
  }

  /// The same for a name that is padded on the token: all keys are looked through, up to a limit.
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
        // Some modules take no notice of what they are asked for.
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
