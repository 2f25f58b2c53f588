internal import COpenSSL

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// Plain values out of OpenSSL's ASN.1 primitives.
enum ASN1Text {
  /// The contents of any string type; for an integer its magnitude, big-endian.
  static func bytes(of string: UnsafePointer<ASN1_STRING>) -> [UInt8] {
    let length = unsafe Int(ASN1_STRING_length(string))
    return unsafe [UInt8](UnsafeBufferPointer(start: ASN1_STRING_get0_data(string), count: max(length, 0)))
  }

  /// Seconds since 1970-01-01T00:00:00Z, or nil for a time that is not one.
  static func seconds(_ time: UnsafePointer<ASN1_TIME>) -> Int64? {
    var parts = unsafe tm()
    var epoch = unsafe tm()
    unsafe (epoch.tm_year, epoch.tm_mday) = (70, 1)
    var days: Int32 = 0
    var seconds: Int32 = 0
    // Not `timegm`, which reads the machine's time zone.
    guard unsafe ASN1_TIME_to_tm(time, &parts) == 1, unsafe OPENSSL_gmtime_diff(&days, &seconds, &epoch, &parts) == 1
    else {
      return nil
    }
    return Int64(days) * 86_400 + Int64(seconds)
  }

  /// OpenSSL's long name of an object identifier, or its dotted numbers.
  static func name(of object: OpaquePointer?) -> String {
    guard let object = unsafe object else { return "no algorithm" }
    var text = [CChar](repeating: 0, count: 128)
    let length = unsafe Int(OBJ_obj2txt(&text, Int32(text.count), object, 0))
    let characters = text.prefix(max(0, min(length, text.count - 1))).map { UInt8(bitPattern: $0) }
    return String(validating: characters, as: UTF8.self) ?? "an unnamed algorithm"
  }

  /// All bytes in a memory `BIO`.
  static func contents(of memory: OpaquePointer) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: unsafe BIO_ctrl_pending(memory))
    let count = unsafe BIO_read(memory, &bytes, Int32(clamping: bytes.count))
    return Array(bytes.prefix(max(0, Int(count))))
  }
}
