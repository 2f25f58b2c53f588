import Encodings
import Messages
import Signing
import SigningTesting
import System
import Testing

@Suite("SignerConformance")
struct SignerConformanceTests {
  /// Opens `FakeSigner`s, with one thing wrong.
  private struct FaultyBackend: KeyBackend {
    var syntax = KeyReferenceSyntax("fake")
    var certificates: [Certificate] = []
    /// What is opened instead of what was asked for.
    var instead: SignatureAlgorithm?
    var password: String?
    var isAnyPasswordRight = false
    var keyOfEachAlgorithm = false
    var reboundInstead: SignatureAlgorithm?
    var spoil: (@Sendable ([UInt8]) -> [UInt8]) = { $0 }

    func signer(for request: KeyRequest) throws(KeyError) -> any Signer {
      let algorithm = request.algorithm
      if let password {
        guard let given = try request.secrets.secret(for: SecretRequest(purpose: .password, subject: "fake")) else {
          throw KeyError(.passwordRequired, "no password")
        }
        let isRight = given.withBytes { [UInt8](copying: $0) } == Array(password.utf8)
        if !isRight && !isAnyPasswordRight { throw KeyError(.wrongPassword, "wrong password") }
      }
      let key = PublicKey.fake(keyOfEachAlgorithm && algorithm == .rs512 ? 2 : 1)
      return SpoilingSigner(
        signer: FakeSigner(instead ?? algorithm, publicKey: key, certificates: certificates), spoil: spoil,
        reboundInstead: reboundInstead)
    }
  }

  private struct SpoilingSigner: Signer {
    let signer: FakeSigner
    let spoil: @Sendable ([UInt8]) -> [UInt8]
    /// What it is bound to again in place of what is asked for.
    var reboundInstead: SignatureAlgorithm?

    var algorithm: SignatureAlgorithm { signer.algorithm }
    var publicKey: PublicKey { signer.publicKey }
    var certificates: [Certificate] { signer.certificates }

    func rebound(
      to algorithm: SignatureAlgorithm, certificates: [Certificate]
    ) throws(KeyError) -> (any Signer)? {
      reboundInstead.map {
        SpoilingSigner(
          signer: FakeSigner($0, publicKey: publicKey, certificates: certificates), spoil: spoil)
      }
    }

    func sign(_ message: Span<UInt8>) throws(SigningError) -> Signature {
      let good = try signer.sign(message)
      return Signature(algorithm: good.algorithm, bytes: spoil(good.bytes))
    }
  }

  // The fake signatures of PSS are not random, so these are left to backends with cryptography.
  private static let pkcs1: [SignatureAlgorithm] = [.rs256, .rs384, .rs512]

  private func rules(
    _ backend: FaultyBackend, algorithms: [SignatureAlgorithm] = pkcs1, needsSecret: Bool = false
  ) async throws -> Set<ConformanceRule> {
    let suite = SignerConformance(
      of: backend, try KeyReference("fake:a", of: [KeyReferenceSyntax("fake")]), algorithms: algorithms,
      secrets: FixedSecrets("right"),
      wrongSecrets: needsSecret ? FixedSecrets("wrong") : nil
    ) { key in FakeVerifier(key) }
    // The fake opens for every algorithm.
    return Set(await suite.findings().map(\.rule)).subtracting([.refusesOtherAlgorithms])
  }

  @Test("a backend without a fault passes") func passes() async throws {
    #expect(try await rules(FaultyBackend(password: "right"), needsSecret: true) == [])
  }

  @Test("a backend that opens for too much is found") func opensForTooMuch() async throws {
    let suite = SignerConformance(
      of: FaultyBackend(), try KeyReference("fake:a", of: [KeyReferenceSyntax("fake")]), algorithms: [.rs256]
    ) { key in
      FakeVerifier(key)
    }
    #expect(await suite.findings().map(\.rule) == [ConformanceRule](repeating: .refusesOtherAlgorithms, count: 5))
  }

  @Test("a scheme that is not the reference's is found") func scheme() async throws {
    #expect(try await rules(FaultyBackend(syntax: KeyReferenceSyntax("other"))) == [.schemeIsItsOwn])
  }

  @Test("a key that does not open is found") func closed() async throws {
    #expect(try await rules(FaultyBackend(password: "other")) == [.opens])
  }

  @Test("a signer for another algorithm is found") func otherAlgorithm() async throws {
    #expect(try await rules(FaultyBackend(instead: .rs384), algorithms: [.rs256]).contains(.algorithmIsBound))
  }

  @Test("a signer that is bound again to another algorithm than the one asked for is found")
  func reboundElsewhere() async throws {
    #expect(try await rules(FaultyBackend(reboundInstead: .rs512)) == [])
    #expect(try await rules(FaultyBackend(reboundInstead: .rs384)).contains(.algorithmIsBound))
  }

  @Test("another key for another algorithm is found") func otherKey() async throws {
    #expect(try await rules(FaultyBackend(keyOfEachAlgorithm: true)) == [.keyIsTheSame])
  }

  @Test("certificates of another key or out of order are found") func certificates() async throws {
    let leaf = Certificate.fake(subject: "CN=leaf", issuer: "CN=ca")
    let issuer = Certificate.fake(of: .fake(2), subject: "CN=ca", issuer: "CN=ca")
    #expect(try await rules(FaultyBackend(certificates: [leaf, issuer])) == [])
    #expect(try await rules(FaultyBackend(certificates: [issuer, leaf])) == [.certificatesAreLeafFirst])
    #expect(try await rules(FaultyBackend(certificates: [leaf, leaf])) == [.certificatesAreLeafFirst])
  }

  @Test("bad signatures are found") func badSignatures() async throws {
    let found = try await rules(FaultyBackend(spoil: { [$0[0] ^ 1] + $0.dropFirst() }))
    #expect(found == [.signatureVerifies, .signsTheEmptyMessage, .signsALongMessage, .signsInParallel])
  }

  @Test("short signatures are found") func shortSignatures() async throws {
    #expect(try await rules(FaultyBackend(spoil: { Array($0.dropLast()) })).contains(.signatureIsAsLongAsTheModulus))
  }

  @Test("a PSS signature without a random salt is found") func salt() async throws {
    #expect(try await rules(FaultyBackend(), algorithms: [.ps256]) == [.saltIsRandom])
  }

  @Test("a backend that takes any secret is found") func anySecret() async throws {
    #expect(
      try await rules(FaultyBackend(password: "right", isAnyPasswordRight: true), needsSecret: true) == [
        .refusesAWrongSecret
      ])
  }

  @Test("a backend that needs no secret where one is said to be is found") func noSecret() async throws {
    #expect(try await rules(FaultyBackend(), needsSecret: true) == [.refusesAWrongSecret, .refusesNoSecret])
  }

  @Test("a finding says rule, algorithm and observation") func description() {
    let finding = ConformanceFinding(rule: .opens, algorithm: .rs256, observation: "no such file")
    #expect(finding.description == "opens with RS256: no such file")
  }
}
