import Encodings
import Messages
import Signing

/// Hands out a signature that exists already, so that it goes the one way on which every token is verified.
struct SignatureMadeElsewhere: Signer {
  let request: SigningRequest
  let bytes: [UInt8]
  let publicKey: PublicKey

  var algorithm: SignatureAlgorithm { request.algorithm }
  var certificates: [Certificate] { request.certificates }

  /// Throws `signing-failed` for any message but the one that was signed.
  func sign(_ message: Span<UInt8>) throws(SigningError) -> Signature {
    guard [UInt8](copying: message) == request.signingInput else {
      throw SigningError(.signingFailed, "the signature was made for another signing input")
    }
    return Signature(algorithm: algorithm, bytes: bytes)
  }
}
