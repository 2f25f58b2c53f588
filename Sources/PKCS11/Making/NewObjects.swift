import CP11Kit
import Signing

/// The two objects that one run has made: nothing else is ever removed.
struct NewObjects: Sendable {
  let pair: Session.KeyPair
  /// What they were to be called, which was free before they were made.
  let name: NewKeyName
  /// In which they were made; handles mean nothing in another one.
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

  /// A module that has closed the session behind our back may give its number, and those of objects, to others.
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
