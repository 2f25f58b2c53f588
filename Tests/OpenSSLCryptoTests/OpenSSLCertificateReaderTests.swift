import Messages
@testable import OpenSSLCrypto
import Signing
import TestSupport
import Testing

@Suite("OpenSSLCertificateReader")
struct OpenSSLCertificateReaderTests {
  private func certificate(_ file: String) throws -> Certificate {
    let bytes = try Fixtures.bytes("certificates/\(file)")
    return try #require(CertificateFile.read(bytes.span).first)
  }

  @Test("a name is RFC 4514 text, most specific part first") func subject() throws {
    let leaf = try certificate("leaf.pem")
    #expect(leaf.subject == "CN=leaf,O=keyroll fixtures")
    #expect(leaf.issuer == "CN=intermediate,O=keyroll fixtures")
    #expect(try leaf.issuerDER == certificate("intermediate.pem").subjectDER)
  }

  @Test("a name that is not ASCII stays readable") func greek() throws {
    #expect(try certificate("greek-subject.pem").subject.utf8.contains { $0 >= 0x80 })
  }

  @Test("control characters in a name are escaped") func hostile() throws {
    let subject = try certificate("hostile-subject.pem").subject
    #expect(!subject.utf8.contains { $0 < 0x20 || $0 == 0x7F })
    #expect(subject.contains("\\1B"))
  }

  @Test("the algorithm of the issuer's signature has OpenSSL's name") func signatureAlgorithm() throws {
    #expect(try certificate("leaf.pem").signatureAlgorithmName == "sha256WithRSAEncryption")
    #expect(try certificate("sha1.pem").signatureAlgorithmName == "sha1WithRSAEncryption")
  }

  @Test("a certificate without an end lasts until the last second of the year 9999") func noEnd() throws {
    #expect(try certificate("no-end.pem").notAfter == 253_402_300_799)
  }

  @Test("the DER that was read reads the same again") func again() throws {
    let leaf = try certificate("leaf.pem")
    let der = leaf.der
    let again = try OpenSSLCertificateReader().certificate(der: der.span)
    #expect(again == leaf)
    #expect(again.publicKey == leaf.publicKey)
    #expect(again.serialNumber == leaf.serialNumber)
    #expect(!again.serialNumber.isEmpty)
  }

  @Test("OpenSSL does not decode the key of a certificate that is only read: that takes it longer than all the rest")
  func undecoded() throws {
    let der = try certificate("leaf.pem").der
    let read = try OpenSSLCertificateReader.item(der.span)
    let isDecoded = unsafe read.key != nil
    #expect(!isDecoded)
    // A chain needs the key.
    let standard = X509Item(der.span)
    let isDecodedThere = unsafe standard?.key != nil
    #expect(isDecodedThere)
  }

  @Test("every cut through a certificate is refused") func cut() throws {
    let der = try certificate("leaf.pem").der
    for count in stride(from: 0, to: der.count, by: 7) {
      let cut = Array(der.prefix(count))
      #expect((try? OpenSSLCertificateReader().certificate(der: cut.span)) == nil)
    }
  }

  @Test("a byte after the certificate is refused") func trailing() throws {
    let bytes = try certificate("leaf.pem").der + [0]
    do throws(KeyError) {
      _ = try OpenSSLCertificateReader().certificate(der: bytes.span)
      Issue.record("it is read")
    } catch {
      #expect(error.code == .trailingData)
    }
  }
}
