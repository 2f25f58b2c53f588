internal import CP11Kit
import Messages
internal import Signing

/// The public side of a key that was opened: its public key, and its certificates where there are any.
struct KeyMaterial: Sendable {
  let publicKey: PublicKey
  /// Leaf first.
  let certificates: [Certificate]
  /// What a person should know of what was passed over.
  var notes: [String] = []
}

/// Decides on the public side of a key: by what was given by hand, else by what is on the token.
struct KeyMaterialSearch {
  /// Certificates given by hand are preferred to those on the token.
  let request: KeyRequest
  let cryptography: any Cryptography
  /// Writes a reference to what these values name on the token.
  let naming: ([URIAttribute: [UInt8]]) -> String
  /// The certificate whose name led to the key, where one did.
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

  /// Without issuers; throws `no-public-key`, `certificate-mismatch`, `several-certificates` and `malformed-certificate`.
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
    // The certificate may restrict the key to PSS, and whoever verifies by it refuses anything else.
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
      // Where each has a name of its own, that name leads to the key and to this certificate.
      let names = Set(side.own.map { naming($0.uriValues) })
      guard names.count == side.own.count else { throw error }
      throw KeyError(
        id: error.id, error.message,
        hint: "name one of them: \(names.sorted().map { "\(naming: $0)" }.joined(separator: " or "))")
    }
  }

  /// The certificates of the issuers, each found on the token by the name that the one before it gives.
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
