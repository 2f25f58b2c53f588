import Foundation
import Messages
import Signing
import TestSupport
import Testing

@testable import OpenSSLCrypto

/// The certificates of this project; `Fixtures/certificates/manifest.json` says how each must be read.
@Suite("CertificateFile over the fixtures")
struct CertificateFixtureTests {
  struct Entry: Decodable, Sendable, CustomTestStringConvertible {
    let file: String
    let key: String?
    let error: String?
    let sha1: String?
    let sha256: String?
    let notBefore: Date?
    let notAfter: Date?
    let allowsDigitalSignature: Bool?
    let isWeak: Bool?
    let why: String

    enum CodingKeys: String, CodingKey {
      case file, key, error, sha1, sha256, why
      case notBefore = "not-before"
      case notAfter = "not-after"
      case allowsDigitalSignature = "allows-digital-signature"
      case isWeak = "weak-signature"
    }

    var testDescription: String { "\(file): \(why)" }

    func certificates() throws -> [Certificate] {
      let bytes = try Fixtures.bytes("certificates/\(file)")
      return try CertificateFile.read(bytes.span)
    }
  }

  static let entries: [Entry] = {
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .iso8601
    return (try? decoder.decode([Entry].self, from: Data(contentsOf: Fixtures.url("certificates/manifest.json")))) ?? []
  }()

  static let described = entries.filter { $0.sha256 != nil }
  /// Two certificates are not an error here, because the caller chooses.
  static let refused = entries.filter { $0.error != nil && $0.error != "several-certificates" }

  @Test("the whole manifest is read") func manifest() {
    #expect(Self.described.count > 15)
    #expect(Self.refused.count >= 4)
  }

  @Test("a certificate is described as its manifest says", arguments: described)
  func describe(_ entry: Entry) throws {
    let certificate = try #require(entry.certificates().first)
    #expect(Self.hexadecimal(certificate.sha1Thumbprint) == entry.sha1)
    #expect(Self.hexadecimal(certificate.sha256Thumbprint) == entry.sha256)
    #expect(Date(timeIntervalSince1970: Double(certificate.notBefore)) == entry.notBefore)
    #expect(Date(timeIntervalSince1970: Double(certificate.notAfter)) == entry.notAfter)
    #expect(certificate.allowsDigitalSignature == entry.allowsDigitalSignature)
    #expect(certificate.hasWeakSignature == entry.isWeak)
    #expect(OpenSSLErrors.drain().entries.isEmpty)
  }

  @Test("the certificates of one key have the same key", arguments: entries.filter { $0.error == nil })
  func key(_ entry: Entry) throws {
    let name = try #require(entry.key)
    let bare = try #require(Self.described.first { $0.key == name }?.certificates().first)
    #expect(try entry.certificates().contains { $0.publicKey == bare.publicKey })
  }

  @Test("a file is refused with the error in its row", arguments: refused)
  func refuse(_ entry: Entry) throws {
    let bytes = try Fixtures.bytes("certificates/\(entry.file)")
    do throws(KeyError) {
      _ = try CertificateFile.read(bytes.span)
      Issue.record("it is read")
    } catch {
      #expect(error.id == entry.error, "\(error)")
    }
  }

  private static func hexadecimal(_ bytes: [UInt8]) -> String { bytes.map { String(format: "%02X", $0) }.joined() }
}
