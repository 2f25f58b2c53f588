internal import CP11Kit

/// A token in its slot (PKCS #11 2.40, section 5.5).
struct Token: Sendable {
  let module: Module
  /// Good until the module is finalised or the token is moved; never chosen by its number.
  let slotID: CK_SLOT_ID
  let info: TokenInfo

  /// Reads `CK_TOKEN_INFO` now.
  static func info(of slotID: CK_SLOT_ID, in module: Module) throws(DeviceError) -> CK_TOKEN_INFO {
    var info = CK_TOKEN_INFO()
    try unsafe module.call("C_GetTokenInfo") { unsafe $0.pointee.C_GetTokenInfo?(slotID, &info) }
    return info
  }

  /// The mechanisms that the token can sign with, in its order.
  func signingMechanisms() throws(DeviceError) -> [CK_MECHANISM_TYPE] {
    var signing: [CK_MECHANISM_TYPE] = []
    for mechanism in try mechanisms() {
      var info = CK_MECHANISM_INFO()
      do throws(DeviceError) {
        try unsafe module.call("C_GetMechanismInfo") { unsafe $0.pointee.C_GetMechanismInfo?(slotID, mechanism, &info) }
      } catch  where error.returnValue.rawValue == CKR_MECHANISM_INVALID {
        // In the list, and yet not there: tokens of limited profiles say so here.
        continue
      }
      if info.flags & CKF_SIGN != 0 { signing.append(mechanism) }
    }
    return signing
  }

  /// All mechanisms, in the token's order.
  func mechanisms() throws(DeviceError) -> [CK_MECHANISM_TYPE] {
    try unsafe CountedList.read { (buffer, count) throws(DeviceError) in
      try unsafe module.call("C_GetMechanismList") { unsafe $0.pointee.C_GetMechanismList?(slotID, buffer, count) }
    }
  }
}
