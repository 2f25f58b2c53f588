import Messages
import OpenSSLCrypto
import Signing
import SigningTesting
import TestSupport

/// Opens a private key from bytes by way of a file, as everybody does.
enum KeyOpening {
  /// The password of the fixtures.
  private static let password = "correct horse"

  /// Throws `BrokenProperty` if a key that opens does not sign or comes with the certificate of another key, and
  /// if an error says too much or too little.
  static func check(_ input: [UInt8], with backend: some KeyBackend) throws {
    let file = try NamelessFile(holding: input)
    let path = "/proc/self/fd/\(file.descriptor)"
    // A plain path is written without its scheme.
    let text = backend is FileBackend ? path : "\(backend.scheme):\(path)"
    let reference = try KeyReference(text, of: [backend.syntax])
    let signer: any Signer
    do throws(KeyError) {
      signer = try backend.signer(for: KeyRequest(reference, algorithm: .rs256, at: 0, secrets: FixedSecrets(password)))
    } catch {
      try require(!error.message.isEmpty, "an error says what is wrong")
      try require(!"\(error.message) \(error.hint ?? "")".contains(password), "no error shows the password")
      try require(error.code != .cryptographyFailed, "no input makes OpenSSL fail unforeseen: \(error.message)")
      return
    }
    try require(signer.publicKey.allows(.rs256), "a key that opens is for the algorithm")
    let size = try require(signer.publicKey.rsa?.bitCount, "a key that opens is RSA")
    try require((2048...8192).contains(size), "a key that opens is of a size that signs")
    if let leaf = signer.certificates.first {
      try require(leaf.publicKey == signer.publicKey, "the first certificate is the key's")
    }
    let message = Array("fuzz".utf8)
    let signature = try signer.sign(message.span)
    let verifier = try RSASignatureVerifier(signer.publicKey)
    try require(
      verifier.isValid(signature.bytes.span, by: .rs256, for: message.span), "a key that opens makes good signatures")
  }
}
