import Foundation
import Signing
import SigningTesting
import TestSupport
import Testing

@testable import OpenSSLCrypto

/// PEM and DER files that others made, judged by their labels.
@Suite(
  "Readers of keys and certificates over the PEM corpus",
  .enabled(if: Corpora.folder != nil, Comment(rawValue: Corpora.absence)))
struct PEMCorpusTests {
  struct Entry: Decodable, Sendable, CustomTestStringConvertible {
    let path: String
    let password: String?
    let expected: String
    let fingerprint: String?

    enum CodingKeys: String, CodingKey {
      case path, password, expected
      case fingerprint = "key_spki_sha256"
    }

    var testDescription: String { "\(path), \(expected)" }

    func bytes() throws -> [UInt8] {
      [UInt8](try Data(contentsOf: #require(Corpora.folder).appending(path: path)))
    }

    func refusal() -> KeyError? {
      do throws(KeyError) {
        _ = try signer()
        return nil
      } catch {
        return error
      }
    }

    func signer() throws(KeyError) -> any Signer {
      let registry = KeyRegistry(PEMBackend())
      let reference = try registry.reference("pem:\(Corpora.folder?.appending(path: path).path ?? "")")
      return try registry.signer(for: reference, algorithm: .rs256, secrets: FixedSecrets(password))
    }
  }

  static let entries: [Entry] = {
    guard let folder = Corpora.folder,
      let manifest = try? String(contentsOf: folder.appending(path: "pem/manifest.jsonl"), encoding: .utf8)
    else { return [] }
    return manifest.split(separator: "\n").compactMap { try? JSONDecoder().decode(Entry.self, from: Data($0.utf8)) }
  }()

  static func entries(_ labels: String...) -> [Entry] { entries.filter { labels.contains($0.expected) } }

  @Test("the manifest is read whole") func manifest() { #expect(Self.entries.count >= 283) }

  @Test("a key opens", arguments: entries("LOAD", "LOAD_LEGACY"))
  func load(_ entry: Entry) throws {
    do throws(KeyError) {
      let signer = try entry.signer()
      #expect(signer.publicKey.sha256Fingerprint.map { String(format: "%02x", $0) }.joined() == entry.fingerprint)
    } catch {
      // A small exponent opens to be told so, and never signs.
      let isDue =
        error.code == .rsaExponentTooSmall || entry.expected == "LOAD_LEGACY" && error.code == .unsupportedProtection
      #expect(isDue, "\(error)")
    }
  }

  @Test(
    "a key is refused with the reason that its label says",
    arguments: [
      ("NONRSA", KeyError.Code.keyNotRSA), ("WEAKKEY", .rsaKeyTooSmall), ("PSSKEY", .keyRestricted),
      ("NOKEY", .noPrivateKey),
      ("MULTIKEY", .severalKeys), ("MISMATCH", .certificateMismatch),
    ])
  func unfit(_ label: String, _ code: KeyError.Code) {
    for entry in Self.entries(label) {
      #expect(entry.refusal()?.code == code, "\(entry.path)")
    }
  }

  @Test("a file to refuse is refused by every reader", arguments: entries("REFUSE"))
  func refuse(_ entry: Entry) throws {
    let bytes = try entry.bytes()
    let refusal = try #require(entry.refusal())
    #expect(refusal.code != .wrongPassword, "\(refusal)")
    #expect((try? CertificateFile.read(bytes.span)) == nil)
    #expect((try? PublicKeyFile.read(bytes.span)) == nil)
    #expect(OpenSSLErrors.drain().entries.isEmpty)
  }

  @Test("a certificate is read", arguments: entries("CERT"))
  func certificate(_ entry: Entry) throws {
    let bytes = try entry.bytes()
    #expect(try !CertificateFile.read(bytes.span).isEmpty)
    #expect(OpenSSLErrors.drain().entries.isEmpty)
  }

  @Test("a public key is read", arguments: entries("PUBKEY"))
  func publicKey(_ entry: Entry) throws {
    let bytes = try entry.bytes()
    #expect(try !PublicKeyFile.read(bytes.span).isEmpty)
  }

  @Test(
    "what readers disagree about is answered one way or the other",
    arguments: entries("DISPUTED", "CERT_DISPUTED", "POLICY"))
  func disputed(_ entry: Entry) throws {
    let bytes = try entry.bytes()
    #expect((try? CertificateFile.read(bytes.span))?.isEmpty != true)
    #expect((try? PublicKeyFile.read(bytes.span))?.isEmpty != true)
    if let fingerprint = entry.fingerprint, let signer = try? entry.signer() {
      #expect(signer.publicKey.sha256Fingerprint.map { String(format: "%02x", $0) }.joined() == fingerprint)
    }
  }
}
