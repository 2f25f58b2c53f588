import CP11Kit

/// Attributes that an object is to have, or must have to be found (PKCS #11 2.40, section 4.1).
struct ObjectTemplate {
  /// Each value as the module keeps it.
  private var attributes: [(type: CK_ATTRIBUTE_TYPE, value: [UInt8])]

  init(_ objectClass: CK_OBJECT_CLASS) { attributes = [(CKA_CLASS, Self.bytes(of: objectClass))] }

  mutating func add(_ type: CK_ATTRIBUTE_TYPE, _ value: [UInt8]) { attributes.append((type, value)) }

  mutating func add(_ type: CK_ATTRIBUTE_TYPE, number: CK_ULONG) { add(type, Self.bytes(of: number)) }

  mutating func add(_ type: CK_ATTRIBUTE_TYPE, flag: Bool) {
    add(type, [UInt8(flag ? CK_TRUE : CK_FALSE)])
  }

  /// Lends the attributes as a module takes them.
  func withAttributes(_ body: (UnsafeMutablePointer<CK_ATTRIBUTE>?, CK_ULONG) -> CK_RV?) -> CK_RV? {
    // All values in one buffer, so that each attribute can point into it.
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
