import Foundation
import Messages
import OpenSSLCrypto
import PKCS11
import Signing
import SigningTesting
import TestSupport
import Testing

extension TokenTests {
  @Suite(.tags(.hsm, .slow), .enabled(if: TokenKeys.isAvailable, TokenKeys.absence))
  struct PKCS11BackendTests {
    private let keys: TokenKeys

    init() throws { keys = try TokenKeys() }

    @Test(
      "keys made by OpenSC, by GnuTLS and written from a file pass the conformance suite",
      arguments: [
        "object=rsa-2048", "object=opensc-2048", "object=gnutls-3072", "id=%06",
      ])
    func conformance(selection: String) async throws {
      let reference = try KeyReference(keys.uri("token=keyroll;\(selection)"), of: [PKCS11URI.syntax])
      let findings = await SignerConformance(
        of: keys.backend, reference, secrets: FixedSecrets(ThrowawayToken.pin), wrongSecrets: FixedSecrets("00000000"),
        verifier: TokenKeys.verifier
      ).findings()
      #expect(findings.isEmpty, "\(findings)")
    }

    @Test(
      "the certificate with the id of the key comes with it, or otherwise one with the same public key",
      arguments: [
        ("object=rsa-2048", 1), ("object=certificate-elsewhere", 1), ("object=no-certificate", 0),
        ("object=opensc-2048", 1),
      ])
    func certificates(selection: String, count: Int) throws {
      let signer = try keys.open(keys.uri("token=keyroll;\(selection)"))
      #expect(signer.certificates.count == count)
      #expect(signer.certificates.allSatisfy { $0.publicKey == signer.publicKey })
    }

    @Test("a certificate from a file replaces the one on the token")
    func certificateFile() throws {
      let leaf = Fixtures.path("certificates/leaf.pem")
      let other = Fixtures.path("certificates/ec-p256.pem")
      let uri = keys.uri("token=keyroll;object=wrong-certificate")
      let refusal = keys.refusal(uri)
      #expect(refusal?.code == .certificateMismatch, "\(String(describing: refusal))")
      let shared = keys.uri("token=keyroll;object=mismatch")
      #expect(try keys.open("\(shared)&certificate=\(leaf)").certificates.count == 1)
      #expect(keys.refusal("\(shared)&certificate=\(other)")?.code == .certificateMismatch)
      #expect(keys.refusal("\(shared)&certificate=none.pem")?.code == .fileUnreadable)
    }

    @Test("every listed key can be opened, and the certificates of a key's reference are read without a login")
    func listing() throws {
      let lister: any KeyLister & CertificateFinder = keys.backend
      let reference = try KeyReference(keys.uri("token=keyroll;object=rsa-2048"), of: [PKCS11URI.syntax])
      let certificates = try lister.certificates(at: reference)
      let listing = try lister.listing(of: reference, loggingInWith: FixedSecrets(ThrowawayToken.pin))
      #expect(listing.failures.isEmpty)
      #expect(Set(listing.entries.map(\.kind)) == [.privateKey, .publicKey, .certificate])
      #expect(listing.entries.compactMap(\.certificate) == certificates)
      let key = try #require(listing.entries.first { $0.kind == .privateKey })
      #expect(try keys.open(key.reference).certificates == certificates)
    }

    @Test("an id that is shared with the certificate of another key does not mislead: the modulus decides")
    func sharedID() throws {
      let signer = try keys.open(keys.uri("token=keyroll;object=mismatch"))
      #expect(signer.certificates.map(\.publicKey) == [signer.publicKey])
    }

    @Test("the name of a certificate leads to its key, by id or by modulus")
    func certificateName() throws {
      let signer = try keys.open(keys.uri("token=keyroll;object=certificate-only"))
      #expect(signer.certificates.map(\.publicKey) == [signer.publicKey])
      #expect(try TokenKeys.isGood(signer))
    }

    @Test("the public side of a key without numbers is found", arguments: ["0x120", "0x122", "0x120 0x122"])
    func hiddenNumbers(attributes: String) throws {
      try keys.fault.plan(attributes.split(separator: " ").map { "hide-attribute private \($0)" })
      for object in ["rsa-2048", "opensc-2048"] {
        let signer = try keys.open(keys.uri("token=keyroll;object=\(object)"))
        #expect(signer.certificates.count == 1)
        #expect(try TokenKeys.isGood(signer))
      }
    }

    @Test(
      "a key that cannot sign here is refused for the reason",
      arguments: [
        ("object=ec-p256", KeyError.Code.keyNotRSA), ("object=rsa-1024", .rsaKeyTooSmall),
        ("object=decrypt-only", .keyRestricted),
        ("object=pss-only", .keyRestricted), ("object=none", .noSuchKey),
        ("object=public-only", .noSuchKey), ("object=twins", .severalKeys),
        ("object=rsa-2048;type=cert", .malformedKeyReference),
      ])
    func refused(selection: String, code: KeyError.Code) throws {
      #expect(keys.refusal(keys.uri("token=keyroll;\(selection)"))?.code == code)
    }

    @Test("a key that is restricted names the algorithms that it allows")
    func restricted() throws {
      let uri = keys.uri("token=keyroll;object=pss-only")
      #expect(keys.refusal(uri)?.hint == "use PS256 or PS384 or PS512")
      #expect(try keys.open(uri, .ps256).algorithm == .ps256)
    }

    @Test("the error about several keys, no key, several tokens or no token lists references that can be opened")
    func lists() throws {
      for (selection, code) in [
        ("token=keyroll;object=twins", KeyError.Code.severalKeys), ("token=keyroll;object=none", .noSuchKey),
        ("object=rsa-2048", .severalTokens), ("token=none;object=rsa-2048", .noSuchToken),
      ] {
        let refusal = try #require(keys.refusal(keys.uri(selection)))
        #expect(refusal.code == code)
        let listed = refusal.message.split(separator: " ").filter { $0.hasPrefix("pkcs11:") }.dropFirst()
          .map { String($0.prefix { $0 != "," }).trimmingCharacters(in: [":"]) }
        #expect(listed.count > 1, "\(refusal.message)")
        for text in listed { #expect(throws: Never.self) { _ = try PKCS11URI(text) } }
      }
      let twins = try #require(keys.refusal(keys.uri("token=keyroll;object=twins"))).message
      let copied = try #require(twins.split(separator: " ").last { $0.hasPrefix("pkcs11:") })
      #expect(try keys.open(String(copied)).algorithm == .rs256)
    }

    @Test("two tokens with the same name and serial number are told apart by slot-id in their references")
    func twins() throws {
      try keys.fault.plan(["twins"])
      let refusal = try #require(keys.refusal(keys.uri("token=twin;object=rsa-2048")))
      #expect(refusal.code == .severalTokens)
      let listed = refusal.message.split(whereSeparator: { " ,".contains($0) }).filter { $0.contains("slot-id=") }
      #expect(
        listed.count == 3 && listed.allSatisfy { $0.contains("pkcs11:token=twin;serial=0001;slot-id=") }, "\(refusal)")
      // Only one of the three has this key, and it is found there.
      #expect(try TokenKeys.isGood(try keys.open(keys.uri("token=twin;object=no-login"))))
      let opened = listed.filter { token in
        let uri = token.replacing("?", with: ";object=rsa-2048?")
        return (try? keys.open(String(uri))) != nil
      }
      #expect(opened.count == 2, "\(opened)")
    }

    @Test("a module alone does not choose a key")
    func emptySelector() throws {
      #expect(keys.refusal(keys.uri(""))?.code == .malformedKeyReference)
    }

    @Test("a key that wants its PIN for every use gets it without a second question")
    func alwaysAuthenticate() throws {
      let secrets = FixedSecrets(ThrowawayToken.pin)
      let signer = try keys.open(keys.uri("token=keyroll;object=always-authenticate"), secrets: secrets)
      for message in ["first", "second"] {
        let isGood = try TokenKeys.isGood(signer, message)
        #expect(isGood)
      }
      #expect(secrets.requests.count == 1)
    }

    @Test("the question for the PIN names the token, its serial number and the key")
    func request() throws {
      let secrets = FixedSecrets(ThrowawayToken.pin)
      let uri = keys.uri("token=keyroll;object=rsa-2048")
      _ = try keys.open(uri, secrets: secrets)
      let request = try #require(secrets.requests.first)
      let serial = try #require(try SharedToken.softHSM().objects().first?.split(separator: "serial=").last?.prefix(16))
      #expect(request.purpose == .pin(token: "keyroll", serial: String(serial)))
      #expect(try PKCS11URI(request.subject) == PKCS11URI(uri))
    }

    @Test("pin-source names the file of the PIN, and one that cannot be read or is empty is an error")
    func pinSource() throws {
      let folder = try TemporaryFolder()
      try folder.write(Array("\(ThrowawayToken.pin)\n".utf8), to: "pin")
      try folder.write(Array("\n".utf8), to: "empty")
      func uri(_ file: String) -> String {
        keys.uri("token=keyroll;object=rsa-2048", query: "&pin-source=file:\(folder.path(file))")
      }
      let secrets = FixedSecrets(nil)
      #expect(try keys.open(uri("pin"), secrets: secrets).algorithm == .rs256)
      #expect(keys.refusal(uri("empty"), secrets: secrets)?.code == .secretUnavailable)
      #expect(keys.refusal(uri("missing"), secrets: secrets)?.code == .secretUnavailable)
      #expect(secrets.requests.isEmpty)
      let direct = keys.uri("token=keyroll;object=rsa-2048")
      #expect(keys.refusal(direct, secrets: FixedSecrets(""))?.code == .secretUnavailable)
      #expect(keys.refusal(direct, secrets: FixedSecrets(nil))?.code == .pinRequired)
    }

    @Test("a module that is missing, relative, open to others or not a module is refused before it runs")
    func modules() throws {
      let folder = try TemporaryFolder()
      try folder.write(Array("text".utf8), to: "text.so")
      try folder.write(Array("text".utf8), to: "open.so")
      #expect(unsafe chmod(folder.path("open.so"), 0o666) == 0)
      let selection = "token=keyroll;object=rsa-2048"
      for (path, code) in [
        (folder.path("missing.so"), KeyError.Code.moduleUnavailable), (folder.path("text.so"), .moduleUnavailable),
        (folder.path("open.so"), .moduleUnavailable), ("/usr/bin/true", .moduleUnavailable),
        ("text.so", .malformedKeyReference),
      ] {
        let refusal = try #require(keys.refusal("pkcs11:\(selection)?module-path=\(path)"))
        #expect(refusal.code == code)
        #expect(!refusal.message.contains("\n"))
      }
    }

    @Test("module-name beside module-path must be the name of that file")
    func moduleName() throws {
      let selection = "token=keyroll;object=rsa-2048"
      #expect(try keys.open(keys.uri(selection, query: "&module-name=fault")).algorithm == .rs256)
      #expect(keys.refusal(keys.uri(selection, query: "&module-name=other"))?.code == .moduleUnavailable)
    }

    @Test("signers fail with the function and the return value when the backend is closed")
    func close() throws {
      let signer = try keys.open(keys.uri("token=keyroll;object=rsa-2048"))
      keys.backend.close()
      let error = TokenKeys.failure(signer)
      #expect(error?.message.contains(": CKR_CRYPTOKI_NOT_INITIALIZED, ") ?? false)
    }
  }
}
