import Foundation
import Messages
import OpenSSLCrypto
import Signing
import SigningTesting
import TestSupport
import Testing

/// The PFX files of this project; `Fixtures/pfx/manifest.json` has the expected results.
@Suite("PFXBackend over the fixtures")
struct PKCS12FixtureTests {
  struct Entry: Decodable, CustomTestStringConvertible {
    let file: String
    let password: String?
    let error: String?
    let fingerprint: String?
    let reference: String?
    let algorithm: String
    let why: String

    enum CodingKeys: String, CodingKey {
      case file, password, error, reference, algorithm, why
      case fingerprint = "spki-sha256"
    }

    var testDescription: String { "\(file): \(why)" }
  }

  static let entries: [Entry] = {
    let manifest = try? JSONDecoder().decode([Entry].self, from: Data(contentsOf: Fixtures.url("pfx/manifest.json")))
    return manifest ?? []
  }()

  @Test("the whole manifest is read") func manifest() { #expect(Self.entries.count > 100) }

  @Test("a file opens, or is refused with the error in its row", arguments: entries)
  func entry(_ entry: Entry) throws {
    let algorithm = try #require(SignatureAlgorithm(name: entry.algorithm))
    let attributes = entry.reference.map { ";\($0)" } ?? ""
    do throws(KeyError) {
      let registry = KeyRegistry(PFXBackend())
      let reference = try registry.reference("pfx:\(Fixtures.path("pfx/\(entry.file)"))\(attributes)")
      let signer = try registry.signer(
        for: KeyRequest(reference, algorithm: algorithm, at: 0, secrets: FixedSecrets(entry.password)))
      #expect(entry.error == nil)
      #expect(signer.publicKey.sha256Fingerprint.map { String(format: "%02x", $0) }.joined() == entry.fingerprint)
    } catch {
      #expect(error.id == entry.error, "\(error)")
    }
  }
}
