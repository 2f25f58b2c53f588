import CP11Kit
import Messages
import Signing

/// A token in its slot (PKCS #11 2.40, section 5.5).
struct Token: Sendable {
  let module: Module
  /// Valid until the module is finalised or the token is moved.
  let slotID: CK_SLOT_ID
  let info: TokenInfo
  /// True if only the slot tells it from another token, or if the URI named the slot.
  var isToldBySlot = false

  /// Reads `CK_TOKEN_INFO` now.
  static func info(of slotID: CK_SLOT_ID, in module: Module) throws(DeviceError) -> CK_TOKEN_INFO {
    var info = CK_TOKEN_INFO()
    try unsafe module.call("C_GetTokenInfo") { unsafe $0.pointee.C_GetTokenInfo?(slotID, &info) }
    return info
  }

  /// True for the same token in the same slot: two slots with tokens of the same name are two tokens.
  func isSame(as other: Token) -> Bool {
    module === other.module && slotID == other.slotID && info.isSameToken(as: other.info)
  }

  /// The attributes that name it in a URI.
  var uriValues: [URIAttribute: [UInt8]] {
    var values = info.uriValues
    if isToldBySlot || values.isEmpty { values[.slotID] = Array(String(slotID).utf8) }
    return values
  }

  /// For messages: `token "keyroll" (serial number "0123")`, with its slot if only that identifies it.
  var summary: String { isToldBySlot ? "\(info.summary) in slot \(slotID)" : info.summary }

  /// The mechanisms of RSA signatures that the token can sign with, in its order.
  ///
  /// Flags are only information: a listed mechanism counts as one that signs if the token does not describe it, or
  /// describes no use of it.
  func signingMechanisms() throws(DeviceError) -> [CK_MECHANISM_TYPE] {
    var signing: [CK_MECHANISM_TYPE] = []
    for mechanism in try mechanisms() where MechanismName.isKnown(mechanism) {
      var info = CK_MECHANISM_INFO()
      do throws(DeviceError) {
        try unsafe module.call("C_GetMechanismInfo") { unsafe $0.pointee.C_GetMechanismInfo?(slotID, mechanism, &info) }
      } catch {
        switch error.returnValue.rawValue {
        // It is listed but not there: tokens with limited profiles report this here.
        case CKR_MECHANISM_INVALID: continue
        case CKR_FUNCTION_NOT_SUPPORTED: signing.append(mechanism)
        default: throw error
        }
      }
      if info.flags & CKF_SIGN != 0 { signing.append(mechanism) }
    }
    return signing
  }

  /// All mechanisms, in the token's order; empty if the module does not list them.
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

/// A token's own description: `CK_TOKEN_INFO` (PKCS #11 2.40, section 3.2).
struct TokenInfo: Sendable {
  let label, manufacturer, model, serial: FixedField
  let flags: CK_FLAGS
  let maximumSessionCount: CK_ULONG
  let freePublicMemory, freePrivateMemory: CK_ULONG
  private let pinByteCounts: (least: CK_ULONG, most: CK_ULONG)

  init(_ info: CK_TOKEN_INFO) {
    label = FixedField(info.label)
    manufacturer = FixedField(info.manufacturerID)
    model = FixedField(info.model)
    serial = FixedField(info.serialNumber)
    flags = info.flags
    maximumSessionCount = info.ulMaxSessionCount
    freePublicMemory = info.ulFreePublicMemory
    freePrivateMemory = info.ulFreePrivateMemory
    pinByteCounts = (info.ulMinPinLen, info.ulMaxPinLen)
  }

  func has(_ flag: CK_FLAGS) -> Bool { flags & flag != 0 }

  /// True if the token says that it wants logins.
  var wantsLogin: Bool { has(CKF_LOGIN_REQUIRED) }

  /// True if the token says that somebody can log in, whether or not that is needed.
  var mayTakeLogin: Bool { has(CKF_LOGIN_REQUIRED | CKF_USER_PIN_INITIALIZED | CKF_PROTECTED_AUTHENTICATION_PATH) }

  /// The most open sessions, or nil if the token sets or reports no limit.
  var sessionLimit: Int? {
    // CK_EFFECTIVELY_INFINITE is zero, and all bits are CK_UNAVAILABLE_INFORMATION.
    maximumSessionCount == 0 || maximumSessionCount == CK_ULONG.max ? nil : Int(clamping: maximumSessionCount)
  }

  /// The length of a PIN in bytes, or nil if what the token says is not plausible: zero and all bits mean nothing.
  var pinLengths: ClosedRange<Int>? {
    let (least, most) = pinByteCounts
    guard most >= 4, most < 4096, least <= most, least <= 64 else { return nil }
    return Int(least)...Int(most)
  }

  /// For messages: `token "keyroll" (serial number "0123")`.
  var summary: String { "token \(quoting: label.text) (serial number \(quoting: serial.text))" }

  /// True for the same token, wherever it is.
  func isSameToken(as other: TokenInfo) -> Bool {
    label == other.label && serial == other.serial && manufacturer == other.manufacturer && model == other.model
  }

  /// The attributes that name it in a URI.
  var uriValues: [URIAttribute: [UInt8]] {
    let values: [URIAttribute: [UInt8]] = [
      .token: label.bytes, .serial: serial.bytes, .manufacturer: manufacturer.bytes, .model: model.bytes,
    ]
    // Two of these are enough, if they are there.
    let isNamed = !label.bytes.isEmpty && !serial.bytes.isEmpty
    return values.filter { attribute, value in
      (!isNamed || attribute == .token || attribute == .serial) && URIGrammar.objection(to: value, of: attribute) == nil
    }
  }
}

/// The flags of `CK_TOKEN_INFO` by name (PKCS #11 2.40, section 3.2).
enum TokenFlag {
  static func names(_ flags: CK_FLAGS) -> [String] { all.filter { flags & $0.flag != 0 }.map(\.name) }

  private static let all: [(flag: CK_FLAGS, name: String)] = [
    (CKF_RNG, "CKF_RNG"),
    (CKF_WRITE_PROTECTED, "CKF_WRITE_PROTECTED"),
    (CKF_LOGIN_REQUIRED, "CKF_LOGIN_REQUIRED"),
    (CKF_USER_PIN_INITIALIZED, "CKF_USER_PIN_INITIALIZED"),
    (CKF_RESTORE_KEY_NOT_NEEDED, "CKF_RESTORE_KEY_NOT_NEEDED"),
    (CKF_CLOCK_ON_TOKEN, "CKF_CLOCK_ON_TOKEN"),
    (CKF_PROTECTED_AUTHENTICATION_PATH, "CKF_PROTECTED_AUTHENTICATION_PATH"),
    (CKF_DUAL_CRYPTO_OPERATIONS, "CKF_DUAL_CRYPTO_OPERATIONS"),
    (CKF_TOKEN_INITIALIZED, "CKF_TOKEN_INITIALIZED"),
    (CKF_USER_PIN_COUNT_LOW, "CKF_USER_PIN_COUNT_LOW"),
    (CKF_USER_PIN_FINAL_TRY, "CKF_USER_PIN_FINAL_TRY"),
    (CKF_USER_PIN_LOCKED, "CKF_USER_PIN_LOCKED"),
    (CKF_USER_PIN_TO_BE_CHANGED, "CKF_USER_PIN_TO_BE_CHANGED"),
    (CKF_SO_PIN_COUNT_LOW, "CKF_SO_PIN_COUNT_LOW"),
    (CKF_SO_PIN_FINAL_TRY, "CKF_SO_PIN_FINAL_TRY"),
    (CKF_SO_PIN_LOCKED, "CKF_SO_PIN_LOCKED"),
    (CKF_SO_PIN_TO_BE_CHANGED, "CKF_SO_PIN_TO_BE_CHANGED"),
  ]
}

/// A text of fixed length in a structure of the standard, padded with spaces (PKCS #11 2.40, section 3) or with NULs.
struct FixedField: Sendable, Hashable {
  /// Without the padding.
  let bytes: [UInt8]

  /// Takes the tuple of bytes that Swift makes of a C array.
  init<Field>(_ field: Field) {
    let padded = unsafe withUnsafeBytes(of: field) { unsafe Array($0) }
    // Some modules end the text as C does.
    self.init(bytes: Array(padded.prefix { $0 != 0 }))
  }

  /// Takes text of any length, such as a label. Some modules pad these too, and some with NULs.
  init(bytes: [UInt8]) {
    self.bytes = Array(bytes.prefix((bytes.lastIndex { $0 != UInt8(ascii: " ") && $0 != 0 } ?? -1) + 1))
  }

  /// Pads the text with spaces, as the standard wants it, and as p11-kit compares it.
  static func pad<Field>(_ field: inout Field) {
    unsafe withUnsafeMutableBytes(of: &field) { bytes in
      let end = unsafe bytes.firstIndex(of: 0) ?? bytes.count
      for index in end..<bytes.count { unsafe bytes[index] = UInt8(ascii: " ") }
    }
  }

  /// For a person: bytes that are not UTF-8 are shown as question marks.
  var text: String {
    String(validating: bytes, as: UTF8.self)
      ?? bytes.map { (0x20..<0x7F).contains($0) ? String(UnicodeScalar($0)) : "?" }.joined()
  }
}
