import Keyroll

/// What the backend needs of a vault.
protocol Vault: Sendable {
  /// The SubjectPublicKeyInfo of a key, in DER; nil if there is no key of that name.
  func publicKey(named name: String) throws -> [UInt8]?
  /// A signature over the whole message, by an algorithm of RFC 7518.
  func sign(_ message: [UInt8], by algorithm: String, withKeyNamed name: String) throws -> [UInt8]
}

/// Opens `vault:NAME`: keys that stay in a vault.
struct VaultBackend: KeyBackend {
  let vault: any Vault
  let cryptography: any Cryptography

  var syntax: KeyReferenceSyntax { KeyReferenceSyntax("vault") }

  func signer(for request: KeyRequest) throws(KeyError) -> any Signer {
    let name = request.reference.path
    let der: [UInt8]?
    do {
      der = try vault.publicKey(named: name)
    } catch {
      throw KeyError(.deviceFailed, "the vault cannot be reached: \(quoting: "\(error)")")
    }
    guard let der else { throw KeyError(.noSuchKey, "the vault has no key \(quoting: name)") }
    let publicKey = try cryptography.publicKey(subjectPublicKeyInfo: der.span)
    // Refuses an algorithm that the key is not for, before anything is signed.
    try publicKey.requireFitToSign(with: request.algorithm, at: request.reference)
    return VaultSigner(
      algorithm: request.algorithm, publicKey: publicKey, certificates: request.certificates, name: name, vault: vault,
      verifier: try cryptography.verifier(for: publicKey))
  }
}

/// One key of the vault, opened for one algorithm.
private struct VaultSigner: Signer {
  let algorithm: SignatureAlgorithm
  let publicKey: PublicKey
  let certificates: [Certificate]
  let name: String
  let vault: any Vault
  let verifier: any SignatureVerifier

  func sign(_ message: Span<UInt8>) throws(SigningError) -> Signature {
    let bytes: [UInt8]
    do {
      bytes = try vault.sign([UInt8](copying: message), by: algorithm.rawValue, withKeyNamed: name)
    } catch {
      throw SigningError(.signingFailed, "the vault does not sign: \(quoting: "\(error)")")
    }
    // The vault is not trusted to have signed with the right key.
    guard verifier.isValid(bytes.span, by: algorithm, for: message) else {
      throw SigningError(.badSignature, "the vault's signature does not verify with its key \(quoting: name)")
    }
    return Signature(algorithm: algorithm, bytes: bytes)
  }
}
