internal import COpenSSL
internal import Signing

/// Names kinds of keys that are not RSA, for people.
enum KeyTypeName {
  /// From an algorithm identifier: `EC P-256`, `Ed25519`, `DSA 1024`, otherwise OpenSSL's name or the dotted numbers.
  static func name(of object: OpaquePointer?, _ parameters: UnsafeMutablePointer<ASN1_TYPE>?) -> String {
    switch unsafe OBJ_obj2nid(object) {
    case NID_X9_62_id_ecPublicKey:
      return unsafe curveName(parameters).map { "EC \($0)" } ?? "EC"
    case NID_dsa:
      return unsafe primeBitCount(parameters).map { "DSA \($0)" } ?? "DSA"
    case NID_ED25519: return "Ed25519"
    case NID_ED448: return "Ed448"
    default:
      let name = unsafe ASN1Text.name(of: object)
      return unknownToOpenSSL.first { $0.identifier.utf8.elementsEqual(name.utf8) }?.name ?? name
    }
  }

  /// False for an algorithm of which version 3.0 of OpenSSL reads no keys and knows at most the name.
  static func isKnownToOpenSSL(_ object: OpaquePointer?) -> Bool {
    [
      NID_rsaEncryption, NID_rsassaPss, NID_X9_62_id_ecPublicKey, NID_dsa, NID_ED25519, NID_ED448, NID_X25519, NID_X448,
      NID_dhKeyAgreement, NID_dhpublicnumber, NID_sm2,
    ].contains(unsafe OBJ_obj2nid(object))
  }

  /// The common names of algorithms for whose object identifiers OpenSSL 3.0 has no name (FIPS 203 to 205, and the
  /// registry of Computer Security Objects).
  private static let unknownToOpenSSL: [(identifier: String, name: String)] =
    numbered("2.16.840.1.101.3.4.4", from: 1, ["ML-KEM-512", "ML-KEM-768", "ML-KEM-1024"])
    + numbered("2.16.840.1.101.3.4.3", from: 17, ["ML-DSA-44", "ML-DSA-65", "ML-DSA-87"])
    + numbered(
      "2.16.840.1.101.3.4.3", from: 20,
      ["SHA2", "SHAKE"].flatMap { hash in
        ["128s", "128f", "192s", "192f", "256s", "256f"].map { "SLH-DSA-\(hash)-\($0)" }
      })
    + numbered(
      "2.16.840.1.101.3.4.3", from: 32, ["HashML-DSA-44", "HashML-DSA-65", "HashML-DSA-87"])
    + numbered("1.2.840.113549.1.9.16.3", from: 17, ["HSS/LMS"])
    + numbered("1.3.6.1.5.5.7.6", from: 34, ["XMSS", "XMSS-MT"])

  private static func numbered(
    _ arc: String, from first: Int, _ names: [String]
  ) -> [(identifier: String, name: String)] {
    names.enumerated().map { ("\(arc).\(first + $0.offset)", $0.element) }
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
