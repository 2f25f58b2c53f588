internal import COpenSSL

/// What is read out of OpenSSL's ASN.1 structures; pointers that are nil read as absent.
enum ASN1Reading {
  /// Lends the contents of an octet string, or of any other string type as it stands.
  static func withBytes<Result: ~Copyable, E: Error>(
    of string: UnsafePointer<ASN1_STRING>, _ body: (Span<UInt8>) throws(E) -> Result
  ) throws(E) -> Result {
    // The structure outlives the call, and OpenSSL never gives a negative length.
    try unsafe body(Span(_unsafeStart: ASN1_STRING_get0_data(string), count: Int(ASN1_STRING_length(string))))
  }

  /// Nil for an absent integer and for one beyond 64 bits.
  static func integer(_ integer: UnsafePointer<ASN1_INTEGER>?) -> Int64? {
    var value: Int64 = 0
    guard let integer = unsafe integer, unsafe ASN1_INTEGER_get_int64(&value, integer) == 1 else { return nil }
    return value
  }

  /// The parameters of an algorithm, when they are one SEQUENCE of the kind asked for.
  static func parameters(of identifier: UnsafePointer<X509_ALGOR>, as kind: OpaquePointer) -> ASN1Item? {
    guard let parameter = unsafe identifier.pointee.parameter, unsafe parameter.pointee.type == V_ASN1_SEQUENCE,
      let sequence = unsafe parameter.pointee.value.sequence
    else { return nil }
    return unsafe withBytes(of: sequence) { bytes in unsafe ASN1Item(whole: bytes, as: kind) }
  }

  /// Wipes the contents of a string that OpenSSL frees without wiping.
  static func wipe(_ string: UnsafeMutablePointer<ASN1_STRING>) {
    unsafe OPENSSL_cleanse(string.pointee.data, Int(max(string.pointee.length, 0)))
  }
}
