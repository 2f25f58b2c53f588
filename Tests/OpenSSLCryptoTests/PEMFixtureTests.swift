import Foundation
import Messages
import Signing
import SigningTesting
import TestSupport
import Testing

@testable import OpenSSLCrypto

/// The keys of this project in PEM and DER; the manifests beside them have the expected results.
@Suite("PEMBackend and FileBackend over the fixtures")
struct PEMFixtureTests {
  struct Entry: Decodable, Sendable, CustomTestStringConvertible {
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

  struct Case: Sendable, CustomTestStringConvertible {
    let folder: String
    let entry: Entry

    var testDescription: String { "\(folder)/\(entry.testDescription), \(entry.algorithm)" }
  }

  static let cases: [Case] = ["pem", "keys"].flatMap { folder in
    let entries = try? JSONDecoder().decode(
      [Entry].self, from: Data(contentsOf: Fixtures.url("\(folder)/manifest.json")))
    return (entries ?? []).map { Case(folder: folder, entry: $0) }
  }

  @Test("the whole manifests are read") func manifest() { #expect(Self.cases.count > 100) }

  @Test("a file opens, or is refused with the error in its row", arguments: cases)
  func open(_ test: Case) throws {
    // A path in a reference is relative to the folder of the fixtures.
    let attributes =
      test.entry.reference.map { ";\($0.replacing("cert=", with: "cert=\(Fixtures.folder.path)/"))" } ?? ""
    try expect(test.entry, from: "pem:\(Fixtures.path("\(test.folder)/\(test.entry.file)"))\(attributes)")
  }

  @Test("a plain path opens the same way", arguments: cases.filter { $0.entry.reference == nil })
  func openPlainPath(_ test: Case) throws {
    try expect(test.entry, from: Fixtures.path("\(test.folder)/\(test.entry.file)"))
  }

  private func expect(_ entry: Entry, from text: String) throws {
    let algorithm = try #require(SignatureAlgorithm(name: entry.algorithm))
    do throws(KeyError) {
      let registry = KeyRegistry(PEMBackend(), FileBackend())
      let reference = try registry.reference(text)
      let signer = try registry.signer(
        for: KeyRequest(reference, algorithm: algorithm, at: 0, secrets: FixedSecrets(entry.password)))
      #expect(entry.error == nil)
      #expect(signer.publicKey.sha256Fingerprint.map { String(format: "%02x", $0) }.joined() == entry.fingerprint)
    } catch {
      #expect(error.id == entry.error, "\(error)")
    }
    #expect(OpenSSLErrors.drain().entries.isEmpty)
  }
}
