internal import COpenSSL
import Encodings
public import Messages
public import Signing

extension OpenSSLCertificateEncoder {
  public func parts(ofCertificate der: Span<UInt8>) throws(CertificateError) -> EncodedParts<CertificateContents> {
    defer { OpenSSLErrors.clear() }
    guard let item = X509Item(der), item.byteCount == der.count else { throw .differing(in: "encoding") }
    let outer = try Self.outerParts(of: der)
    return try unsafe Self.parts(of: item.pointer, outer)
  }

  private static func parts(
    of certificate: OpaquePointer, _ outer: OuterParts
  ) throws(CertificateError) -> EncodedParts<CertificateContents> {
    guard unsafe X509_get_version(certificate) == 2 else { throw .differing(in: "version") }
    guard let inner = unsafe X509_get0_tbs_sigalg(certificate),
      unsafe DER.encoding({ output in unsafe i2d_X509_ALGOR(inner, output) }) == outer.algorithmIdentifier
    else { throw .differing(in: "signature algorithm") }
    let subject = try unsafe self.subject(X509_get_subject_name(certificate))
    guard try unsafe self.subject(X509_get_issuer_name(certificate)) == subject else { throw .differing(in: "issuer") }
    guard let serial = unsafe X509_get0_serialNumber(certificate), unsafe ASN1_STRING_type(serial) == V_ASN1_INTEGER
    else { throw .differing(in: "serial number") }
    guard let start = unsafe X509_get0_notBefore(certificate), let end = unsafe X509_get0_notAfter(certificate),
      let notBefore = unsafe ASN1Text.seconds(start), let notAfter = unsafe ASN1Text.seconds(end)
    else { throw .differing(in: "dates") }
    let publicKey = try unsafe self.publicKey(X509_get_X509_PUBKEY(certificate))
    guard unsafe X509_get0_extensions(certificate).map({ unsafe OPENSSL_sk_num($0) }) == 4 else {
      throw .differing(in: "extensions")
    }
    let extensions = unsafe ExtensionReader { nid, presence in unsafe X509_get_ext_d2i(certificate, nid, &presence, nil)
    }
    guard extensions.saysNoAuthority else { throw .differing(in: "basicConstraints") }
    guard let usage = extensions.usage else { throw .differing(in: "key usage") }
    let identifier = try CertificateError.passing { () throws(KeyError) in
      try CertificateExtension.keyIdentifier(of: publicKey)
    }
    guard extensions.keyIdentifier == identifier else { throw .differing(in: "subjectKeyIdentifier") }
    let contents = try unsafe CertificateContents(
      serialNumber: Array(ASN1Text.bytes(of: serial).drop { $0 == 0 }), subject: subject,
      life: CertificateLife(notBefore: notBefore, notAfter: notAfter), usage: usage)
    return EncodedParts(
      contents: contents, publicKey: publicKey, algorithm: outer.algorithm, toBeSigned: outer.toBeSigned,
      signature: outer.signature)
  }

  public func parts(ofRequest der: Span<UInt8>) throws(CertificateError) -> EncodedParts<CertificateRequestContents> {
    defer { OpenSSLErrors.clear() }
    guard let item = X509RequestItem(der), item.byteCount == der.count else { throw .differing(in: "encoding") }
    let outer = try Self.outerParts(of: der)
    return try unsafe Self.parts(ofRequest: item.pointer, outer)
  }

  private static func parts(
    ofRequest request: OpaquePointer, _ outer: OuterParts
  ) throws(CertificateError) -> EncodedParts<CertificateRequestContents> {
    guard unsafe X509_REQ_get_version(request) == 0, unsafe X509_REQ_get_attr_count(request) == 1 else {
      throw .differing(in: "version or attributes")
    }
    let subject = try unsafe self.subject(X509_REQ_get_subject_name(request))
    let publicKey = try unsafe self.publicKey(X509_REQ_get_X509_PUBKEY(request))
    let stack = unsafe X509_REQ_get_extensions(request)
    defer {
      while let element = unsafe OPENSSL_sk_pop(stack) { unsafe X509_EXTENSION_free(OpaquePointer(element)) }
      unsafe OPENSSL_sk_free(stack)
    }
    guard unsafe OPENSSL_sk_num(stack) == 2 else { throw .differing(in: "extensions") }
    let extensions = unsafe ExtensionReader { nid, presence in unsafe X509V3_get_d2i(stack, nid, &presence, nil) }
    guard let usage = extensions.usage else { throw .differing(in: "key usage") }
    return EncodedParts(
      contents: CertificateRequestContents(subject: subject, usage: usage), publicKey: publicKey,
      algorithm: outer.algorithm, toBeSigned: outer.toBeSigned, signature: outer.signature)
  }

  static func subject(_ name: OpaquePointer?) throws(CertificateError) -> CertificateSubject {
    try CertificateError.passing { () throws(KeyError) in
      try unsafe CertificateSubject(text: CertificateName.text(name), der: CertificateName.der(name))
    }
  }

  static func publicKey(_ structure: OpaquePointer?) throws(CertificateError) -> PublicKey {
    guard let structure = unsafe structure else { throw .differing(in: "key") }
    return try CertificateError.passing { () throws(KeyError) in
      try unsafe PublicKeyReader.publicKey(ofStructure: structure)
    }
  }

  /// The three pieces of the outer SEQUENCE, read without OpenSSL's structures.
  private struct OuterParts {
    let toBeSigned: [UInt8]
    let algorithmIdentifier: [UInt8]
    let algorithm: SignatureAlgorithm
    let signature: [UInt8]
  }

  private static func outerParts(of der: Span<UInt8>) throws(CertificateError) -> OuterParts {
    guard let outer = DER.contents(of: V_ASN1_SEQUENCE, in: der, at: 0), outer.upperBound == der.count,
      let inner = DER.contents(of: V_ASN1_SEQUENCE, in: der, at: outer.lowerBound),
      let identifier = DER.contents(of: V_ASN1_SEQUENCE, in: der, at: inner.upperBound),
      let bits = DER.contents(of: V_ASN1_BIT_STRING, in: der, at: identifier.upperBound), bits.upperBound == der.count,
      let first = bits.first, der[first] == 0
    else { throw .differing(in: "encoding") }
    let bytes = [UInt8](copying: der)
    let algorithmIdentifier = Array(bytes[inner.upperBound..<identifier.upperBound])
    guard let algorithm = CertificateAlgorithm.algorithm(of: algorithmIdentifier) else {
      throw .differing(in: "signature algorithm")
    }
    return OuterParts(
      toBeSigned: Array(bytes[outer.lowerBound..<inner.upperBound]), algorithmIdentifier: algorithmIdentifier,
      algorithm: algorithm, signature: Array(bytes[bits].dropFirst()))
  }
}

/// Reads the extensions of the certificates and requests that are made here, each once and with its
/// criticality.
@safe
private struct ExtensionReader {
  /// Returns the decoded value of an extension by its NID, and sets whether it is critical: 1 or 0, -1 if it
  /// is missing.
  let value: (Int32, inout Int32) -> UnsafeMutableRawPointer?

  init(_ value: @escaping (Int32, inout Int32) -> UnsafeMutableRawPointer?) { unsafe self.value = value }

  /// True for a critical basicConstraints with CA:FALSE and without a path length.
  var saysNoAuthority: Bool {
    var presence: Int32 = -1
    guard let value = unsafe value(NID_basic_constraints, &presence) else { return false }
    let constraints = unsafe value.assumingMemoryBound(to: BASIC_CONSTRAINTS.self)
    defer { unsafe BASIC_CONSTRAINTS_free(constraints) }
    return unsafe presence == 1 && constraints.pointee.ca == 0 && constraints.pointee.pathlen == nil
  }

  /// Nil if either is missing, or contains anything except the names of `CertificateUsage`.
  var usage: CertificateUsage? {
    guard let key = keyUsage, let extended = extendedKeyUsage else { return nil }
    return CertificateUsage(key: key, extended: extended)
  }

  var keyIdentifier: [UInt8]? {
    var presence: Int32 = -1
    guard let value = unsafe value(NID_subject_key_identifier, &presence) else { return nil }
    let octets = unsafe value.assumingMemoryBound(to: ASN1_OCTET_STRING.self)
    defer { unsafe ASN1_OCTET_STRING_free(octets) }
    return presence == 0 ? unsafe ASN1Text.bytes(of: octets) : nil
  }

  private var keyUsage: [CertificateUsage.Key]? {
    var presence: Int32 = -1
    guard let value = unsafe value(NID_key_usage, &presence) else { return nil }
    let bits = unsafe value.assumingMemoryBound(to: ASN1_BIT_STRING.self)
    defer { unsafe ASN1_BIT_STRING_free(bits) }
    let set = (Int32(0)..<16).filter { unsafe ASN1_BIT_STRING_get_bit(bits, $0) == 1 }
    let usage = set.compactMap { bit in CertificateUsage.Key.allCases.first { $0.bit == bit } }
    return presence == 1 && usage.count == set.count ? usage : nil
  }

  private var extendedKeyUsage: [CertificateUsage.Extended]? {
    var presence: Int32 = -1
    guard let value = unsafe value(NID_ext_key_usage, &presence) else { return nil }
    let stack = OpaquePointer(value)
    defer { unsafe EXTENDED_KEY_USAGE_free(stack) }
    let count = unsafe OPENSSL_sk_num(stack)
    let usage = (0..<max(count, 0)).compactMap { index in
      let nid = unsafe OBJ_obj2nid(OpaquePointer(OPENSSL_sk_value(stack, index)))
      return CertificateUsage.Extended.allCases.first { $0.nid == nid }
    }
    return presence == 0 && usage.count == count ? usage : nil
  }
}
