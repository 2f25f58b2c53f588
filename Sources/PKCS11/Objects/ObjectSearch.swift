internal import CP11Kit

/// Finds objects in one session (PKCS #11 2.40, section 5.7).
struct ObjectSearch {
  /// The objects that were found, in the module's order.
  struct Result {
    var handles: [CK_OBJECT_HANDLE] = []
    /// True if there are more objects than are listed.
    var isCut = false
  }

  /// The attributes that an object must have.
  private let template: ObjectTemplate

  /// More than a person can choose from, and a limit for a module that never stops.
  static let mostObjects = 4096
  private static let batchCount = 512

  /// Objects of one class that have all of the given values.
  init(
    _ objectClass: CK_OBJECT_CLASS, id: [UInt8]? = nil, label: [UInt8]? = nil, subject: [UInt8]? = nil,
    modulus: [UInt8]? = nil, value: [UInt8]? = nil
  ) {
    var template = ObjectTemplate(objectClass)
    if let id { template.add(CKA_ID, id) }
    if let label { template.add(CKA_LABEL, label) }
    if let subject { template.add(CKA_SUBJECT, subject) }
    if let modulus { template.add(CKA_MODULUS, modulus) }
    if let value { template.add(CKA_VALUE, value) }
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
    try unsafe session.module.call("C_FindObjectsInit") { functions in
      unsafe template.withAttributes { attributes, count in
        unsafe functions.pointee.C_FindObjectsInit?(session.handle, attributes, count)
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
}
