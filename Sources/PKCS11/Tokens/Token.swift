internal import CP11Kit

/// A token in its slot (PKCS #11 2.40, section 5.5).
struct Token: Sendable {
  let module: Module
  /// Good until the module is finalised or the token is moved.
  let slotID: CK_SLOT_ID
  let info: TokenInfo
  /// True when the slot is what tells it from another token, or when the URI named the slot.
  var isToldBySlot = false

  /// Reads `CK_TOKEN_INFO` now.
  static func info(of slotID: CK_SLOT_ID, in module: Module) throws(DeviceError) -> CK_TOKEN_INFO {
    var info = CK_TOKEN_INFO()
    try unsafe module.call("C_GetTokenInfo") { unsafe $0.pointee.C_GetTokenInfo?(slotID, &info) }
    return info
  }

  /// True for the same token in the same slot: two slots with tokens of one name are two tokens.
  func isSame(as other: Token) -> Bool {
    module === other.module && slotID == other.slotID && info.isSameToken(as: other.info)
  }

  /// The attributes that name it in a URI.
  var uriValues: [URIAttribute: [UInt8]] {
    var values = info.uriValues
    if isToldBySlot || values.isEmpty { values[.slotID] = Array(String(slotID).utf8) }
    return values
  }

  /// For messages: `token "keyroll" (serial number "0123")`, with its slot where only that tells it apart.
  var summary: String { isToldBySlot ? "\(info.summary) in slot \(slotID)" : info.summary }

  /// The mechanisms of RSA signatures that the token can sign with, in its order.
  ///
  /// Flags inform: a mechanism in the list that the token says nothing of, or no use at all, is taken for one that signs.
  func signingMechanisms() throws(DeviceError) -> [CK_MECHANISM_TYPE] {
    var signing: [CK_MECHANISM_TYPE] = []
    for mechanism in try mechanisms() where MechanismName.isKnown(mechanism) {
      var info = CK_MECHANISM_INFO()
      do throws(DeviceError) {
        try unsafe module.call("C_GetMechanismInfo") { unsafe $0.pointee.C_GetMechanismInfo?(slotID, mechanism, &info) }
      } catch {
        switch error.returnValue.rawValue {
        // In the list, and yet not there: tokens of limited profiles say so here.
        case CKR_MECHANISM_INVALID: continue
        case CKR_FUNCTION_NOT_SUPPORTED: signing.append(mechanism)
        default: throw error
        }
      }
      if info.flags & CKF_SIGN != 0 { signing.append(mechanism) }
    }
    return signing
  }

  /// All mechanisms, in the token's order; empty where the module does not tell.
  func mechanisms() throws(DeviceError) -> [CK_MECHANISM_TYPE] {
    do throws(DeviceError) {
      return try unsafe CountedList.read { (buffer, count) throws(DeviceError) in
        try unsafe module.call("C_GetMechanismList") { unsafe $0.pointee.C_GetMechanismList?(slotID, buffer, count) }
      }
    } catch  where error.returnValue.rawValue == CKR_FUNCTION_NOT_SUPPORTED {
      return []
    }
  }
}
