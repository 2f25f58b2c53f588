internal import CP11Kit

/// Attributes of one object (PKCS #11 2.40, section 5.7), read together in one call if the module allows it.
///
/// Some modules fail a whole call because of one attribute that an object does not have. The others are then read one
/// by one.
struct ObjectAttributes {
  let handle: CK_OBJECT_HANDLE
  let session: Session
  /// The result of the one call: nil for an attribute that the object does not have or does not reveal.
  private var known: [CK_ATTRIBUTE_TYPE: [UInt8]?] = [:]

  /// Far more than a certificate needs, in bytes.
  private static let mostBytes: CK_ULONG = 1 << 20
  /// Enough for most values, so that one call is enough.
  private static let usualByteCount = 4096

  /// Reads these attributes now; any other is read on demand.
  init(_ types: [CK_ATTRIBUTE_TYPE], of handle: CK_OBJECT_HANDLE, in session: Session) throws(DeviceError) {
    self.handle = handle
    self.session = session
    known = try together(types)
  }

  /// The value, or nil for an attribute that the object does not have or does not reveal.
  subscript(type: CK_ATTRIBUTE_TYPE) -> [UInt8]? {
    get throws(DeviceError) {
      if let value = known[type] { return value }
      do throws(DeviceError) {
        if let value = try value(type, byteCount: Self.usualByteCount) { return value }
        guard let byteCount = try byteCount(type), byteCount <= Self.mostBytes else { return nil }
        return try value(type, byteCount: Int(byteCount))
      } catch {
        switch error.returnValue.rawValue {
        case CKR_ATTRIBUTE_TYPE_INVALID, CKR_ATTRIBUTE_SENSITIVE: return nil
        default: throw error
        }
      }
    }
  }

  /// The value, or nil if it is missing or empty.
  func bytes(_ type: CK_ATTRIBUTE_TYPE) throws(DeviceError) -> [UInt8]? {
    try self[type].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// A `CK_BBOOL`; nil if it is missing.
  func flag(_ type: CK_ATTRIBUTE_TYPE) throws(DeviceError) -> Bool? {
    guard let value = try self[type], value.count == 1 else { return nil }
    return value[0] != 0
  }

  /// A `CK_ULONG`; nil if it is missing.
  func number(_ type: CK_ATTRIBUTE_TYPE) throws(DeviceError) -> CK_ULONG? { try numbers(type)?.first }

  /// An array of `CK_ULONG`.
  func numbers(_ type: CK_ATTRIBUTE_TYPE) throws(DeviceError) -> [CK_ULONG]? {
    guard let value = try self[type], value.count.isMultiple(of: MemoryLayout<CK_ULONG>.size) else { return nil }
    return unsafe value.withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count, by: MemoryLayout<CK_ULONG>.size).map { offset in
        unsafe bytes.loadUnaligned(fromByteOffset: offset, as: CK_ULONG.self)
      }
    }
  }

  /// One call for all of them. An attribute whose value is not certain is left out.
  private func together(_ types: [CK_ATTRIBUTE_TYPE]) throws(DeviceError) -> [CK_ATTRIBUTE_TYPE: [UInt8]?] {
    let room = CK_ULONG(Self.usualByteCount)
    var values = [UInt8](repeating: 0, count: types.count * Self.usualByteCount)
    var lengths: [CK_ULONG] = []
    var isPartial = false
    do throws(DeviceError) {
      try unsafe session.module.call("C_GetAttributeValue") { functions in
        unsafe values.withUnsafeMutableBytes { values in
          var attributes = unsafe types.enumerated().map { index, type in
            unsafe CK_ATTRIBUTE(
              type: type, pValue: values.baseAddress.map { unsafe $0 + index * Self.usualByteCount }, ulValueLen: room)
          }
          defer { lengths = unsafe attributes.map { unsafe $0.ulValueLen } }
          return unsafe functions.pointee.C_GetAttributeValue?(
            session.handle, handle, &attributes, CK_ULONG(attributes.count))
        }
      }
    } catch {
      if error.spoilsSession, error.returnValue.rawValue != CKR_BUFFER_TOO_SMALL { throw error }
      // If all of them are missing, the module has failed the call as a whole.
      if lengths.allSatisfy({ $0 == CK_ULONG.max }) { return [:] }
      isPartial = true
    }
    var known: [CK_ATTRIBUTE_TYPE: [UInt8]?] = [:]
    for (index, (type, length)) in zip(types, lengths).enumerated() {
      if length == CK_ULONG.max {
        // A value that is too long for its room is marked in the same way.
        if type != CKA_VALUE { known[type] = .some(nil) }
      } else if length < room || (length == room && !isPartial) {
        let start = index * Self.usualByteCount
        known[type] = Array(values[start..<(start + Int(length))])
      }
    }
    return known
  }

  /// Nil if the value is longer.
  private func value(_ type: CK_ATTRIBUTE_TYPE, byteCount: Int) throws(DeviceError) -> [UInt8]? {
    var value = [UInt8](repeating: 0, count: byteCount)
    var length = CK_ULONG.max
    do throws(DeviceError) {
      try unsafe session.module.call("C_GetAttributeValue") { functions in
        unsafe value.withUnsafeMutableBytes { room in
          var attribute = unsafe CK_ATTRIBUTE(type: type, pValue: room.baseAddress, ulValueLen: CK_ULONG(room.count))
          defer { length = unsafe attribute.ulValueLen }
          return unsafe functions.pointee.C_GetAttributeValue?(session.handle, handle, &attribute, 1)
        }
      }
    } catch  where error.returnValue.rawValue == CKR_BUFFER_TOO_SMALL {
      return nil
    }
    // All bits set is CK_UNAVAILABLE_INFORMATION.
    return length <= CK_ULONG(byteCount) ? Array(value.prefix(Int(length))) : nil
  }

  private func byteCount(_ type: CK_ATTRIBUTE_TYPE) throws(DeviceError) -> CK_ULONG? {
    var attribute = unsafe CK_ATTRIBUTE(type: type, pValue: nil, ulValueLen: 0)
    try unsafe session.module.call("C_GetAttributeValue") {
      unsafe $0.pointee.C_GetAttributeValue?(session.handle, handle, &attribute, 1)
    }
    return unsafe attribute.ulValueLen == CK_ULONG.max ? nil : attribute.ulValueLen
  }
}
