import CP11Kit

/// Attributes for a new object, or for the objects to find (PKCS #11 2.40, section 4.1).
struct ObjectTemplate {
  /// Each value in the form of the module.
  private var attributes: [(type: CK_ATTRIBUTE_TYPE, value: [UInt8])]

  init(_ objectClass: CK_OBJECT_CLASS) { attributes = [(CKA_CLASS, Self.bytes(of: objectClass))] }

  mutating func add(_ type: CK_ATTRIBUTE_TYPE, _ value: [UInt8]) { attributes.append((type, value)) }

  mutating func add(_ type: CK_ATTRIBUTE_TYPE, number: CK_ULONG) { add(type, Self.bytes(of: number)) }

  mutating func add(_ type: CK_ATTRIBUTE_TYPE, flag: Bool) {
    add(type, [UInt8(flag ? CK_TRUE : CK_FALSE)])
  }

  /// Calls the closure with the attributes in the form that a module takes.
  func withAttributes(_ body: (UnsafeMutablePointer<CK_ATTRIBUTE>?, CK_ULONG) -> CK_RV?) -> CK_RV? {
    // All values are in one buffer, so that each attribute can point into it.
    var values = attributes.flatMap(\.value)
    return unsafe values.withUnsafeMutableBytes { values in
      var offset = 0
      var list = unsafe attributes.map { entry in
        defer { offset += entry.value.count }
        return unsafe CK_ATTRIBUTE(
          type: entry.type, pValue: values.baseAddress.map { unsafe $0 + offset },
          ulValueLen: CK_ULONG(entry.value.count)
        )
      }
      let count = unsafe CK_ULONG(list.count)
      return unsafe list.withUnsafeMutableBufferPointer { unsafe body($0.baseAddress, count) }
    }
  }

  private static func bytes(of number: CK_ULONG) -> [UInt8] { unsafe withUnsafeBytes(of: number) { unsafe Array($0) } }
}
