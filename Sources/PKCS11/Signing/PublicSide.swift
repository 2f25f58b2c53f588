internal import CP11Kit
import Messages
internal import Signing

/// The public side of a private key, as far as the token has it.
struct PublicSide: Sendable {
  /// Nil where nothing on the token tells them.
  var numbers: RSAPublicNumbers?
  /// Its certificates: those over the same key, or those with its id where the key's numbers are not known.
  var own: [CertificateOnToken] = []
  /// Certificates with the id of the key that are over other keys.
  var others: [Certificate] = []
  /// Certificates of the key, by their id, that cannot be read: by name, and why.
  var unreadable: [String] = []
  /// How many certificates nobody has looked at, because they are too many.
  var unseenCount = 0

  /// A certificate, and what it is called where it is.
  struct CertificateOnToken: Sendable {
    let certificate: Certificate
    let uriValues: [URIAttribute: [UInt8]]
  }
}

/// Finds the public side of a key on its token, in calls that do not grow with what else is there.
///
/// An id tells most often, and not always: it may be shared, or another one on the certificate. So certificates are looked
/// for by id, then by the subject that the key names, by the id of the public key, by the name of the key, and last among
/// a limited number of all; whichever is found is compared with the modulus.
struct PublicSideSearch {
  let key: KeyObject
  let session: Session
  let cryptography: any Cryptography
  /// The numbers, where something outside the token tells them.
  let given: RSAPublicNumbers?

  /// The most certificates that are read when nothing tells which one it is.
  private static let mostLookedThrough = 64

  /// - Parameter wantsCertificates: false where the certificate is known, and numbers alone are looked for.
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

  /// Of the public key with the same modulus, else of the one with the same id.
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
