public import Messages
public import Signing

/// Runs one key of a backend through everything that callers rely on; needs no test framework.
///
/// ```swift
/// let findings = await SignerConformance(of: MyBackend(), reference, secrets: secrets) { key in try MyVerifier(key) }.findings()
/// assert(findings.isEmpty)
/// ```
public struct SignerConformance: Sendable {
  /// Makes a verifier that does not share code with the backend's signers.
  public typealias VerifierFactory = @Sendable (PublicKey) throws(KeyError) -> any SignatureVerifier

  let backend: any KeyBackend
  let reference: KeyReference
  let algorithms: [SignatureAlgorithm]
  let time: Int64
  let secrets: any SecretProvider
  let wrongSecrets: (any SecretProvider)?
  let verifier: VerifierFactory

  /// `algorithms` are all that the key must open for; `wrongSecrets` is nil for a key that needs no secret. `time`, in seconds
  /// since 1970, chooses among several certificates over the key.
  public init(
    of backend: any KeyBackend, _ reference: KeyReference,
    algorithms: [SignatureAlgorithm] = SignatureAlgorithm.all(for: .rsa), at time: Int64 = 0,
    secrets: any SecretProvider = NoSecrets(), wrongSecrets: (any SecretProvider)? = nil,
    verifier: @escaping VerifierFactory
  ) {
    self.backend = backend
    self.reference = reference
    self.algorithms = algorithms
    self.time = time
    self.secrets = secrets
    self.wrongSecrets = wrongSecrets
    self.verifier = verifier
  }

  /// What the backend does wrong; empty when it passes. Takes some dozens of signatures.
  public func findings() async -> [ConformanceFinding] {
    var findings: [ConformanceFinding] = []
    if !backend.scheme.utf8.elementsEqual(reference.scheme.utf8) {
      findings.append(finding(.schemeIsItsOwn, nil, "\(backend.scheme) is asked to open \(reference.scheme)"))
    }
    var keys: Set<PublicKey> = []
    for algorithm in algorithms {
      do {
        let signer = try open(algorithm, secrets)
        keys.insert(signer.publicKey)
        findings += SignerCheck(signer, algorithm, verifier).findings()
        findings += await SignerCheck(signer, algorithm, verifier).parallelFindings()
      } catch {
        findings.append(finding(.opens, algorithm, "\(error)"))
      }
    }
    findings += reboundFindings()
    if keys.count > 1 { findings.append(finding(.keyIsTheSame, nil, "\(keys.count) public keys")) }
    return findings + otherAlgorithmFindings() + secretFindings()
  }

  /// A signer that is bound again is as one that was opened; one that cannot be is none.
  private func reboundFindings() -> [ConformanceFinding] {
    guard let first = algorithms.first, let last = algorithms.last, first != last,
      let opened = try? open(first, secrets)
    else { return [] }
    do {
      guard let signer = try opened.rebound(to: last, certificates: opened.certificates) else { return [] }
      var findings = SignerCheck(signer, last, verifier).findings()
      if signer.publicKey != opened.publicKey {
        findings.append(finding(.keyIsTheSame, last, "another when bound again"))
      }
      return findings
    } catch {
      return [finding(.opens, last, "it cannot be bound again: \(error)")]
    }
  }

  private func otherAlgorithmFindings() -> [ConformanceFinding] {
    SignatureAlgorithm.allCases.filter { !algorithms.contains($0) && (try? open($0, secrets)) != nil }
      .map { finding(.refusesOtherAlgorithms, $0, "it opens") }
  }

  private func secretFindings() -> [ConformanceFinding] {
    guard let algorithm = algorithms.first, let wrongSecrets else { return [] }
    return [
      refusal(.refusesAWrongSecret, algorithm, wrongSecrets, due: [.wrongPassword, .wrongPIN]),
      refusal(.refusesNoSecret, algorithm, NoSecrets(), due: [.passwordRequired, .pinRequired]),
    ].compactMap { $0 }
  }

  private func refusal(
    _ rule: ConformanceRule, _ algorithm: SignatureAlgorithm, _ secrets: any SecretProvider,
    due codes: Set<KeyError.Code>
  ) -> ConformanceFinding? {
    do {
      _ = try open(algorithm, secrets)
      return finding(rule, algorithm, "it opens")
    } catch {
      let expected = codes.map(\.rawValue).sorted().joined(separator: " or ")
      return codes.contains { $0.rawValue == error.id }
        ? nil : finding(rule, algorithm, "\(error) instead of \(expected)")
    }
  }

  private func open(_ algorithm: SignatureAlgorithm, _ secrets: any SecretProvider) throws(KeyError) -> any Signer {
    try backend.signer(for: KeyRequest(reference, algorithm: algorithm, at: time, secrets: secrets))
  }

  private func finding(
    _ rule: ConformanceRule, _ algorithm: SignatureAlgorithm?, _ observation: String
  ) -> ConformanceFinding {
    ConformanceFinding(rule: rule, algorithm: algorithm, observation: observation)
  }
}

/// What every backend must do, by names that a report can show.
@nonexhaustive
public enum ConformanceRule: String, Sendable, Hashable, CaseIterable {
  /// The backend opens references of its own scheme.
  case schemeIsItsOwn = "scheme-is-its-own"
  /// The key opens for each of its algorithms.
  case opens
  /// The key does not open for any other algorithm.
  case refusesOtherAlgorithms = "refuses-other-algorithms"
  /// The signer and its signatures have the algorithm asked for.
  case algorithmIsBound = "algorithm-is-bound"
  /// The public key is the same whatever the algorithm.
  case keyIsTheSame = "key-is-the-same"
  /// The first certificate carries the signer's key, and each other one issued the one before it.
  case certificatesAreLeafFirst = "certificates-are-leaf-first"
  /// A signature is as long as the modulus.
  case signatureIsAsLongAsTheModulus = "signature-is-as-long-as-the-modulus"
  /// A signature verifies under its algorithm, for its message, and in no other way.
  case signatureVerifies = "signature-verifies"
  /// An empty message is signed like any other.
  case signsTheEmptyMessage = "signs-the-empty-message"
  /// A message of 1 MiB is signed like any other.
  case signsALongMessage = "signs-a-long-message"
  /// PKCS#1 v1.5 gives the same signature again, and PSS another, because its salt is random.
  case saltIsRandom = "salt-is-random"
  /// Signatures made at the same time with one signer are all good.
  case signsInParallel = "signs-in-parallel"
  /// A wrong secret does not open the key, and is called wrong.
  case refusesAWrongSecret = "refuses-a-wrong-secret"
  /// The key does not open when there is no secret to be had, and the error says so.
  case refusesNoSecret = "refuses-no-secret"
}

/// One rule that a backend broke.
public struct ConformanceFinding: Sendable, Hashable, CustomStringConvertible {
  /// The rule that was broken.
  public let rule: ConformanceRule
  /// The algorithm the key was opened for, where the rule is about one.
  public let algorithm: SignatureAlgorithm?
  /// What was seen instead.
  public let observation: String

  public init(rule: ConformanceRule, algorithm: SignatureAlgorithm?, observation: String) {
    self.rule = rule
    self.algorithm = algorithm
    self.observation = observation
  }

  public var description: String {
    "\(rule.rawValue)\(algorithm.map { " with \($0.rawValue)" } ?? ""): \(observation)"
  }
}
