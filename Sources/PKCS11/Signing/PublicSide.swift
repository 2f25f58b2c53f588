import CP11Kit
import Messages
import Signing

/// The public side of a private key, as far as the token has it.
struct PublicSide: Sendable {
  /// Nil if nothing on the token has them.
  var numbers: RSAPublicNumbers?
  /// Its certificates: those over the same key, or those with its id if the key's numbers are not known.
  var own: [CertificateOnToken] = []
  /// Certificates with the id of the key that are over other keys.
  var others: [Certificate] = []
  /// Certificates with the id of the key that cannot be read: the name of each, and why.
  var unreadable: [String] = []
  /// How many certificates were not examined, because there are too many.
  var unseenCount = 0

  /// A certificate, and its name on the token.
  struct CertificateOnToken: Sendable {
    let certificate: Certificate
    let uriValues: [URIAttribute: [UInt8]]
  }
}

/// Finds the public side of a key on its token, in a number of calls that does not grow with the other objects.
///
/// The id leads to it most often, but not always: several objects may share it, or the certificate may have another
/// one. So certificates are looked for by id, then by the subject that the key names, by the id of the public key, by
/// the name of the key, and last among a limited number of all. Each one found is compared with the modulus.
struct PublicSideSearch {
  let key: KeyObject
  let session: Session
  let cryptography: any Cryptography
  /// The numbers, if something outside the token has them.
  let given: RSAPublicNumbers?

  /// The most certificates to read if nothing says which one it is.
  private static let mostLookedThrough = 64

  /// - Parameter wantsCertificates: false if the certificate is known, and only the numbers are wanted.
  func side(wantsCertificates: Bool) throws(DeviceError) -> PublicSide {
    var side = PublicSide()
    side.numbers = key.numbers ?? numbersInKey ?? given
    if side.numbers == nil { side.numbers = try numbersInPublicKeys() }
    guard wantsCertificates || side.numbers == nil else { return side }
    try find(&side)
    let keys = Set(side.own.compactMap(\.certificate.publicKey.rsa))
    if side.numbers == nil, keys.count == 1 { side.numbers = keys.first }
    return side
  }

  /// `CKA_PUBLIC_KEY_INFO` (PKCS #11 2.40, section 4.9).
  private var numbersInKey: RSAPublicNumbers? {
    key.publicKeyInfo.flatMap { try? cryptography.publicKey(subjectPublicKeyInfo: $0.span) }?.rsa
  }

  /// Of the public key with the same modulus, or otherwise of the one with the same id.
  private func numbersInPublicKeys() throws(DeviceError) -> RSAPublicNumbers? {
    if let modulus = key.modulus {
      return try publicKeys(by: ObjectSearch(CKO_PUBLIC_KEY, modulus: modulus)).first { $0.numbers.modulus == modulus }?
        .numbers
    }
    if key.id.isEmpty { return nil }
    let found = Set(try publicKeys(by: ObjectSearch(CKO_PUBLIC_KEY, id: key.id)).map(\.numbers))
    return found.count == 1 ? found.first : nil
  }

  private func publicKeys(by search: ObjectSearch) throws(DeviceError) -> [(numbers: RSAPublicNumbers, id: [UInt8])] {
    var found: [(numbers: RSAPublicNumbers, id: [UInt8])] = []
    for handle in try search.handles(in: session).prefix(Self.mostLookedThrough) {
      do throws(DeviceError) {
        let attributes = try ObjectAttributes(
          [CKA_MODULUS, CKA_PUBLIC_EXPONENT, CKA_ID], of: handle, in: session)
        guard let numbers = try RSAPublicNumbers(attributes) else { continue }
        found.append((numbers, try attributes[CKA_ID] ?? []))
      } catch {
        if error.endsReading { throw error }
      }
    }
    return found
  }

  private func find(_ side: inout PublicSide) throws(DeviceError) {
    if !key.id.isEmpty { try add(ObjectSearch(CKO_CERTIFICATE, id: key.id), to: &side, isByID: true) }
    if side.own.isEmpty, let subject = key.subject {
      try add(ObjectSearch(CKO_CERTIFICATE, subject: subject), to: &side)
    }
    guard let modulus = side.numbers?.modulus ?? key.modulus else { return }
    if side.own.isEmpty {
      let ids = Set(try publicKeys(by: ObjectSearch(CKO_PUBLIC_KEY, modulus: modulus)).map(\.id))
      for id in ids where !id.isEmpty && id != key.id { try add(ObjectSearch(CKO_CERTIFICATE, id: id), to: &side) }
    }
    if side.own.isEmpty, !key.label.isEmpty {
      try add(ObjectSearch(CKO_CERTIFICATE, label: key.label), to: &side)
    }
    if side.own.isEmpty { try add(ObjectSearch(CKO_CERTIFICATE), to: &side) }
  }

  private func add(_ search: ObjectSearch, to side: inout PublicSide, isByID: Bool = false) throws(DeviceError) {
    let found = try CertificateObject.found(by: search, in: session, atMost: Self.mostLookedThrough)
    let modulus = side.numbers?.modulus ?? key.modulus
    for object in found.certificates {
      do throws(KeyError) {
        let certificate = try cryptography.certificate(der: object.value.span)
        let isOver = modulus.map { certificate.publicKey.rsa?.modulus == $0 } ?? isByID
        if isOver {
          side.own.append(PublicSide.CertificateOnToken(certificate: certificate, uriValues: object.uriValues))
        } else if isByID {
          side.others.append(certificate)
        }
      } catch {
        if isByID { side.unreadable.append("\(quoting: FixedField(bytes: object.label).text): \(error.message)") }
      }
    }
    if isByID { side.unreadable += found.failures.map(\.message) }
    side.unseenCount = max(found.count - Self.mostLookedThrough, 0)
  }
}

/// The public side of an opened key: its public key, and its certificates if there are any.
struct KeyMaterial: Sendable {
  let publicKey: PublicKey
  /// Leaf first.
  let certificates: [Certificate]
  /// What a person should know about skipped certificates.
  var notes: [String] = []
}

/// Chooses the public side of a key: what was given by hand, or otherwise what is on the token.
struct KeyMaterialSearch {
  /// Certificates given by hand are preferred to those on the token.
  let request: KeyRequest
  let cryptography: any Cryptography
  /// Writes a reference to the object with these values on the token.
  let naming: ([URIAttribute: [UInt8]]) -> String
  /// The certificate whose name led to the key; nil if none did.
  let named: Certificate?

  private var given: [Certificate] { request.certificates }

  /// Reads from the token what is not given.
  func side(of key: KeyObject, in session: Session) throws(DeviceError) -> PublicSide {
    let certificate = (given + [named].compactMap(\.self)).first { certificate in
      key.modulus.map { certificate.publicKey.rsa?.modulus == $0 } ?? false
    }
    let search = PublicSideSearch(
      key: key, session: session, cryptography: cryptography, given: certificate?.publicKey.rsa)
    return try search.side(wantsCertificates: (given.isEmpty && named == nil) || request.requiresOwnCertificate)
  }

  /// Without issuers; throws `no-public-key`, `certificate-mismatch`, `several-certificates` and
  /// `malformed-certificate`.
  func material(_ side: PublicSide) throws(KeyError) -> KeyMaterial {
    let chosen = given.isEmpty ? [named].compactMap(\.self) : given
    guard
      let publicKey = try side.numbers.map({ (numbers) throws(KeyError) in try cryptography.publicKey(rsa: numbers) })
        ?? (chosen.count == 1 ? chosen.first?.publicKey : nil)
    else {
      throw KeyError(
        .noPublicKey,
        "\(naming: request.reference) has no public key: neither in the private key, nor beside it, nor in a certificate",
        hint: "put the public key or the certificate on the token with the same id, or add ?certificate=FILE")
    }
    var notes: [String] = []
    if chosen.isEmpty {
      for text in side.unreadable {
        notes.append("a certificate beside the key cannot be read and is left out: \(text)")
      }
      if side.own.isEmpty, let text = side.unreadable.first {
        throw KeyError(
          .malformedCertificate, "the certificate beside \(naming: request.reference) cannot be read: \(text)",
          hint: "give a good one by ?certificate=FILE")
      }
      if side.own.isEmpty, side.unseenCount > 0 {
        notes.append(
          "no certificate of the key was found, and \(side.unseenCount) on the token were not looked at: name it by ?certificate=FILE"
        )
      }
    }
    let own = side.own.map(\.certificate)
    let candidates = chosen.isEmpty ? (own.isEmpty ? side.others : own) : chosen
    guard let leaf = try leaf(over: publicKey, among: candidates, side) else {
      return KeyMaterial(publicKey: publicKey, certificates: [], notes: notes)
    }
    if request.requiresOwnCertificate, !given.isEmpty {
      try CertificateChoice(at: request.time, in: request.reference.description).requireOwn(leaf, among: own)
    }
    // The certificate may restrict the key to PSS, and a verifier that uses it then refuses anything else.
    return KeyMaterial(
      publicKey: leaf.publicKey, certificates: cryptography.chain(from: leaf, among: given), notes: notes)
  }

  private func leaf(
    over publicKey: PublicKey, among candidates: [Certificate], _ side: PublicSide
  ) throws(KeyError) -> Certificate? {
    do throws(KeyError) {
      return try CertificateChoice(at: request.time, in: request.reference.description)
        .leaf(over: publicKey, among: candidates)
    } catch {
      guard error.code == .severalCertificates, given.isEmpty, named == nil else { throw error }
      // If each has a name of its own, that name leads to the key and to this certificate.
      let names = Set(side.own.map { naming($0.uriValues) })
      guard names.count == side.own.count else { throw error }
      throw KeyError(
        id: error.id, error.message,
        hint: "name one of them: \(names.sorted().map { "\(naming: $0)" }.joined(separator: " or "))")
    }
  }

  /// The certificates of the issuers. Each is found on the token by the issuer name in the one before it.
  func chain(_ certificates: [Certificate], in session: Session) throws(DeviceError) -> [Certificate] {
    guard let leaf = certificates.first, certificates.count == 1 else { return certificates }
    var others = given
    var (last, depth) = (leaf, 0)
    while last.issuerDER != last.subjectDER, depth < Self.mostIssuers {
      let search = ObjectSearch(CKO_CERTIFICATE, subject: last.issuerDER)
      let issuers = try CertificateObject.found(by: search, in: session, atMost: Self.mostOfOneName).certificates
        .compactMap { try? cryptography.certificate(der: $0.value.span) }
      others += issuers
      let chain = cryptography.chain(from: leaf, among: others)
      guard let end = chain.last, end != last else { break }
      last = end
      depth += 1
    }
    return cryptography.chain(from: leaf, among: others)
  }

  private static let mostIssuers = 10
  private static let mostOfOneName = 16
}
