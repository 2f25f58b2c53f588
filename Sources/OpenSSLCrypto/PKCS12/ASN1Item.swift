internal import COpenSSL

/// A value that OpenSSL read from BER or DER, freed when nobody holds it any more.
///
/// A class, so that the parts of a file can keep the whole alive while they point into it.
@safe
final class ASN1Item {
  // The type is the one of `kind`, which is what frees it; only this object frees.
  private nonisolated(unsafe) let value: OpaquePointer
  private nonisolated(unsafe) let kind: OpaquePointer

  /// Reads one value of `kind` (an `ASN1_ITEM`) from the start of the bytes; nil when there is none.
  ///
  /// `consumed` tells how many bytes it took, so that the caller can see what trails.
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
