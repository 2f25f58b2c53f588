import Foundation
import Messages
import Signing
import SigningTesting
import System
import TestSupport
import Testing

@testable import OpenSSLCrypto

private typealias Encoding = PKCS12Encoding

/// Every limit on key files, at the limit and one beyond it; those of PFX parts and nesting are in
/// `PKCS12ReaderTests`.
@Suite("KeyFileLimits", .tags(.process))
struct KeyFileLimitsTests {
  @Test("A file of the largest size is read, and one with a byte more is not", arguments: ["pem", "file"])
  func byteCount(_ scheme: String) throws {
    let folder = try TemporaryFolder()
    let key = try Fixtures.bytes("pem/pkcs8.pem")
    let around = [UInt8](repeating: UInt8(ascii: "\n"), count: KeyFileLimits.byteCount - key.count)
    for (name, contents, code) in [
      ("largest", key + around, nil), ("larger", key + around + [UInt8(ascii: "\n")], KeyError.Code.fileTooLarge),
    ] {
      let path = try folder.write(contents, to: name)
      #expect(refusal(scheme == "pem" ? "pem:\(path)" : path) == code)
    }
  }

  private func refusal(_ reference: String) -> KeyError.Code? {
    do throws(KeyError) {
      let registry = KeyRegistry(FileBackend(), PEMBackend())
      _ = try registry.signer(
        for: KeyRequest(registry.reference(reference), algorithm: .rs256, at: 0, secrets: NoSecrets()))
      return nil
    } catch { return error.code }
  }

  @Test("The iterations of one derivation have an exact limit")
  func iterationsPerDerivation() {
    #expect(spending([KeyFileLimits.iterationsPerDerivation]) == nil)
    #expect(spending([KeyFileLimits.iterationsPerDerivation + 1]) == .iterationCountTooHigh)
    #expect(spending([.max]) == .iterationCountTooHigh)
  }

  @Test("The iterations of all derivations of a file have an exact limit")
  func iterationsPerFile() {
    let half = KeyFileLimits.iterationsPerFile / 2
    #expect(spending([half, half]) == nil)
    #expect(spending([half, half, 1]) == .iterationCountTooHigh)
  }

  private func spending(_ counts: [Int64]) -> KeyError.Code? {
    do throws(KeyError) {
      var budget = IterationBudget(of: "a file")
      for count in counts { try budget.spend(count) }
      return nil
    } catch { return error.code }
  }

  @Test("The bags of a PFX have an exact limit")
  func bagCount() {
    func refusal(_ count: Int) -> KeyError.Code? {
      let bags = [[UInt8]](repeating: Encoding.bag(7, Encoding.sequence()), count: count)
      return self.refusal(of: Encoding.pfx(bags: bags))
    }
    #expect(refusal(KeyFileLimits.bagCount) == nil)
    #expect(refusal(KeyFileLimits.bagCount + 1) == .malformedPFX)
  }

  @Test("The memory of scrypt has an exact limit")
  func scryptMemory() {
    // One row for the input, and the others for the table: 128 bytes each.
    let rows = KeyFileLimits.scryptByteCount / 128
    func refusal(_ cost: Int64) -> KeyError.Code? {
      let scrypt = Encoding.scrypt(cost: cost, blockSize: 1, parallelization: 1)
      return self.refusal(of: Encoding.pfx(bags: [Encoding.shroudedKeyBag(Encoding.pbes2(scrypt))]))
    }
    // It is not a power of two, so a cost within the limit is refused later, for that reason.
    #expect(refusal(rows - 1) != .iterationCountTooHigh)
    #expect(refusal(rows) == .iterationCountTooHigh)
  }

  private func refusal(of file: [UInt8]) -> KeyError.Code? {
    do throws(KeyError) {
      _ = try PFXReader(subject: "pfx:made").contents(
        of: SecretBytes(copying: file.span), secrets: FixedSecrets("correct horse"))
      return nil
    } catch { return error.code }
  }

  @Test("A chain has a limit, and the certificates above it are left out")
  func chainCount() throws {
    let folder = try TemporaryFolder()
    let most = KeyFileLimits.chainCount
    try run(
      """
      openssl ecparam -name prime256v1 -genkey -noout -out key
      openssl req -x509 -key key -subj /CN=0 -out 0.pem
      for number in $(seq \(most)); do
        openssl req -new -key key -subj /CN=$number |
          openssl x509 -req -CA $((number - 1)).pem -CAkey key -set_serial $number -out $number.pem
      done
      cat *.pem >all
      """, in: folder)
    let all = try certificates("all", in: folder)
    #expect(all.count == most + 1)
    for (number, count) in [(most - 1, most), (most, most)] {
      let leaf = try #require(all.first { $0.subject == "CN=\(number)" })
      let chain = CertificateChain.chain(from: leaf, among: all)
      #expect(chain.count == count)
      #expect(chain.last?.subject == "CN=\(number + 1 - count)")
    }
  }

  private func certificates(_ name: String, in folder: TemporaryFolder) throws -> [Certificate] {
    let bytes = try folder.bytes(name)
    return try CertificateFile.read(bytes.span)
  }

  private func run(_ script: String, in folder: TemporaryFolder) throws {
    let outcome = try Shell.run("set -e; cd '\(folder.path("."))'\n\(script)")
    #expect(outcome.status == 0, "\(outcome.error)")
  }

  @Test("A limited number of certificates with an issuer's name is tried, those that end last first")
  func issuerCandidateCount() throws {
    let folder = try TemporaryFolder()
    let most = KeyFileLimits.issuerCandidateCount
    try run(
      """
      for number in $(seq 0 \(most)); do
        openssl ecparam -name prime256v1 -genkey -noout -out key
        # The first is the issuer, and ends before the others.
        openssl req -x509 -key key -subj /CN=issuer -days $((1 + number)) -out $number.pem
        [ $number -gt 0 ] || cp key issuer-key
      done
      openssl req -new -key key -subj /CN=leaf | openssl x509 -req -CA 0.pem -CAkey issuer-key -set_serial 1 -out leaf.pem
      cat [0-9]*.pem >all
      """, in: folder)
    let leaf = try #require(try certificates("leaf.pem", in: folder).first)
    let others = try certificates("all", in: folder)
    #expect(others.count == most + 1)
    #expect(CertificateChain.chain(from: leaf, among: others).count == 1)
    let last = try #require(others.max { $0.notAfter < $1.notAfter })
    #expect(CertificateChain.chain(from: leaf, among: others.filter { $0 != last }).count == 2)
  }

  @Test("The bits of a public key have an exact limit")
  func bitCount() throws {
    let most = RSAPublicNumbers.signingBitCounts.upperBound / 8
    for (byteCount, code) in [(most, nil), (most + 1, KeyError.Code.rsaKeyTooLarge)] {
      let modulus = [0x81] + [UInt8](repeating: 1, count: byteCount - 1)
      let key = try PublicKey(rsa: RSAPublicNumbers(modulus: modulus, exponent: [1, 0, 1]))
      var found: KeyError.Code?
      do throws(KeyError) { _ = try RSASignatureVerifier(key) } catch { found = error.code }
      #expect(found == code)
    }
  }
}
