internal import CP11Kit
import Messages
internal import Signing

/// What a token says of itself: `CK_TOKEN_INFO` (PKCS #11 2.40, section 3.2).
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

  /// True when the token says that it wants logins.
  var wantsLogin: Bool { has(CKF_LOGIN_REQUIRED) }

  /// True when the token says that somebody can log in, whether that is needed or not.
  var mayTakeLogin: Bool { has(CKF_LOGIN_REQUIRED | CKF_USER_PIN_INITIALIZED | CKF_PROTECTED_AUTHENTICATION_PATH) }

  /// The most sessions that may be open, or nil where the token sets or tells no limit.
  var sessionLimit: Int? {
    // CK_EFFECTIVELY_INFINITE is zero, and all bits are CK_UNAVAILABLE_INFORMATION.
    maximumSessionCount == 0 || maximumSessionCount == CK_ULONG.max ? nil : Int(clamping: maximumSessionCount)
  }

  /// How long a PIN may be in bytes, or nil where what the token says is not plausible: zero and all bits say nothing.
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
    // Of these two are enough where they are there.
    let isNamed = !label.bytes.isEmpty && !serial.bytes.isEmpty
    return values.filter { attribute, value in
      (!isNamed || attribute == .token || attribute == .serial) && URIGrammar.objection(to: value, of: attribute) == nil
    }
  }
}
