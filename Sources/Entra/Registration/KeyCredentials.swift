public import Encodings
import JSON
public import Messages
public import Tokens
public import Signing

/// Everything that is registered on one application or service principal, as Graph or `az` answered and somebody saved it.
///
/// It is as old as the file, and nothing proves where the file came from.
public struct KeyCredentials: Sendable {
  /// In the order of the answer; no two have the same `keyId`.
  public let entries: [KeyCredential]
  /// The `id` and `appId` of the object, where the answer holds the whole of it.
  public let objectID: ExactText?
  public let applicationID: ExactText?

  /// Reads an application or service principal, its collection alone (`{"keyCredentials": …}`, `{"value": …}`), a list
  /// of one such object, or the array that `az ad app credential list --cert` prints.
  ///
  /// A collection without entries is read. Throws `malformed-key-credentials`, `several-objects` or `incomplete-answer`.
  public init(
    _ json: Span<UInt8>, of subject: String = "the saved answer", cryptography: any Cryptography
  ) throws(KeyCredentialsError) {
    let answer = try SavedKeyCredentials(json, of: subject)
    var entries: [KeyCredential] = []
    var keyIDs = Set<ExactText>()
    for (index, element) in answer.elements.enumerated() {
      let entry = try KeyCredentialMembers(element, at: index, of: subject).keyCredential(cryptography)
      if !keyIDs.insert(ExactText(entry.keyID.text.lowercased())).inserted {
        throw KeyCredentialsError(.malformed, "\(naming: subject) has two entries with the keyId \(entry.keyID)")
      }
      entries.append(entry)
    }
    self.entries = entries
    objectID = answer.owner?["id"]?.string
    applicationID = answer.owner?["appId"]?.string
  }

  public func entry(keyID: ExactText) -> KeyCredential? { entries.first { $0.hasKeyID(keyID) } }

  /// The entry of a certificate: the same DER, or without `key` a `customKeyIdentifier` that is one of its thumbprints.
  ///
  /// Of several, one that signatures are verified with comes first, and of those one that is valid at that time.
  public func entry(of certificate: Certificate, at time: NumericDate) -> KeyCredential? {
    let own = entries.filter { $0.isOf(certificate) }
    let verifying = own.filter(\.isForVerifying)
    return verifying.first { $0.isValid(at: time) } ?? verifying.first ?? own.first
  }

  /// Those that signatures are verified with and that have an RSA certificate to do it with, valid ones first.
  public func certifiedEntries(at time: NumericDate) -> [KeyCredential] {
    let certified = entries.filter { $0.isForVerifying && $0.certificate?.publicKey.keyType != nil }
    return certified.filter { $0.isValid(at: time) } + certified.filter { !$0.isValid(at: time) }
  }

  /// The certificates that are registered, and that nothing can be verified with.
  public var unusableCertificates: [UnusableCertificate] {
    entries.filter(\.isForVerifying).compactMap { entry in
      guard let certificate = entry.certificate else {
        return UnusableCertificate(
          thumbprints: entry.customKeyIdentifier.map { [$0] } ?? [],
          problem: "is registered as \(entry.summary), but the saved answer lacks it: its key is null",
          hint: "give the certificate itself as well, by --certificate")
      }
      if certificate.publicKey.keyType != nil { return nil }
      return UnusableCertificate(
        thumbprints: Thumbprint.allCases.map { $0.bytes(of: certificate) },
        problem: "is registered as \(entry.summary), and its key is \(certificate.publicKey.summary): RSA is needed",
        hint: "sign with an RSA key")
    }
  }

  /// The entries that signatures are verified with at that time, and that signatures can be made with.
  public func validEntries(at time: NumericDate) -> [KeyCredential] {
    entries.filter { $0.isForVerifying && $0.isForSigningTokens && $0.isValid(at: time) }
  }

  /// What would still be valid at that time once the entry is removed, the one that ends last first.
  public func validEntries(at time: NumericDate, without removed: KeyCredential) -> [KeyCredential] {
    validEntries(at: time).filter { !$0.hasKeyID(removed.keyID) }.sorted { $0.validity.end > $1.validity.end }
  }
}
