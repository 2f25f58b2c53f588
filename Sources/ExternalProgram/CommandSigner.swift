import Messages
internal import Signing

/// Signs by running a program for every signature; several may run at the same time.
struct CommandSigner: Signer {
  let algorithm: SignatureAlgorithm
  let publicKey: PublicKey
  let certificates: [Certificate]
  private let program: Program
  private let request: SignatureRequest
  private let cryptography: any Cryptography
  private let verifier: any SignatureVerifier

  /// Throws what making the verifier and the digest throws, and `malformed-key-reference` for a key name that is too long.
  init(
    _ program: Program, algorithm: SignatureAlgorithm, publicKey: PublicKey, certificates: [Certificate],
    keyName: String?, _ cryptography: any Cryptography
  ) throws(KeyError) {
    self.algorithm = algorithm
    self.publicKey = publicKey
    self.certificates = certificates
    self.program = program
    self.cryptography = cryptography
    request = SignatureRequest(
      algorithm: algorithm, keyName: keyName, publicKey: publicKey, certificate: certificates.first)
    verifier = try cryptography.verifier(for: publicKey)
    let longest = request.line(digest: [UInt8](repeating: 0, count: algorithm.digest.byteCount))
    if longest.count > Program.mostInputBytes {
      throw KeyError(
        .malformedKeyReference, "the attribute key for \(naming: program.path.name) is too long",
        hint: "the request that names it takes \(Program.mostInputBytes) bytes")
    }
  }

  /// The message is digested here: what chooses the message is never what chooses the digest.
  ///
  /// What comes back leaves only when it verifies; else `bad-signature` is thrown.
  func sign(_ message: Span<UInt8>) throws(SigningError) -> Signature {
    let (output, end) = try program.run(request.line(digest: try digest(message)))
    let answer: SignatureAnswer
    switch end {
    case .exited(0): answer = try SignatureAnswer(output, of: program.path.name)
    case .exited, .killed, .unknown:
      // One that says why it failed is heard, whatever its status.
      if let refusal = try? SignatureAnswer(output, of: program.path.name), case .refusal = refusal {
        answer = refusal
      } else {
        throw SigningError(.programFailed, "\(naming: program.path.name) \(end.description)")
      }
    }
    switch answer {
    case .refusal(let reason):
      throw SigningError(.programRefused, "\(naming: program.path.name) does not sign: \(quoting: reason)")
    case .signature(let bytes):
      guard verifier.isValid(bytes.span, by: algorithm, for: message) else { throw badSignature(bytes) }
      return Signature(algorithm: algorithm, bytes: bytes)
    }
  }

  private func digest(_ message: Span<UInt8>) throws(SigningError) -> [UInt8] {
    do throws(KeyError) {
      return try cryptography.digest(message, with: algorithm.digest)
    } catch {
      throw SigningError(.signingFailed, error.message, hint: error.hint)
    }
  }

  private func badSignature(_ bytes: [UInt8]) -> SigningError {
    let due = publicKey.signatureByteCount(for: algorithm) ?? 0
    if bytes.count != due {
      return SigningError(
        .badSignature,
        "\(naming: program.path.name) gave a signature of \(bytes.count) bytes, where the key's have \(due)",
        hint: "the program signs with another key than that of the certificate, or answers with something else")
    }
    return SigningError(
      .badSignature, "\(naming: program.path.name) gave a signature that does not verify with the key's public key",
      hint:
        "\(algorithm.rawValue) signs the digest as it is, by \(algorithm.encodingSummary), with the key of the certificate"
    )
  }
}
