internal import CP11Kit
internal import Signing

/// What a token says of itself: `CK_TOKEN_INFO` (PKCS #11 2.40, section 3.2).
struct TokenInfo: Sendable {
  let label, manufacturer, model, serial: FixedField
  let flags: CK_FLAGS
  let maximumSessionCount: CK_ULONG
  let freePublicMemory, freePrivateMemory: CK_ULONG

  init(_ info: CK_TOKEN_INFO) {
    label = FixedField(info.label)
    manufacturer = FixedField(info.manufacturerID)
    model = FixedField(info.model)
    serial = FixedField(info.serialNumber)
    flags = info.flags
    maximumSessionCount = info.ulMaxSessionCount
    freePublicMemory = info.ulFreePublicMemory
    freePrivateMemory = info.ulFreePrivateMemory
  }

  func has(_ flag: CK_FLAGS) -> Bool { flags & flag != 0 }

  /// The most sessions that may be open, or nil where the token sets or tells no limit.
  var sessionLimit: Int? {
    // CK_EFFECTIVELY_INFINITE is zero, and all bits are CK_UNAVAILABLE_INFORMATION.
    maximumSessionCount == 0 || maximumSessionCount == CK_ULONG.max ? nil : Int(clamping: maximumSessionCount)
  }

  /// For messages: `token "keyroll" (serial number 0123)`.
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
