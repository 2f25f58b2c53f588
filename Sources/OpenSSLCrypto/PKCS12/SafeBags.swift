internal import COpenSSL
import Messages
internal import Signing

/// The key and certificate bags of one file (RFC 7292, section 4.2), in the order they are met.
///
/// CRL bags, secret bags and bags of unknown kinds are passed over.
struct SafeBags {
  private(set) var keys: [KeyBag] = []
  private(set) var certificates: [CertificateBag] = []
  private var bagCount = 0
  private let subject: String

  init(of subject: String) { self.subject = subject }

  /// The keys that only a password opens.
  var encryptedParts: [EncryptedPart] { keys.compactMap(\.encryptedPart) }

  /// Adds the bags of one `STACK_OF(PKCS12_SAFEBAG)`; every key bag's iterations are put on the budget.
  ///
  /// Throws `malformed-pfx`, `iteration-count-too-high` or `unsupported-protection`.
  mutating func add(_ stack: ASN1Item, budget: inout IterationBudget) throws(KeyError) {
    try unsafe add(stack.pointer, in: stack, depth: 0, budget: &budget)
  }

  private mutating func add(
    _ stack: OpaquePointer, in owner: ASN1Item, depth: Int, budget: inout IterationBudget
  ) throws(KeyError) {
    if depth > KeyFileLimits.bagDepth {
      throw KeyError(.malformedPFX, "\(naming: subject) nests its bags more than \(KeyFileLimits.bagDepth) deep")
    }
    for index in 0..<max(unsafe OPENSSL_sk_num(stack), 0) {
      bagCount += 1
      if bagCount > KeyFileLimits.bagCount {
        throw KeyError(.malformedPFX, "\(naming: subject) holds more than \(KeyFileLimits.bagCount) bags")
      }
      guard let bag = unsafe OPENSSL_sk_value(stack, index).map({ OpaquePointer($0) }) else { continue }
      switch unsafe PKCS12_SAFEBAG_get_nid(bag) {
      case NID_keyBag, NID_pkcs8ShroudedKeyBag:
        let key = try unsafe KeyBag(bag, in: owner, of: subject)
        if let part = key.encryptedPart { try budget.spend(part.iterationCount) }
        keys.append(key)
      case NID_certBag where unsafe PKCS12_SAFEBAG_get_bag_nid(bag) == NID_x509Certificate:
        guard let certificate = unsafe CertificateBag(bag) else {
          throw KeyError(.malformedCertificate, "\(naming: subject) has a certificate bag without a certificate")
        }
        certificates.append(certificate)
      case NID_safeContentsBag:
        guard let inner = unsafe PKCS12_SAFEBAG_get0_safes(bag) else {
          throw KeyError(.malformedPFX, "\(naming: subject) has a bag of safe contents that cannot be read")
        }
        try unsafe add(inner, in: owner, depth: depth + 1, budget: &budget)
      default:
        break
      }
    }
  }
}
