import OpenSSLCrypto
import PKCS11
import Signing
import SigningTesting
import TestSupport
import Testing

extension TokenTests {
  /// The number of calls: each may take a tenth of a second on a device behind a network.
  @Suite("Calls", .tags(.hsm), .enabled(if: TokenKeys.isAvailable, TokenKeys.absence))
  struct CallCountTests {
    private static let selection = "token=keyroll;object=rsa-2048"

    @Test("a signature costs at most 40 calls on a token and 4 for each further slot, and one C_Sign")
    func signature() throws {
      let keys = try TokenKeys()
      #expect(try TokenKeys.isGood(try keys.open(keys.uri(Self.selection))))
      keys.backend.close()
      let calls = try keys.fault.calls()
      // Four slots: three tokens, and the empty one that SoftHSM always has.
      #expect(calls.count <= 40 + 3 * 4, "\(Dictionary(grouping: calls, by: \.function).mapValues(\.count))")
      #expect(calls.count { $0.function == "C_Sign" } == 1)
      #expect(!calls.contains { $0.function == "C_GetMechanismInfo" })
    }

    @Test("a module that fails whole calls for one attribute is read attribute by attribute")
    func wholeCalls() throws {
      let keys = try TokenKeys(plan: ["whole-calls", "hide-attribute private 0x129"])
      let signer = try keys.open(keys.uri(Self.selection))
      #expect(try TokenKeys.isGood(signer))
      #expect(signer.certificates.count == 1)
    }

    @Test(
      "2,000 other certificates cost nothing if the id, the modulus or the name leads to the right one",
      arguments: ["rsa-2048", "certificate-elsewhere", "mismatch", "opensc-2048"])
    func otherCertificates(object: String) throws {
      func count(_ plan: [String]) throws -> Int {
        let keys = try TokenKeys(plan: plan)
        let signer = try keys.open(keys.uri("token=keyroll;object=\(object)"))
        #expect(signer.certificates.count == 1)
        return try keys.fault.calls().count
      }
      #expect(try count(["more-certificates 2000"]) == count([]))
    }

    @Test("if nothing leads to a certificate, 64 are read, and the others are reported")
    func noCertificate() throws {
      let keys = try TokenKeys(plan: ["more-certificates 2000"])
      let signer = try keys.open(keys.uri("token=keyroll;object=no-certificate"))
      #expect(signer.certificates.isEmpty)
      #expect(signer.notes.contains { $0.contains("on the token were not looked at") }, "\(signer.notes)")
      #expect(try keys.fault.calls().count < 200)
    }

    @Test("certificates belong to the request: one backend and one login serve three keys with a certificate each")
    func certificatesOfRequests() throws {
      let keys = try TokenKeys()
      let cryptography = OpenSSLCryptography()
      let registry = KeyRegistry(keys.backend)
      // A certificate other than the one beside the key, one that is beside another object, and one from the
      // token itself.
      let made = try registry.reference(keys.uri("token=keyroll;object=opensc-2048;type=cert"))
      let given = [
        ("rsa-2048", try cryptography.certificates(inFile: Fixtures.path("certificates/renewed.pem"))),
        ("private-only", try cryptography.certificates(inFile: Fixtures.path("certificates/other.pem"))),
        ("opensc-2048", try keys.backend.certificates(at: made)),
      ]
      let signers = try given.map { object, certificates in
        let reference = try registry.reference(keys.uri("token=keyroll;object=\(object)"))
        return try registry.signer(
          for: KeyRequest(
            reference, algorithm: .ps256, certificates: certificates, at: 0, secrets: FixedSecrets(ThrowawayToken.pin)))
      }
      #expect(Set(signers.map(\.publicKey)).count == 3)
      for (signer, (object, certificates)) in zip(signers, given) {
        #expect(signer.certificates == certificates, "\(object)")
        #expect(try TokenKeys.isGood(signer), "\(object)")
      }
      #expect(try keys.fault.calls(of: "C_Login").count == 1)
      #expect(try keys.fault.calls(of: "C_Initialize").count == 1)
    }

    @Test("certificates in references belong to the request too: one login serves two keys with a file each")
    func certificatesOfReferences() throws {
      let keys = try TokenKeys()
      for (object, file) in [("rsa-2048", "renewed.pem"), ("private-only", "other.pem")] {
        let path = Fixtures.path("certificates/\(file)")
        let signer = try keys.open(keys.uri("token=keyroll;object=\(object)", query: "&certificate=\(path)"))
        #expect(signer.certificates == (try OpenSSLCryptography().certificates(inFile: path)))
        #expect(try TokenKeys.isGood(signer), "\(object)")
      }
      #expect(try keys.fault.calls(of: "C_Login").count == 1)
    }

    @Test("one backend signs for 200 objects with one login")
    func manyKeys() throws {
      let keys = try TokenKeys()
      let leaf = try OpenSSLCryptography().certificates(inFile: Fixtures.path("certificates/leaf.pem"))
      for number in 0..<200 {
        let registry = KeyRegistry(keys.backend)
        var request = KeyRequest(
          try registry.reference(keys.uri(Self.selection)), algorithm: .ps256, at: 0,
          secrets: FixedSecrets(ThrowawayToken.pin))
        request.certificates = leaf
        #expect(try TokenKeys.isGood(try registry.signer(for: request), "object \(number)"))
      }
      #expect(try keys.fault.pinTryCount() == 1)
      #expect(try keys.fault.calls(of: "C_Sign").count == 200)
    }
  }
}
