internal import CP11Kit
internal import Signing

/// Finds the private key that a URI means, and its public key, in a session.
struct KeySearch: Sendable {
  let uri: PKCS11URI
  let matcher: URIMatcher

  func keys(in session: Session) throws(DeviceError) -> [KeyObject] {
    try KeyObject.all(matching: uri, matcher, in: session)
  }

  /// From the private key itself, else from the public key with the same id; nil when neither has them.
  func numbers(of key: KeyObject, in session: Session) throws(DeviceError) -> RSAPublicNumbers? {
    if let numbers = key.numbers { return numbers }
    if key.id.isEmpty { return nil }
    for handle in try ObjectSearch(CKO_PUBLIC_KEY, id: key.id).handles(in: session) {
      if let numbers = try RSAPublicNumbers(ObjectAttributes(handle: handle, session: session)) { return numbers }
    }
    return nil
  }
}
