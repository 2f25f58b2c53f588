internal import COpenSSL
internal import Signing

/// The two forms of an `X509_NAME`.
enum CertificateName {
  /// RFC 4514 text in UTF-8, special and control characters escaped.
  static func text(_ name: OpaquePointer?) throws(KeyError) -> String {
    guard let name = unsafe name, let output = unsafe BIO_new(BIO_s_mem()) else { throw .openSSL("printing a name") }
    defer { unsafe BIO_free(output) }
    guard unsafe X509_NAME_print_ex(output, name, 0, COpenSSL_nameFlags) >= 0 else {
      throw .malformedCertificate("a name in it cannot be printed")
    }
    guard let text = unsafe String(validating: ASN1Text.contents(of: output), as: UTF8.self) else {
      throw .malformedCertificate("a name in it is not text")
    }
    return text
  }

  static func der(_ name: OpaquePointer?) throws(KeyError) -> [UInt8] {
    guard let name = unsafe name, let der = unsafe DER.encoding({ output in unsafe i2d_X509_NAME(name, output) }) else {
      throw .openSSL("encoding a name")
    }
    return der
  }
}
