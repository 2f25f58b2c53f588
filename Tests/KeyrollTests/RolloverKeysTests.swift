import Foundation
import Keyroll
import SigningTesting
import TestSupport
import Testing

/// What a run opens, counted where a key is opened and where its password is given.
@Suite struct RolloverKeysTests {
  private let folder: TemporaryFolder
  private let toolkit = Toolkit.openSSL()
  private let time = RolloverHistory.start
  private let object = RolloverHistory.plan.object

  /// What was opened, in order.
  private final class Openings {
    var names: [String] = []
  }

  init() throws { folder = try TemporaryFolder() }

  /// A PFX of a key and a certificate of the fixtures.
  @discardableResult
  private func pfx(_ name: String, _ key: String, _ certificate: String, password: String) throws -> KeyReference {
    let made = try Judge.run(
      "/usr/bin/openssl",
      ["pkcs12", "-export", "-inkey", Fixtures.path("keys/\(key).pem"), "-in"]
        + [Fixtures.path("certificates/\(certificate).pem"), "-passout", "pass:\(password)", "-out", folder.path(name)])
    try #require(made.status == 0, "\(made)")
    return try KeyReference("pfx:\(folder.path(name))", of: Toolkit.keySyntaxes)
  }

  private func keys(
    _ openings: Openings, old: any SecretProvider = NoSecrets(), new: any SecretProvider = NoSecrets()
  ) -> RolloverKeys {
    RolloverKeys(at: time, with: toolkit, secrets: [.old: old, .new: new], workingFolder: folder.path("")) {
      (key, algorithm, time) throws(KeyError) in
      openings.names.append(key.reference.description)
      return try key.signer(for: algorithm, at: time, with: toolkit)
    }
  }

  /// Makes a rollover and its first package.
  private func rollover(
    _ name: String, from old: KeyReference, to new: KeyReference, by keys: RolloverKeys
  ) throws -> RolloverFolder {
    var rollover = NewRollover(
      title: ExactText(name), object: object, old: try .init(at: old, by: keys),
      new: try .init(at: new, subject: "unused", by: keys))
    rollover.workingFolder = folder.path("")
    var made = try rollover.make(at: folder.path(name), time: time, cryptography: toolkit.cryptography)
    _ = try made.writePackage(at: time, in: SendWindow.row(of: 3, from: time), by: keys.requests(of: made))
    return made
  }

  @Test(
    "A PFX is decrypted once for all rollovers, for its proofs and its assertions, and its password is asked for once")
  func once() throws {
    let old = try pfx("old.pfx", "rsa-2048", "leaf", password: "old")
    let new = try pfx("new.pfx", "rsa-2048-other", "other", password: "new")
    let (oldPassword, newPassword) = (FixedSecrets("old"), FixedSecrets("new"))
    let openings = Openings()
    let keys = keys(openings, old: oldPassword, new: newPassword)
    var made: [RolloverFolder] = []
    for number in 1...4 { made.append(try rollover("app-\(number)", from: old, to: new, by: keys)) }
    #expect(openings.names == [old.description, new.description])
    #expect(oldPassword.requests.count == 1 && newPassword.requests.count == 1)
    // Proofs are signed by the one algorithm, assertions by the other.
    let package = made[0].path + "/send-1"
    for (file, algorithm) in [("add-key-1/proof.jwt", "RS256"), ("token-1/assertion.jwt", "PS256")] {
      let token = try String(contentsOfFile: "\(package)/\(file)", encoding: .utf8)
      let header = try Base64.url.decode(ExactText(String(token.prefix { $0 != "." })))
      #expect(String(validating: header, as: UTF8.self)?.contains("\"alg\":\"\(algorithm)\"") == true)
    }
  }

  @Test("Keys that no other rollover of the run needs are let go, however many there are")
  func letGo() throws {
    let openings = Openings()
    let keys = keys(openings, old: FixedSecrets("old"), new: FixedSecrets("new"))
    let shared = try pfx("old.pfx", "rsa-2048", "leaf", password: "old")
    let names = (1...4).map { "new-\($0).pfx" }
    let own = try names.map { try pfx($0, "rsa-2048-other", "other", password: "new") }
    let needed = own.map { [ExactText(shared.description), ExactText($0.description)] }
    for references in needed { keys.expect(references) }
    for (number, new) in own.enumerated() {
      let made = try rollover("app-\(number)", from: shared, to: new, by: keys)
      #expect(keys.openCount == 2)
      keys.finish(needed[number] + made.keyReferences)
      #expect(keys.openCount == (number == own.count - 1 ? 0 : 1))
    }
    #expect(openings.names.count == 5)
  }

  @Test("One key serves each certificate over it, and none over another key")
  func certificates() throws {
    let openings = Openings()
    let keys = keys(openings)
    let reference = try KeyReference("pem:\(Fixtures.path("keys/rsa-2048.pem"))", of: Toolkit.keySyntaxes)
    func certificates(_ name: String) throws -> [Certificate] {
      try toolkit.certificates(from: Fixtures.path("certificates/\(name).pem"))
    }
    for name in ["leaf", "renewed", "leaf"] {
      for algorithm in [SignatureAlgorithm.rs256, .ps256] {
        let signer = try keys.signer(
          for: algorithm, at: reference, as: .old, certificates: try certificates(name), from: name)
        #expect(try signer.certificates.first == certificates(name).first && signer.algorithm == algorithm)
        let signature = try signer.sign(Array("a message".utf8).span)
        let verifier = try toolkit.cryptography.verifier(for: signer.publicKey)
        let isValid = verifier.isValid(signature.bytes.span, by: algorithm, for: Array("a message".utf8).span)
        #expect(isValid)
      }
    }
    #expect(openings.names.count == 1)
    do throws(KeyError) {
      _ = try keys.signer(
        for: .rs256, at: reference, as: .old,
        certificates: try toolkit.certificates(from: Fixtures.path("certificates/other.pem")), from: "other.pem")
      Issue.record("it was opened")
    } catch {
      #expect(error.code == .certificateMismatch)
    }
  }

  @Test("A certificate that was given for one rollover is not taken for another that gives none")
  func ownCertificate() throws {
    let openings = Openings()
    let keys = keys(openings, old: FixedSecrets("old"))
    let pfx = try pfx("old.pfx", "rsa-2048", "leaf", password: "old")
    let renewed = try toolkit.certificates(from: Fixtures.path("certificates/renewed.pem"))
    let given = try keys.signer(for: .rs256, at: pfx, as: .old, certificates: renewed, from: "renewed.pem")
    let own = try keys.signer(for: .rs256, at: pfx, as: .old)
    #expect(given.certificates.first == renewed.first && own.certificates.first != renewed.first)
  }

  @Test("A key that was refused is not opened again")
  func refused() throws {
    let openings = Openings()
    let password = FixedSecrets("wrong")
    let keys = keys(openings, old: password)
    let reference = try pfx("old.pfx", "rsa-2048", "leaf", password: "old")
    for _ in 1...3 {
      #expect(throws: KeyError.self) { try keys.signer(for: .rs256, at: reference, as: .old) }
    }
    #expect(openings.names.count == 1 && password.requests.count == 1)
  }

  @Test("A relative and an absolute path are one key, and the plan has the absolute one")
  func paths() throws {
    let openings = Openings()
    let keys = keys(openings, old: FixedSecrets("old"))
    let absolute = try pfx("old.pfx", "rsa-2048", "leaf", password: "old")
    _ = try keys.signer(for: .rs256, at: absolute, as: .old)
    _ = try keys.signer(for: .rs256, at: KeyReference("pfx:old.pfx", of: Toolkit.keySyntaxes), as: .old)
    _ = try keys.signer(for: .ps256, at: KeyReference("pfx:./old.pfx", of: Toolkit.keySyntaxes), as: .old)
    #expect(openings.names == [absolute.description])
  }
}
