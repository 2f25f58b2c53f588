internal import CP11Kit

/// Finds objects in one session (PKCS #11 2.40, section 5.7).
struct ObjectSearch {
  /// What was found, in the module's order.
  struct Result {
    var handles: [CK_OBJECT_HANDLE] = []
    /// True when there are more than the most that are listed.
    var isCut = false
  }

  /// Attributes that an object must have; each value as the module keeps it.
  private let template: [(type: CK_ATTRIBUTE_TYPE, value: [UInt8])]

  /// More than a person can choose from, and a bound for a module that never ends.
  static let mostObjects = 4096
  private static let batchCount = 512

  /// Objects of one class that have all of the values that are given.
  init(
    _ objectClass: CK_OBJECT_CLASS, id: [UInt8]? = nil, label: [UInt8]? = nil, subject: [UInt8]? = nil,
    modulus: [UInt8]? = nil
  ) {
    var template = [(CK_ATTRIBUTE_TYPE(CKA_CLASS), Self.bytes(of: objectClass))]
    if let id { template.append((CKA_ID, id)) }
    if let label { template.append((CKA_LABEL, label)) }
    if let subject { template.append((CKA_SUBJECT, subject)) }
    if let modulus { template.append((CKA_MODULUS, modulus)) }
    self.template = template
  }

  /// The handles, in the module's order.
  func handles(in session: Session) throws(DeviceError) -> [CK_OBJECT_HANDLE] { try result(in: session).handles }

  /// The handles, and whether these are all.
  func result(in session: Session) throws(DeviceError) -> Result {
    try begin(in: session)
    do throws(DeviceError) {
      let result = try rest(in: session)
      try unsafe session.module.call("C_FindObjectsFinal") { unsafe $0.pointee.C_FindObjectsFinal?(session.handle) }
      return result
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

  private func rest(in session: Session) throws(DeviceError) -> Result {
    var result = Result()
    while true {
      var batch = [CK_OBJECT_HANDLE](repeating: 0, count: Self.batchCount)
      var count: CK_ULONG = 0
      try unsafe session.module.call("C_FindObjects") {
        unsafe $0.pointee.C_FindObjects?(session.handle, &batch, CK_ULONG(Self.batchCount), &count)
      }
      if count == 0 { return result }
      result.handles += batch.prefix(Int(clamping: count))
      if result.handles.count > Self.mostObjects {
        result.handles.removeLast(result.handles.count - Self.mostObjects)
        result.isCut = true
        return result
      }
    }
  }

  static func bytes(of number: CK_ULONG) -> [UInt8] { unsafe withUnsafeBytes(of: number) { unsafe Array($0) } }
}
