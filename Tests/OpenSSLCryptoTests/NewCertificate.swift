import Foundation
import Messages
import OpenSSLCrypto
import Signing
import System
import TestSupport
import Testing

/// Makes certificates and requests with the keys of the fixtures.
enum NewCertificate {
  static let encoder = OpenSSLCertificateEncoder()
  static let issuer = CertificateIssuer(encoder, OpenSSLCryptography())
  /// The present time, because the judges compare it.
  static let now = Int64(Date().timeIntervalSince1970)
  static let algorithms: [SignatureAlgorithm] = [.rs256, .rs384, .rs512, .ps256]

  static func signer(_ key: String = "rsa-2048", _ algorithm: SignatureAlgorithm = .rs256) throws -> any Signer {
    let registry = KeyRegistry(PEMBackend())
    return try registry.signer(
      for: KeyRequest(
        registry.reference("pem:\(Fixtures.path("keys/\(key).pem"))"), algorithm: algorithm, at: 0, secrets: NoSecrets()
      ))
  }

  static func contents(
    _ subject: String = "Payroll exporter 2027", serialNumber: [UInt8]? = nil, life: CertificateLife? = nil
  ) throws -> CertificateContents {
    try CertificateContents(
      serialNumber: serialNumber ?? encoder.newSerialNumber(), subject: encoder.subject(DistinguishedName(subject)),
      life: life ?? CertificateLife(at: now))
  }

  static func make(
    _ subject: String = "Payroll exporter 2027", key: String = "rsa-2048", _ algorithm: SignatureAlgorithm = .rs256
  ) throws -> Certificate {
    try issuer.certificate(contents(subject), signedBy: signer(key, algorithm))
  }

  static func request(
    _ subject: String = "Payroll exporter 2027", key: String = "rsa-2048", _ algorithm: SignatureAlgorithm = .rs256
  ) throws -> CertificateRequest {
    try issuer.request(
      CertificateRequestContents(subject: encoder.subject(DistinguishedName(subject))), signedBy: signer(key, algorithm)
    )
  }

  /// The id of the thrown error; nil if there is none.
  static func id(_ body: () throws -> Void) -> String? {
    do { try body() } catch { return (error as? any DiagnosticError)?.id ?? "\(error)" }
    return nil
  }

  // A parameter for a call, bound to a name first.
  static func certificate(in file: [UInt8]) throws -> Certificate {
    try #require(try CertificateFile.read(file.span).first)
  }

  static func request(in file: [UInt8]) throws -> CertificateRequest { try CertificateRequestFile.read(file.span) }

  static func publicKey(in file: [UInt8]) throws -> PublicKey { try CertificateRequestFile.publicKey(in: file.span) }

  static func parts(of der: [UInt8]) throws -> EncodedParts<CertificateContents> {
    try encoder.parts(ofCertificate: der.span)
  }
}
