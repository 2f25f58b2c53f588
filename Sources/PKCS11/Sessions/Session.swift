internal import CP11Kit
internal import Signing
import System

/// One open session (PKCS #11 2.40, section 5.6), for one thread at a time; closed when its only owner lets it go.
final class Session: Sendable {
  let module: Module
  let handle: CK_SESSION_HANDLE
  /// Which of its pool's connections to the token it belongs to.
  let generation: Int

  /// Opens a session that only reads, which is enough to sign.
  init(with slotID: CK_SLOT_ID, in module: Module, generation: Int) throws(DeviceError) {
    var handle: CK_SESSION_HANDLE = 0
    try unsafe module.call("C_OpenSession") {
      unsafe $0.pointee.C_OpenSession?(slotID, CKF_SERIAL_SESSION, nil, nil, &handle)
    }
    self.module = module
    self.handle = handle
    self.generation = generation
  }

  deinit {
    // A session that is gone already cannot be closed, and nothing depends on it.
    try? unsafe module.call("C_CloseSession") { unsafe $0.pointee.C_CloseSession?(handle) }
  }

  /// True when the token takes this process for the user; login belongs to process and token, not to the session.
  func isLoggedIn() throws(DeviceError) -> Bool {
    var info = CK_SESSION_INFO()
    try unsafe module.call("C_GetSessionInfo") { unsafe $0.pointee.C_GetSessionInfo?(handle, &info) }
    return info.state == CKS_RO_USER_FUNCTIONS || info.state == CKS_RW_USER_FUNCTIONS
  }

  /// Gives the PIN once; nil lets the token's own keypad ask for it, which waits for a person.
  func login(as user: CK_USER_TYPE, with pin: PIN?) throws(DeviceError) {
    guard let pin else {
      try unsafe module.call("C_Login", waitsForPerson: true) { unsafe $0.pointee.C_Login?(handle, user, nil, 0) }
      return
    }
    try pin.bytes.withBytes { (bytes) throws(DeviceError) in
      try unsafe module.call("C_Login") { functions in
        unsafe bytes.withUnsafeBufferPointer { bytes in
          // The standard's parameter is not const, and no module may write to it.
          unsafe functions.pointee.C_Login?(
            handle, user, UnsafeMutablePointer(mutating: bytes.baseAddress), CK_ULONG(bytes.count))
        }
      }
    }
  }
}
