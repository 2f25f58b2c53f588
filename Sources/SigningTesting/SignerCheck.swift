internal import Signing

/// Tries one signer that a backend opened.
struct SignerCheck: Sendable {
  private let signer: any Signer
  private let algorithm: SignatureAlgorithm
  private let makeVerifier: SignerConformance.VerifierFactory

  /// `algorithm` is the requested one.
  init(
    _ signer: any Signer, _ algorithm: SignatureAlgorithm, _ makeVerifier: @escaping SignerConformance.VerifierFactory
  ) {
    self.signer = signer
    self.algorithm = algorithm
    self.makeVerifier = makeVerifier
  }

  /// Everything except parallel use.
  func findings() -> [ConformanceFinding] {
    var findings: [ConformanceFinding] = []
    if signer.algorithm != algorithm {
      findings.append(finding(.algorithmIsBound, "the signer is for \(signer.algorithm.rawValue)"))
    }
    if let disorder = disorder(of: signer.certificates) {
      findings.append(finding(.certificatesAreLeafFirst, disorder))
    }
    findings += messageFindings(.signatureVerifies, Array("a message".utf8))
    findings += messageFindings(.signsTheEmptyMessage, [])
    findings += messageFindings(.signsALongMessage, [UInt8](repeating: 0x6D, count: 1 << 20))
    return findings
  }

  /// Signs with the one signer from several threads at the same time.
  func parallelFindings() async -> [ConformanceFinding] {
    await withTaskGroup(of: [ConformanceFinding].self) { group in
      for number in 0..<8 as Range<UInt8> {
        group.addTask {
          (0..<4 as Range<UInt8>).flatMap { round in messageFindings(.signsInParallel, [number, round]) }
        }
      }
      return await group.reduce(into: []) { $0 += $1 }
    }
  }

  private func messageFindings(_ rule: ConformanceRule, _ message: [UInt8]) -> [ConformanceFinding] {
    do {
      let signature = try signer.sign(message.span)
      let again = try signer.sign(message.span)
      let verifier = try makeVerifier(signer.publicKey)
      var findings: [ConformanceFinding] = []
      if signature.algorithm != algorithm {
        findings.append(finding(.algorithmIsBound, "a signature is \(signature.algorithm.rawValue)"))
      }
      if let due = signer.publicKey.signatureByteCount(for: algorithm), signature.bytes.count != due {
        findings.append(
          finding(
            .signatureIsAsLongAsTheModulus, "\(signature.bytes.count) bytes for a modulus of \(due)"))
      }
      if (signature.bytes == again.bytes) != algorithm.isDeterministic {
        findings.append(
          finding(
            .saltIsRandom, "two signatures of one message \(signature.bytes == again.bytes ? "are equal" : "differ")"))
      }
      for bytes in [signature.bytes, again.bytes] where !verifier.isValid(bytes.span, by: algorithm, for: message.span)
      {
        findings.append(finding(rule, "a signature of \(message.count) bytes does not verify"))
      }
      let otherMessage = message + [0]
      if verifier.isValid(signature.bytes.span, by: algorithm, for: otherMessage.span) {
        findings.append(finding(rule, "a signature verifies for another message"))
      }
      for other in SignatureAlgorithm.allCases
      where other != algorithm && verifier.isValid(signature.bytes.span, by: other, for: message.span) {
        findings.append(finding(rule, "a signature verifies as \(other.rawValue)"))
      }
      return findings
    } catch {
      return [finding(rule, "\(error)")]
    }
  }

  private func disorder(of certificates: [Certificate]) -> String? {
    guard let leaf = certificates.first else { return nil }
    if leaf.publicKey != signer.publicKey { return "the first certificate has another key" }
    let isOrdered = zip(certificates, certificates.dropFirst()).allSatisfy { $0.issuerDER == $1.subjectDER }
    return isOrdered ? nil : "a certificate is followed by one that is not its issuer"
  }

  private func finding(_ rule: ConformanceRule, _ observation: String) -> ConformanceFinding {
    ConformanceFinding(rule: rule, algorithm: algorithm, observation: observation)
  }
}
