import Messages
import PKCS11
public import Signing
package import System
public import Tokens

/// A new key, with its certificate or the request for one.
public struct CreatedKey: Sendable {
  /// Where the key is, and what a person should know about it.
  public let finished: FinishedKey
  /// The public part of the key.
  public let publicKey: PublicKey
  /// The certificate, or the request for one.
  public let product: CertificateSigningRequest.Product
}

extension CertificatePlan {
  /// Makes the key, has it sign its certificate or request, writes that into its file if it has one, and puts the key
  /// in its place.
  ///
  /// After an error nothing is left, or the error says what is: a key that could not be removed again is worse than no
  /// key. Throws what the maker, the issuer and the file throw, and `key-not-discarded`.
  package func key(
    _ description: KeyDescription, by maker: any KeyMaker, writing file: OutputFile?, with toolkit: Toolkit
  ) throws(KeyMakingError) -> CreatedKey {
    // Not checked before: without a login, a token hides the private key with which a run could go on.
    let key = try maker.make(description)
    var isWritten = false
    var held: SignalMask?
    defer { held?.restore() }
    do throws(KeyMakingError) {
      let signer = try key.signer(for: algorithm)
      let product = try KeyMakingError.passing { () throws(CertificateError) in
        try self.product(signedBy: signer, with: toolkit)
      }
      // Who interrupts it must not leave the certificate of a key that is not there.
      if !key.waitsForDevice { held = SignalMask(blocking: Signals.ending) }
      if let file {
        let text = Array(product.pem.utf8)
        try KeyMakingError.passing { () throws(SystemError) in try file.write(text.span) }
        isWritten = true
      }
      let finished = try key.finish(with: product.certificate)
      return CreatedKey(finished: finished, publicKey: key.publicKey, product: product)
    } catch {
      if isWritten { file?.remove() }
      do throws(KeyMakingError) { try key.discard() } catch let remains {
        throw KeyMakingError(id: remains.id, "\(error.message); \(remains.message)", hint: remains.hint)
      }
      throw error
    }
  }
}

extension CertificateSigningRequest.Product {
  /// Nil for a request.
  public var certificate: Certificate? {
    if case .certificate(let certificate) = self { certificate } else { nil }
  }
}

extension Toolkit {
  /// Puts a certificate on the token of its key: see `CertificateStore`.
  ///
  /// Throws `destination-not-offered` for a key that is not on a token, and what `CertificateStore` throws.
  public func store(
    _ certificate: Certificate, besideKeyAt reference: KeyReference, secrets: any SecretProvider
  ) throws(KeyMakingError) -> StoredCertificate {
    guard reference.scheme.utf8.elementsEqual(PKCS11URI.syntax.scheme.utf8) else {
      throw KeyMakingError(
        .destinationNotOffered, "\(naming: reference) is not on a token, and certificates are stored on tokens alone",
        hint: "keep the certificate in its file")
    }
    return try tokens.store(certificate, besideKeyAt: reference, secrets: secrets)
  }
}
