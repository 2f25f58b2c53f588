import Encodings
import Entra
public import Messages
public import Signing
import Synchronization
public import System
public import Tokens

/// A certificate to add: alone, or in a PFX that is sent whole with its password.
public struct NewCertificate: Sendable {
  /// The certificate to add.
  public let certificate: Certificate
  let pfx: (bytes: [UInt8], password: KnownSecret)?

  /// Only the certificate is sent.
  public init(_ certificate: Certificate) {
    self.certificate = certificate
    pfx = nil
  }

  /// The whole PFX is sent, for a service that signs with the key itself; `subject` is its name in messages.
  ///
  /// The password is the one that `secrets` gave last. Throws what opening a PFX throws, and `password-not-needed` for one that
  /// opens without a password: its private key would be sent bare.
  public init(
    pfx file: borrowing SecretBytes, of subject: String, secrets: any SecretProvider, at time: NumericDate,
    with toolkit: Toolkit
  ) throws(KeyError) {
    let remembered = RememberedSecret(secrets)
    let opened = try toolkit.pfx(file, of: subject, at: time.seconds, secrets: remembered)
    guard let password = remembered.last else {
      throw KeyError(
        RequestError(
          .passwordNotNeeded,
          "\(naming: subject) opens without a password, so its private key would be sent unprotected"))
    }
    certificate = opened.certificate
    pfx = (opened.bytes, password)
  }

  /// True for exactly the PFX and password that gave the certificate.
  func isOpened(_ bytes: [UInt8], by password: borrowing SecretBytes) -> Bool {
    guard let pfx else { return false }
    return pfx.bytes == bytes && pfx.password.isEqual(to: password)
  }
}

extension Toolkit {
  /// The certificate of the key in the PFX of a request, which its password in the same request opens.
  func certificate(
    ofSentPFX pfx: [UInt8], _ password: borrowing SecretBytes, at time: NumericDate
  ) throws(KeyError) -> Certificate {
    let secret = KnownSecret(password.withBytes { SecretBytes(copying: $0) })
    let file = SecretBytes(copying: pfx.span)
    return try self.pfx(file, of: "the PFX in the body", at: time.seconds, secrets: secret).certificate
  }
}

/// Answers every request with the one known secret.
final class KnownSecret: SecretProvider {
  private let bytes: SecretBytes

  init(_ bytes: consuming SecretBytes) { self.bytes = bytes }

  var copy: SecretBytes { bytes.withBytes { SecretBytes(copying: $0) } }

  func secret(for request: SecretRequest) throws(KeyError) -> SecretBytes? { copy }

  func isEqual(to other: borrowing SecretBytes) -> Bool {
    bytes.withBytes { own in
      other.withBytes { other in
        own.count == other.count && own.indices.allSatisfy { own[$0] == other[$0] }
      }
    }
  }
}

/// Passes requests on, and remembers the last secret.
private final class RememberedSecret: SecretProvider {
  private let provider: any SecretProvider
  private let answer = Mutex<KnownSecret?>(nil)

  init(_ provider: any SecretProvider) { self.provider = provider }

  func secret(for request: SecretRequest) throws(KeyError) -> SecretBytes? {
    guard let secret = try provider.secret(for: request) else { return nil }
    let known = KnownSecret(secret)
    answer.withLock { $0 = known }
    return known.copy
  }

  func isGiven(for purpose: SecretRequest.Purpose) -> Bool { provider.isGiven(for: purpose) }
  func hasAnother(for request: SecretRequest) -> Bool { provider.hasAnother(for: request) }

  /// Nil if nothing was asked for.
  var last: KnownSecret? { answer.withLock { $0 } }
}
