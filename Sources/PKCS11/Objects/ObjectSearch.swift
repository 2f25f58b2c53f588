internal import CP11Kit

/// Finds objects in one session (PKCS #11 2.40, section 5.7).
struct ObjectSearch {
  /// Attributes that an object must have; each value as the module keeps it.
  private let template: [(type: CK_ATTRIBUTE_TYPE, value: [UInt8])]

  /// More than a person can choose from, and a bound for a module that never ends.
  private static let mostObjects = 4096
  private static let batchCount = 64

  init(_ objectClass: CK_OBJECT_CLASS, id: [UInt8]? = nil, label: [UInt8]? = nil) {
    var template = [(CK_ATTRIBUTE_TYPE(CKA_CLASS), Self.bytes(of: objectClass))]
    if let id { template.append((CKA_ID, id)) }
    if let label { template.append((CKA_LABEL, label)) }
    self.template = template
  }

  /// The handles, in the module's order.
  func handles(in session: Session) throws(DeviceError) -> [CK_OBJECT_HANDLE] {
    try begin(in: session)
    do throws(DeviceError) {
      let handles = try rest(in: session)
      try unsafe session.module.call("C_FindObjectsFinal") { unsafe $0.pointee.C_FindObjectsFinal?(session.handle) }
      return handles
    } catch {
      try? unsafe session.module.call("C_FindObjectsFinal") { unsafe $0.pointee.C_FindObjectsFinal?(session.handle) }
      throw error
    }
  }

  private func begin(in session: Session) throws(DeviceError) {
    // All values in one buffer, so that each attribute can point into it.
    var values = template.flatMap(\.value)
    let lengths = template.map { CK_ULONG($0.value.count) }
    try unsafe session.module.call("C_FindObjectsInit") { functions in
      unsafe values.withUnsafeMutableBytes { values in
        var offset = 0
        var attributes = unsafe zip(template, lengths).map { entry, length in
          defer { offset += Int(length) }
          return unsafe CK_ATTRIBUTE(
            type: entry.type, pValue: values.baseAddress.map { unsafe $0 + offset }, ulValueLen: length)
        }
        return unsafe functions.pointee.C_FindObjectsInit?(session.handle, &attributes, CK_ULONG(attributes.count))
      }
    }
  }

  private func rest(in session: Session) throws(DeviceError) -> [CK_OBJECT_HANDLE] {
    var handles: [CK_OBJECT_HANDLE] = []
    while handles.count < Self.mostObjects {
      var batch = [CK_OBJECT_HANDLE](repeating: 0, count: Self.batchCount)
      var count: CK_ULONG = 0
      try unsafe session.module.call("C_FindObjects") {
        unsafe $0.pointee.C_FindObjects?(session.handle, &batch, CK_ULONG(Self.batchCount), &count)
      }
      if count == 0 { break }
      handles += batch.prefix(Int(clamping: count))
    }
    return handles
  }

  static func bytes(of number: CK_ULONG) -> [UInt8] { unsafe withUnsafeBytes(of: number) { unsafe Array($0) } }
}
