internal import COpenSSL
import Messages
internal import Signing

/// What a bag says of itself (RFC 2985, section 5.5).
struct BagAttributes {
  /// From the file, so show it as a `ForeignText`; nil as well for what is not UTF-16.
  let friendlyName: String?
  /// The same in the bags of a key and its certificate.
  let localKeyID: [UInt8]?

  init(of bag: OpaquePointer) {
    let name = unsafe Self.string(PKCS12_SAFEBAG_get0_attr(bag, NID_friendlyName), V_ASN1_BMPSTRING)
    friendlyName = name.flatMap(Self.text(ofBMPString:))
    localKeyID = unsafe Self.string(PKCS12_SAFEBAG_get0_attr(bag, NID_localKeyID), V_ASN1_OCTET_STRING)
  }

  private static func string(_ value: UnsafePointer<ASN1_TYPE>?, _ type: Int32) -> [UInt8]? {
    guard let value = unsafe value, unsafe value.pointee.type == type,
      let string = unsafe value.pointee.value.asn1_string
    else { return nil }
    return unsafe ASN1Text.bytes(of: string)
  }

  /// A BMPString is big-endian; characters beyond 16 bits are seen as surrogate pairs.
  static func text(ofBMPString bytes: [UInt8]) -> String? {
    if bytes.count % 2 != 0 { return nil }
    let units = stride(from: 0, to: bytes.count, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
    // Some tools end the name with the NUL of a C string.
    return String(validating: units.last == 0 ? units.dropLast() : units[...], as: UTF16.self)
  }
}
