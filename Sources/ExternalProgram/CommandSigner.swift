import Encodings
import JSON
import Messages
internal import Signing
import System

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
    if longest.count > RunningProgram.mostInputBytes {
      throw KeyError(
        .malformedKeyReference, "the attribute key for \(naming: program.path.name) is too long",
        hint: "the request that names it takes \(RunningProgram.mostInputBytes) bytes")
    }
  }

  func rebound(
    to algorithm: SignatureAlgorithm, certificates: [Certificate]
  ) throws(KeyError) -> (any Signer)? {
    if let leaf = certificates.first, !leaf.publicKey.hasSameNumbers(as: publicKey) { return nil }
    return try CommandSigner(
      program, algorithm: algorithm, publicKey: certificates.first?.publicKey ?? publicKey, certificates: certificates,
      keyName: request.keyName, cryptography)
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
        "\(naming: program.path.name) gave a signature of \(bytes.count) bytes, but this key's have \(due)",
        hint: "the program signs with another key than that of the certificate, or answers with something else")
    }
    return SigningError(
      .badSignature, "\(naming: program.path.name) gave a signature that does not verify with the key's public key",
      hint:
        "\(algorithm.rawValue) signs the digest as it is, by \(algorithm.encodingSummary), with the key of the certificate"
    )
  }
}

/// What a program is asked to sign, as one line of JSON; it holds no secret.
struct SignatureRequest {
  let algorithm: SignatureAlgorithm
  /// The attribute `key` of the reference: words of the user, with which a program may choose among its keys.
  let keyName: String?
  let publicKey: PublicKey
  let certificate: Certificate?

  /// With the line feed. The digest is that of the message, by the algorithm's own hash function.
  func line(digest: [UInt8]) -> [UInt8] {
    var object: JSONObject = [
      "keyroll-signer": .integer(1),
      "algorithm": Self.text(algorithm.rawValue),
      "digest-algorithm": Self.text(algorithm.digest.rawValue),
      "digest": Self.base64url(digest),
      "public-key-sha256": Self.base64url(publicKey.sha256Fingerprint),
    ]
    object["x5t"] = certificate.map { Self.base64url($0.sha1Thumbprint) }
    object["x5t#S256"] = certificate.map { Self.base64url($0.sha256Thumbprint) }
    object["key"] = keyName.map(Self.text)
    return JSONWriter.bytes(object) + [UInt8(ascii: "\n")]
  }

  private static func base64url(_ bytes: [UInt8]) -> JSONValue { text(Base64.url.text(bytes)) }
  private static func text(_ text: String) -> JSONValue { .string(ExactText(text)) }
}

/// What a program answers: one line of JSON with a signature, or with the reason why there is none.
enum SignatureAnswer: Hashable {
  case signature([UInt8])
  case refusal(String)

  /// The longest reason that is shown, in characters.
  private static let mostReasonCharacters = 500

  /// Throws `malformed-answer` for anything but one object with one member, whose subject is the program `name`.
  init(_ output: [UInt8], of name: String) throws(SigningError) {
    func malformed(_ reason: String) -> SigningError {
      SigningError(
        .malformedAnswer, "\(naming: name) \(reason)",
        hint: #"an answer is one line on standard output: {"signature":"<base64url>"} or {"error":"<reason>"}"#)
    }
    if output.isEmpty { throw malformed("ended without an answer") }
    let line = output.last == UInt8(ascii: "\n") ? Array(output.dropLast()) : output
    if line.contains(UInt8(ascii: "\n")) { throw malformed("answered with more than one line") }
    let object: JSONObject
    do throws(JSONError) {
      object = try JSONReader.object(line)
    } catch {
      throw malformed("answered with something other than a JSON object: \(error.problem), at byte \(error.offset)")
    }
    guard let member = object.members.first, object.members.count == 1 else {
      throw malformed("answered with \(object.members.count) members instead of one")
    }
    guard let text = member.value.string else {
      throw malformed("answered with \(member.value.kind) as \(quoting: member.name)")
    }
    switch member.name {
    case "error": self = .refusal(String(text.text.prefix(Self.mostReasonCharacters)))
    case "signature":
      do throws(Base64Error) {
        self = .signature(try Base64.url.decode(text))
      } catch {
        throw malformed("answered with a signature that is not base64url without padding: \(error.message)")
      }
    default: throw malformed("answered with the unknown member \(quoting: member.name)")
    }
  }
}
