internal import COpenSSL
public import Messages
public import Signing

/// Owns an `X509_NAME`; a class, so that it is freed even if reading fails halfway.
@safe
final class NameItem {
  private(set) nonisolated(unsafe) var pointer: OpaquePointer

  /// Reads DER that is used up completely.
  init(_ der: Span<UInt8>) throws(KeyError) {
    var name: OpaquePointer?
    let consumed = unsafe DER.decode(der) { position, count in
      unsafe name = d2i_X509_NAME(nil, &position, count)
      return unsafe name != nil
    }
    guard let name = unsafe name else { throw .openSSL("reading a name") }
    unsafe pointer = name
    if consumed != der.count { throw KeyError(.trailingData, "bytes follow a name") }
  }

  /// Encodes a name as UTF8String, except for a country and for domain components, which have types of their own (RFC
  /// 5280, appendix A.1).
  ///
  /// Throws `subject-too-long` and `subject-malformed` for a value that its type cannot hold.
  init(_ name: DistinguishedName) throws(CertificateError) {
    guard let pointer = unsafe X509_NAME_new() else { throw CertificateError(KeyError.openSSL("making a name")) }
    unsafe self.pointer = pointer
    for attributes in name.relativeNames {
      for (place, attribute) in attributes.enumerated() { try append(attribute, toLast: place > 0) }
    }
  }

  deinit { unsafe X509_NAME_free(pointer) }

  private func append(_ attribute: DistinguishedName.Attribute, toLast: Bool) throws(CertificateError) {
    OpenSSLErrors.clear()
    let value = Array(attribute.value.utf8)
    let object = unsafe OBJ_txt2obj(attribute.type.objectIdentifier, 1)
    defer { unsafe ASN1_OBJECT_free(object) }
    let isAdded = unsafe X509_NAME_add_entry_by_OBJ(
      pointer, object, MBSTRING_UTF8, value, Int32(clamping: value.count), -1, toLast ? -1 : 0)
    if isAdded == 1 { return }
    let errors = OpenSSLErrors.drain()
    if errors.contains(ERR_LIB_ASN1, ASN1_R_STRING_TOO_LONG) {
      throw CertificateError(
        .subjectTooLong, "the \(attribute.type.rawValue) of the subject is longer than X.509 allows",
        hint: "choose a shorter one: only people read it")
    }
    throw .malformedSubject("X.509 does not accept its \(attribute.type.rawValue): \(errors.summary)")
  }
}

extension OpenSSLCertificateEncoder {
  public func subject(_ name: DistinguishedName) throws(CertificateError) -> CertificateSubject {
    let item = try NameItem(name)
    defer { withExtendedLifetime(item) {} }
    let subject = try CertificateError.passing { () throws(KeyError) in
      let der = try unsafe CertificateName.der(item.pointer)
      // Read again, because DER sorts the attributes of one part, and the text must have their order.
      let sorted = try NameItem(der.span)
      defer { withExtendedLifetime(sorted) {} }
      return try unsafe CertificateSubject(text: CertificateName.text(sorted.pointer), der: der)
    }
    // The text that a person reads must be the name, and a request from elsewhere is rebuilt from it.
    let again = try? NameItem(DistinguishedName(subject.text))
    defer { withExtendedLifetime(again) {} }
    guard let again, let der = unsafe try? CertificateName.der(again.pointer), der == subject.der else {
      throw .malformedSubject("it cannot be written as text and read back")
    }
    return subject
  }
}
