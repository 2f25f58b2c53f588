import CP11Kit
import Signing

/// The two objects that one run has made. It never removes anything else.
struct NewObjects: Sendable {
  let pair: Session.KeyPair
  /// The name that they were to have, which was free before they were made.
  let name: NewKeyName
  /// The session in which they were made; handles mean nothing in another one.
  let session: Session
  let connection: TokenConnection

  init(_ pair: Session.KeyPair, name: NewKeyName, session: Session, connection: TokenConnection) {
    self.pair = pair
    self.name = name
    self.session = session
    self.connection = connection
  }

  /// Removes both, the private key first; returns the first failure.
  func destroy() -> DeviceError? {
    var failure: DeviceError?
    for handle in [pair.privateKey, pair.publicKey] {
      do throws(DeviceError) {
        try requireOwn(handle)
        try session.destroy(handle)
      } catch {
        failure = failure ?? error
      }
    }
    return failure
  }

  /// If a module closed the session without telling us, its number and those of objects may belong to others
  /// now.
  private func requireOwn(_ handle: CK_OBJECT_HANDLE) throws(DeviceError) {
    let attributes = try ObjectAttributes([CKA_LABEL, CKA_ID], of: handle, in: session)
    let label = FixedField(bytes: try attributes[CKA_LABEL] ?? []).bytes
    guard label == FixedField(bytes: name.label).bytes, try attributes[CKA_ID] == name.id else {
      throw DeviceError(
        function: "C_GetAttributeValue", returnValue: ReturnValue(rawValue: CKR_OBJECT_HANDLE_INVALID),
        module: session.module.name)
    }
  }
}
