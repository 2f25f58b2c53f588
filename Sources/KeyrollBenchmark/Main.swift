import Glibc
import Keyroll

/// Prints ratios taken in one run; `scripts/benchmark.sh` starts it.
@main
struct Main {
  private static let now = NumericDate(seconds: Int64(time(nil)))
  private static let objectID: JSONString = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"

  static func main() throws {
    let arguments = CommandLine.arguments
    if arguments.count == 6, arguments[1] == "token" {
      try TokenMeasurement(
        module: arguments[2], token: arguments[3], key: arguments[4], pinFile: arguments[5]
      ).run()
      return
    }
    guard arguments.count == 7 else {
      throw BenchmarkError(
        """
        usage: KeyrollBenchmark KEY-AND-CERTIFICATE.pem KEYROLL JOSE JWK PAYLOAD TEMPLATE
               KeyrollBenchmark token MODULE TOKEN-LABEL KEY-LABEL PIN-FILE
        """)
    }
    try measureLibrary(pem: arguments[1])
    try measureProcesses(arguments)
  }

  private static func measureLibrary(pem: String) throws {
    guard let bare = BareKey(path: pem) else { throw BenchmarkError("\(pem) cannot be read") }
    let registry = KeyRegistry(PEMBackend())
    let signer = try registry.signer(for: try registry.reference("pem:\(pem)"), algorithm: .rs256, secrets: NoSecrets())
    let profile = try Profile.graphProof(objectID: objectID)
    let verifier = try RSASignatureVerifier(signer.publicKey)
    let assembler = try TokenAssembler(profile: profile, signer: signer, verifier: verifier)
    let tokenVerifier = TokenVerifier(
      profile: profile, keys: [TrustedKey(verifier, certificate: signer.certificates.first)])

    let request = DraftRequest(time: now)
    let token = try assembler.assemble(try profile.draft(request, for: signer), at: now).bytes
    guard let end = token.lastIndex(of: UInt8(ascii: ".")) else { throw BenchmarkError("no token") }
    let message = Array(token[..<end])
    let signatureByteCount = bare.sign(message)

    try report(
      Contest(name: "signed, checked and re-verified token / EVP_DigestSign + EVP_DigestVerify", goal: 0.95) {
        _ = try assembler.assemble(try profile.draft(request, for: signer), at: now)
      } bare: {
        guard bare.verify(message, signatureByteCount: bare.sign(message)) else {
          throw BenchmarkError("bad signature")
        }
      })
    try report(
      Contest(name: "token verified with the whole profile / EVP_DigestVerify", goal: 0.80) {
        guard tokenVerifier.verify(token.span, at: now).isAccepted else { throw BenchmarkError("rejected") }
      } bare: {
        guard bare.verify(message, signatureByteCount: signatureByteCount) else {
          throw BenchmarkError("bad signature")
        }
      })
  }

  static func report(_ contest: Contest) throws {
    print("\(rounded(try contest.ratio()))  (goal ≥ \(contest.goal))  \(contest.name)")
  }

  private static func measureProcesses(_ arguments: [String]) throws {
    let ours = OneShot(
      path: arguments[2], arguments: ["sign", "proof", "--key", arguments[1], "--object-id", objectID.text])
    let theirs = OneShot(
      path: arguments[3],
      arguments: ["jws", "sig", "-I", arguments[5], "-k", arguments[4], "-s", arguments[6], "-c", "-o", "/dev/null"])
    var ratios: [Double] = []
    var peakKiB = 0
    for _ in 0..<200 {
      let run = try ours.run()
      peakKiB = max(peakKiB, run.peakKiB)
      ratios.append(run.seconds / (try theirs.run()).seconds)
    }
    print(
      "\(rounded(ratios.sorted()[ratios.count / 2]))  (goal ≤ 1.5)  one-shot keyroll sign proof / jose jws sig, whole processes"
    )
    print("\(rounded(Double(peakKiB) / 1024)) MB  (goal < 25)  peak memory of one keyroll sign proof")
  }

  private static func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
}
