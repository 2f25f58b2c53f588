internal import COpenSSL
import Messages
internal import Signing

/// The key and certificate bags of one file (RFC 7292, section 4.2), in the order of the file.
///
/// CRL bags, secret bags and bags of unknown kinds are skipped.
struct SafeBags {
  private(set) var keys: [KeyBag] = []
  private(set) var certificates: [CertificateBag] = []
  private var bagCount = 0
  private let subject: String

  init(of subject: String) { self.subject = subject }

  /// The keys that need a password.
  var encryptedParts: [EncryptedPart] { keys.compactMap(\.encryptedPart) }

  /// Adds the bags of one `STACK_OF(PKCS12_SAFEBAG)`; the iterations of every key bag count against the budget.
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

/// A private key of a PFX as it is in the file: plain, or under a password (RFC 7292, sections 4.2.1 and 4.2.2).
struct KeyBag {
  @safe
  private enum Content {
    /// A `PKCS8_PRIV_KEY_INFO` that lives as long as the item.
    case plain(OpaquePointer, in: ASN1Item)
    case shrouded(EncryptedPart)
  }

  let attributes: BagAttributes
  private let content: Content

  /// Reads a key bag or a shrouded key bag; throws `malformed-pfx` or `unsupported-protection`.
  init(_ bag: OpaquePointer, in owner: ASN1Item, of subject: String) throws(KeyError) {
    attributes = unsafe BagAttributes(of: bag)
    if let information = unsafe PKCS12_SAFEBAG_get0_p8inf(bag) {
      content = unsafe .plain(information, in: owner)
      return
    }
    var identifier: UnsafePointer<X509_ALGOR>?
    var ciphertext: UnsafePointer<ASN1_OCTET_STRING>?
    if let encrypted = unsafe PKCS12_SAFEBAG_get0_pkcs8(bag) {
      unsafe X509_SIG_get0(encrypted, &identifier, &ciphertext)
    }
    guard let identifier = unsafe identifier, let ciphertext = unsafe ciphertext else {
      throw KeyError(.malformedPFX, "\(naming: subject) has a key bag that cannot be read")
    }
    let part = try unsafe EncryptedPart(ciphertext, by: identifier, in: owner, of: subject)
    content = .shrouded(part)
  }

  /// The encrypted part, or nil for a key in the clear.
  var encryptedPart: EncryptedPart? {
    switch content {
    case .plain: nil
    case .shrouded(let part): part
    }
  }

  /// Decrypts the key with the first password that fits; nil if none fits.
  ///
  /// Throws `malformed-key` or `trailing-data` if the result is not a key.
  func privateKey(with passwords: [PasswordForm]) throws(KeyError) -> PrivateKey? {
    switch content {
    case .plain(let information, let owner):
      defer { withExtendedLifetime(owner) {} }
      return try unsafe PrivateKeyReader.privateKey(information)
    case .shrouded(let part):
      return try part.privateKey(with: passwords)
    }
  }
}

/// A certificate of a PFX with the attributes of its bag.
struct CertificateBag {
  let der: [UInt8]
  let attributes: BagAttributes

  /// Nil for a bag that OpenSSL cannot read as an X.509 certificate.
  init?(_ bag: OpaquePointer) {
    guard let certificate = unsafe PKCS12_SAFEBAG_get1_cert(bag) else { return nil }
    defer { unsafe X509_free(certificate) }
    guard let der = unsafe DER.encoding({ output in unsafe i2d_X509(certificate, output) }) else { return nil }
    self.der = der
    attributes = unsafe BagAttributes(of: bag)
  }
}

/// The attributes of a bag (RFC 2985, section 5.5).
struct BagAttributes {
  /// It comes from the file, so show it as a `ForeignText`. Nil also for text that is not UTF-16.
  let friendlyName: String?
  /// The same in the bags of a key and its certificate.
  let localKeyID: [UInt8]?

  init(of bag: OpaquePointer) {
    let name = unsafe Self.string(PKCS12_SAFEBAG_get0_attr(bag, NID_friendlyName), V_ASN1_BMPSTRING)
    friendlyName = name.flatMap(Self.text(ofBMPString:))
    localKeyID = unsafe Self.string(PKCS12_SAFEBAG_get0_attr(bag, NID_localKeyID), V_ASN1_OCTET_STRING)
  }

  private static func string(_ value: UnsafePointer<ASN1_TYPE>?, _ type: Int32) -> [UInt8]? {
    guard let value = unsafe value, unsafe value.pointee.type == type,
      let string = unsafe value.pointee.value.asn1_string
    else { return nil }
    return unsafe ASN1Text.bytes(of: string)
  }

  /// A BMPString is big-endian; characters beyond 16 bits appear as surrogate pairs.
  static func text(ofBMPString bytes: [UInt8]) -> String? {
    if bytes.count % 2 != 0 { return nil }
    let units = stride(from: 0, to: bytes.count, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
    // Some tools end the name with the NUL of a C string.
    return String(validating: units.last == 0 ? units.dropLast() : units[...], as: UTF16.self)
  }
}
