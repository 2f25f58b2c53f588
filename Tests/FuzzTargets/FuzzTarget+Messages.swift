import Entra
import Messages
import Tokens
import OpenSSLCrypto
import PKCS11
import QRCodes
import Signing
import SigningTesting
import TestSupport

extension FuzzTarget {
  /// A mark of eight characters, planted inside the body of a key, a password or a token.
  private static let canary = Array("qZ7kXw9P".utf8)

  static let messages = FuzzTarget(
    "messages", "what errors say of keys, certificates, tokens and references that cannot be read",
    seeds: {
      let files = try Seeds.fixtures("pem") + Seeds.fixtures("keys") + Seeds.fixtures("public-keys")
      return try (files + Seeds.tokens()).flatMap(planted) + references
    }
  ) { input in
    let file = try NamelessFile(holding: input)
    let path = "/proc/self/fd/\(file.descriptor)"
    for backend in [PEMBackend(), PFXBackend(), FileBackend()] as [any KeyBackend] {
      try requireSilence {
        let scheme = backend.scheme == KeyReference.plainPathScheme ? "" : "\(backend.scheme):"
        let reference = try KeyReference("\(scheme)\(path)", of: [backend.syntax])
        let secrets = FixedSecrets("correct horse")
        _ = try backend.signer(for: KeyRequest(reference, algorithm: .rs256, at: 0, secrets: secrets))
      }
    }
    try requireSilence { _ = try CertificateFile.read(input.span) }
    try requireSilence { _ = try PublicKeyFile.read(input.span) }
    try requireSilence { _ = try JSONWebKey.keys(input.span) }
    try requireSilence { _ = try SignatureText.read(input.span, expecting: 256) }
    try requireSilence { _ = try UnverifiedToken(input.span) }
    try requireSilence { _ = try QRCodePart.join(input.span, cryptography: OpenSSLCryptography()) }
    // For JSON that they can read, these show names and values through the printer; for anything else, nothing.
    if input.first != UInt8(ascii: "{"), input.first != UInt8(ascii: "[") {
      try requireSilence { _ = try SigningRequest(input.span, cryptography: OpenSSLCryptography()) }
      try requireSilence { _ = try ProfileDocument(input.span) }
      try requireSilence { _ = try KeyCredentials(input.span, cryptography: OpenSSLCryptography()) }
      try requireSilence { _ = try ServiceResponse(input.span) }
    }
    guard let text = String(validating: input, as: UTF8.self) else { return }
    let syntaxes = [PEMBackend.syntax, PFXBackend.syntax, PKCS11URI.syntax]
    try requireSilence { _ = try KeyReference(text, of: syntaxes) }
    try requireSilence { _ = try PKCS11URI(text) }
    // A name that is a token or a key by mistake; any other name may be shown.
    if text.utf8.starts(with: "-----BEGIN ".utf8) || text.utf8.starts(with: "eyJhbGciOiJSUzI1NiJ9.".utf8) {
      try require(!holdsCanary(ForeignText(naming: text).description), "a name shows no token and no key")
    }
  }

  /// The places of values in references: after names that are known, unknown or secret.
  private static var references: [[UInt8]] {
    [
      "pem:a;password=", "pem:a;id=00;colour=", "pfx:a;PIN=", "pkcs11:token=a?pin-value=", "pkcs11:token=a;colour=",
      "pem:a;",
    ]
    .map { Array($0.utf8) + canary }
  }

  /// The input with the mark over some of its bytes: in the middle, near the beginning, and with its line breaks lost.
  private static func planted(_ input: [UInt8]) -> [[UInt8]] {
    guard input.count > 200 else { return [] }
    return [input.count / 2, 60].flatMap { place -> [[UInt8]] in
      let marked = input[..<place] + canary + input[(place + canary.count)...]
      return [Array(marked), marked.map { $0 == UInt8(ascii: "\n") ? UInt8(ascii: " ") : $0 }]
    }
  }

  /// Throws `BrokenProperty` if an error that the body throws repeats the mark.
  private static func requireSilence(_ body: () throws -> Void) throws {
    do { try body() } catch let error as any DiagnosticError {
      try require(
        !holdsCanary("\(error.message) \(error.hint ?? "")"), "an error repeats nothing of what it cannot read")
    }
  }

  private static func holdsCanary(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return bytes.indices.contains { bytes[$0...].starts(with: canary) }
  }
}
