internal import COpenSSL
internal import Signing

/// Names kinds of keys that are not RSA, for people.
enum KeyTypeName {
  /// From an algorithm identifier: `EC P-256`, `Ed25519`, `DSA 1024`, else OpenSSL's name or the dotted numbers.
  static func name(of object: OpaquePointer?, _ parameters: UnsafeMutablePointer<ASN1_TYPE>?) -> String {
    switch unsafe OBJ_obj2nid(object) {
    case NID_X9_62_id_ecPublicKey:
      return unsafe curveName(parameters).map { "EC \($0)" } ?? "EC"
    case NID_dsa:
      return unsafe primeBitCount(parameters).map { "DSA \($0)" } ?? "DSA"
    case NID_ED25519: return "Ed25519"
    case NID_ED448: return "Ed448"
    default: return unsafe ASN1Text.name(of: object)
    }
  }

  private static func curveName(_ parameters: UnsafeMutablePointer<ASN1_TYPE>?) -> String? {
    guard let parameters = unsafe parameters, unsafe parameters.pointee.type == V_ASN1_OBJECT else { return nil }
    let nid = unsafe OBJ_obj2nid(parameters.pointee.value.object)
    let name = unsafe EC_curve_nid2nist(nid) ?? OBJ_nid2sn(nid)
    return nid == NID_undef
      ? unsafe ASN1Text.name(of: parameters.pointee.value.object)
      : unsafe name.flatMap { unsafe String(validatingCString: $0) }
  }

  private static func primeBitCount(_ parameters: UnsafeMutablePointer<ASN1_TYPE>?) -> Int? {
    guard let parameters = unsafe parameters, unsafe parameters.pointee.type == V_ASN1_SEQUENCE,
      let sequence = unsafe parameters.pointee.value.sequence
    else { return nil }
    let der = unsafe ASN1Text.bytes(of: sequence)
    return DER.integers(inSequence: der.span)?.contents.first.map {
      RSAPublicNumbers(modulus: Array(der[$0]), exponent: []).bitCount
    }
  }
}
