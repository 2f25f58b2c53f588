import ExternalProgram
import Foundation
import Messages
import OpenSSLCrypto
import Signing
import TestSupport
import Testing

@Suite struct CommandBackendTests {
  private static let certificate = Fixtures.path("certificates/leaf.pem")
  private let folder: TemporaryFolder
  private let backend = CommandBackend(cryptography: OpenSSLCryptography())

  init() throws { folder = try TemporaryFolder() }

  private func open(_ reference: String, _ algorithm: SignatureAlgorithm = .rs256) throws -> any Signer {
    try backend.signer(
      for: KeyRequest(
        KeyReference(reference, of: [CommandBackend.syntax]), algorithm: algorithm, at: 0, secrets: NoSecrets()))
  }

  private func refusal(_ reference: String) -> KeyError? {
    do {
      _ = try open(reference)
      return nil
    } catch {
      return error as? KeyError
    }
  }

  @Test("a program gets only the digest and public values, in one line of this form")
  func request() throws {
    let seen = folder.path("seen")
    let program = try folder.program("#!/bin/sh\ncat >'\(seen)'\necho '{\"error\":\"seen\"}'\n")
    let signer = try open("command:\(program);cert=\(Self.certificate);key=a \"name\"%3B with %25", .ps384)
    let message = Array("a message".utf8)
    #expect(throws: SigningError(.programRefused, "\(program) does not sign: \"seen\"")) {
      try signer.sign(message.span)
    }
    func base64url(_ bytes: [UInt8]) -> String {
      Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
    let leaf = try #require(signer.certificates.first)
    let digest = try OpenSSLCryptography().digest(message.span, with: .sha384)
    let line = try #require(String(validating: folder.bytes("seen"), as: UTF8.self))
    #expect(
      line == """
        {"keyroll-signer":1,"algorithm":"PS384","digest-algorithm":"SHA-384","digest":"\(base64url(digest))",\
        "public-key-sha256":"\(base64url(leaf.publicKey.sha256Fingerprint))","x5t":"\(base64url(leaf.sha1Thumbprint))",\
        "x5t#S256":"\(base64url(leaf.sha256Thumbprint))","key":"a \\"name\\"; with %"}

        """)
  }

  @Test("opening a key runs nothing") func quietOpening() throws {
    let program = try folder.program("#!/bin/sh\ntouch '\(folder.path("ran"))'\n")
    _ = try open("command:\(program);cert=\(Self.certificate)")
    #expect(try !folder.names().contains("ran"))
  }

  @Test("no folder is searched for a program, and the path must lead to a program")
  func paths() throws {
    let program = try folder.program("#!/bin/sh\n")
    try folder.program("#!/bin/sh\n", named: "plain", mode: "644")
    try folder.program("#!/bin/sh\n", named: "open", mode: "777")
    try folder.link("link", to: folder.path("open"))
    let cases: [(String, KeyError.Code, String)] = [
      ("true", .malformedKeyReference, "names a program without saying in which folder"),
      ("-", .malformedKeyReference, "names a program without saying in which folder"),
      (folder.path("absent"), .programUnavailable, "no such file or directory"),
      ("\(program)/x", .programUnavailable, "not a directory"), (folder.path(""), .programUnavailable, "not a file"),
      ("/dev/null", .programUnavailable, "can change /dev/null"),
      (folder.path("plain"), .programUnavailable, "permission denied"),
      (folder.path("open"), .programUnavailable, "can change"),
      (folder.path("link"), .programUnavailable, "can change"),
    ]
    for (path, code, text) in cases {
      let error = refusal("command:\(path);cert=\(Self.certificate)")
      #expect(error?.code == code && error?.message.contains(text) == true, "\(path): \(error?.message ?? "opens")")
    }
  }

  @Test("attributes that do not belong together are refused")
  func attributes() throws {
    let program = try folder.program("#!/bin/sh\n")
    let publicKey = Fixtures.path("public-keys/spki.pem")
    let long = String(repeating: "x", count: 4_096)
    let cases: [(String, KeyError.Code)] = [
      ("", .noPublicKey), (";key=a", .noPublicKey), (";id=00", .malformedKeyReference),
      (";cert=\(Self.certificate);public=\(publicKey)", .malformedKeyReference),
      (";cert=\(Self.certificate);key=\(long)", .malformedKeyReference),
      (";cert=\(Fixtures.path("certificates/two-leaves.pem"))", .severalCertificates),
      (";cert=\(Fixtures.path("certificates/ec-p256.pem"))", .keyNotRSA),
      (";cert=\(Fixtures.path("certificates/rsa-1024.pem"))", .rsaKeyTooSmall),
      (";cert=\(Fixtures.path("certificates/rsa-pss-sha256.pem"))", .keyRestricted),
      (";public=\(Fixtures.path("public-keys/rsa-e3.pem"))", .rsaExponentTooSmall),
      (";public=\(Fixtures.path("pem/text.pem"))", .unrecognisedKeyFile), (";cert=/nonexistent", .fileUnreadable),
    ]
    for (rest, code) in cases { #expect(refusal("command:\(program)\(rest)")?.code == code, "\(rest)") }
  }

  @Test("the leaf of a chain is the certificate that issued no other, whatever the order")
  func chain() throws {
    let program = try folder.program("#!/bin/sh\n")
    let leaf = try #require(OpenSSLCryptography().certificates(inFile: Self.certificate).first)
    let signer = try open("command:\(program);cert=\(Fixtures.path("certificates/chain-shuffled.pem"))")
    #expect(signer.certificates.count == 3)
    #expect(signer.certificates.first == leaf)
  }

  @Test("a bare public key is enough if there is no certificate")
  func bareKey() throws {
    let program = try folder.program("#!/bin/sh\n")
    let signer = try open("command:\(program);public=\(Fixtures.path("public-keys/spki.pem"))")
    #expect(signer.certificates.isEmpty)
    #expect(signer.publicKey.rsa?.bitCount == 2048)
  }
}
