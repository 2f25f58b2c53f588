internal import COpenSSL
internal import Signing

/// A value that OpenSSL read from BER or DER, freed with its last reference.
///
/// A class, so that the parts of a file can keep the whole alive while they point into it. Code that points into one
/// must use `withExtendedLifetime`, because an optimized build may free an object after the last line that names it.
@safe
final class ASN1Item {
  // Its type is that of `kind`, which also frees it; only this object frees it.
  private nonisolated(unsafe) let value: OpaquePointer
  private nonisolated(unsafe) let kind: OpaquePointer

  /// Reads one value of `kind` (an `ASN1_ITEM`) from the start of the bytes; nil if there is none.
  ///
  /// `consumed` is the number of bytes that it took, so that the caller can see what follows.
  init?(_ bytes: Span<UInt8>, as kind: OpaquePointer, consumed: inout Int) {
    var read: OpaquePointer?
    let length = unsafe DER.decode(bytes) { position, count in
      unsafe read = ASN1_item_d2i(nil, &position, count, kind)
      return unsafe read != nil
    }
    guard let length, let value = unsafe read else { return nil }
    consumed = length
    unsafe self.value = value
    unsafe self.kind = kind
  }

  /// Reads one value that takes all the bytes.
  convenience init?(whole bytes: Span<UInt8>, as kind: OpaquePointer) {
    var consumed = 0
    unsafe self.init(bytes, as: kind, consumed: &consumed)
    if consumed != bytes.count { return nil }
  }

  deinit { unsafe ASN1_item_free(value, kind) }

  /// The value as a structure; `T` must be the C type of the kind it was read as.
  func structure<T>(_: T.Type) -> UnsafeMutablePointer<T> { unsafe UnsafeMutablePointer<T>(value) }

  /// The value as an opaque type or a `STACK_OF`.
  var pointer: OpaquePointer { unsafe value }
}

/// The elements of one BER or DER SEQUENCE, of any types; their bytes are wiped when this is destroyed.
struct ASN1Elements: ~Copyable {
  private let sequence: ASN1Item

  /// Reads one SEQUENCE from the start of the bytes; nil if there is none.
  init?(_ bytes: Span<UInt8>, consumed: inout Int) {
    guard let sequence = unsafe ASN1Item(bytes, as: ASN1_SEQUENCE_ANY_it(), consumed: &consumed) else { return nil }
    self.sequence = sequence
  }

  /// Reads one SEQUENCE that takes all the bytes.
  init?(whole bytes: Span<UInt8>) {
    guard let sequence = unsafe ASN1Item(whole: bytes, as: ASN1_SEQUENCE_ANY_it()) else { return nil }
    self.sequence = sequence
  }

  deinit {
    for index in 0..<count {
      if let string = unsafe string(at: index, V_ASN1_SEQUENCE) { unsafe ASN1Reading.wipe(string) }
    }
  }

  var count: Int { unsafe Int(max(OPENSSL_sk_num(sequence.pointer), 0)) }

  /// Calls the closure with the encoding of an element that is itself a SEQUENCE; nil for another.
  func withSequence<Result: ~Copyable, E: Error>(
    at index: Int, _ body: (Span<UInt8>) throws(E) -> Result?
  ) throws(E) -> Result? {
    guard let string = unsafe string(at: index, V_ASN1_SEQUENCE) else { return nil }
    return try unsafe ASN1Reading.withBytes(of: string, body)
  }

  func octets(at index: Int) -> [UInt8]? {
    unsafe string(at: index, V_ASN1_OCTET_STRING).map { unsafe ASN1Text.bytes(of: $0) }
  }

  func integer(at index: Int) -> UnsafePointer<ASN1_INTEGER>? {
    unsafe UnsafePointer(string(at: index, V_ASN1_INTEGER) ?? string(at: index, V_ASN1_NEG_INTEGER))
  }

  func object(at index: Int) -> OpaquePointer? {
    guard let element = unsafe element(at: index, V_ASN1_OBJECT) else { return nil }
    return unsafe element.pointee.value.object
  }

  private func string(at index: Int, _ type: Int32) -> UnsafeMutablePointer<ASN1_STRING>? {
    guard let element = unsafe element(at: index, type) else { return nil }
    return unsafe element.pointee.value.asn1_string
  }

  private func element(at index: Int, _ type: Int32) -> UnsafeMutablePointer<ASN1_TYPE>? {
    guard let value = unsafe OPENSSL_sk_value(sequence.pointer, Int32(clamping: index)) else { return nil }
    let element = unsafe value.assumingMemoryBound(to: ASN1_TYPE.self)
    return unsafe element.pointee.type == type ? element : nil
  }

  /// True for bytes that begin a SEQUENCE but end before it does.
  static func isCutShort(_ bytes: Span<UInt8>) -> Bool {
    unsafe bytes.withUnsafeBufferPointer { buffer in
      var position = buffer.baseAddress
      var length = 0
      var tag: Int32 = 0
      var tagClass: Int32 = 0
      _ = unsafe ASN1_get_object(&position, &length, &tag, &tagClass, buffer.count)
      guard let start = buffer.baseAddress, let contents = unsafe position else { return false }
      return unsafe tag == V_ASN1_SEQUENCE && tagClass == V_ASN1_UNIVERSAL && length > buffer.count - (contents - start)
    }
  }
}

/// Readers for OpenSSL's ASN.1 structures; a nil pointer counts as absent.
enum ASN1Reading {
  /// Calls the closure with the contents of an octet string, or of any other string type, unchanged.
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

  /// The parameters of an algorithm, if they are one SEQUENCE of the given kind.
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

/// Plain values from OpenSSL's ASN.1 primitives.
enum ASN1Text {
  /// The contents of any string type; for an integer its magnitude, big-endian.
  static func bytes(of string: UnsafePointer<ASN1_STRING>) -> [UInt8] {
    let length = unsafe Int(ASN1_STRING_length(string))
    return unsafe [UInt8](UnsafeBufferPointer(start: ASN1_STRING_get0_data(string), count: max(length, 0)))
  }

  /// Seconds since 1970-01-01T00:00:00Z, or nil if it is not a valid time.
  static func seconds(_ time: UnsafePointer<ASN1_TIME>) -> Int64? {
    var days: Int32 = 0
    var seconds: Int32 = 0
    let epoch = unsafe ASN1_TIME_set(nil, 0)
    defer { unsafe ASN1_TIME_free(epoch) }
    guard unsafe epoch != nil, unsafe ASN1_TIME_diff(&days, &seconds, epoch, time) == 1 else { return nil }
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
