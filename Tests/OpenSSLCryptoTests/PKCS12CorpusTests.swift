import Foundation
import OpenSSLCrypto
import Signing
import SigningTesting
import TestSupport
import Testing

/// PFX files that others made, judged by their labels.
@Suite("PFXBackend over the PKCS#12 corpus", .enabled(if: Corpora.folder != nil, Comment(rawValue: Corpora.absence)))
struct PKCS12CorpusTests {
  struct Entry: Decodable, CustomTestStringConvertible {
    let path: String
    let password: String?
    let expected: String
    let fingerprint: String?

    enum CodingKeys: String, CodingKey {
      case path, password, expected
      case fingerprint = "key_spki_sha256"
    }

    var testDescription: String { "\(path), \(expected)" }
  }

  static let entries: [Entry] = {
    guard let folder = Corpora.folder,
      let manifest = try? String(contentsOf: folder.appending(path: "pkcs12/manifest.jsonl"), encoding: .utf8)
    else { return [] }
    return manifest.split(separator: "\n").compactMap { try? JSONDecoder().decode(Entry.self, from: Data($0.utf8)) }
  }()

  @Test("the manifest is read whole") func manifest() { #expect(Self.entries.count >= 105) }

  @Test("a file opens or is refused as its label says", arguments: entries)
  func label(_ entry: Entry) throws {
    let folder = try #require(Corpora.folder)
    let algorithm = SignatureAlgorithm.rs256
    let opened: any Signer
    do throws(KeyError) {
      let registry = KeyRegistry(PFXBackend())
      let reference = try registry.reference("pfx:\(folder.appending(path: entry.path).path)")
      opened = try registry.signer(for: reference, algorithm: algorithm, secrets: FixedSecrets(entry.password))
    } catch {
      try #require(!["LOAD", "OPTIONAL"].contains(entry.expected), "\(error)")
      #expect(Self.isDue(error.code, to: entry.expected), "\(error)")
      return
    }
    try #require(["LOAD", "LOAD_LEGACY", "OPTIONAL", "POLICY"].contains(entry.expected), "it must be refused")
    if let fingerprint = entry.fingerprint {
      #expect(opened.publicKey.sha256Fingerprint.map { String(format: "%02x", $0) }.joined() == fingerprint)
    }
    let message = Array("message".utf8)
    #expect(try opened.sign(message.span).algorithm == algorithm)
  }

  /// Whether this is the reason that the label asks for.
  private static func isDue(_ code: KeyError.Code, to label: String) -> Bool {
    switch label {
    case "LOAD_LEGACY": code == .unsupportedProtection
    case "NONRSA": code == .keyNotRSA
    case "NOKEY": code == .noPrivateKey
    case "PSSKEY": code == .keyRestricted
    case "MULTIKEY": code == .severalKeys
    case "MISMATCH": code == .certificateMismatch
    // Every password is the right one, so none may be called wrong.
    case "REFUSE": code != .wrongPassword && code != .passwordRequired
    case "POLICY": code != .wrongPassword
    default: false
    }
  }
}
