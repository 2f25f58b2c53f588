internal import Signing

/// The public side of a key on a token: its public key, and its certificates where there are any.
struct KeyMaterial: Sendable {
  let publicKey: PublicKey
  /// Leaf first.
  let certificates: [Certificate]
}

/// Finds the public side of a key: in what was given by hand, else on the token.
struct KeyMaterialSearch {
  /// Certificates given by hand are preferred to those on the token.
  let request: KeyRequest
  let search: KeySearch
  let cryptography: any Cryptography

  private var given: [Certificate] { request.certificates }

  /// Throws `no-public-key`, `certificate-mismatch`, `several-certificates` and `malformed-certificate`.
  func material(of key: KeyObject, on connection: TokenConnection) throws(KeyError) -> KeyMaterial {
    let (numbers, objects) = try read(connection) { (session) throws(DeviceError) in
      (try search.numbers(of: key, in: session), try CertificateObject.all(in: session))
    }
    let sameID = key.id.isEmpty ? [] : objects.filter { $0.id == key.id }
    let named = try given.isEmpty ? certificates(sameID) : given
    guard
      let publicKey = try numbers.map({ (numbers) throws(KeyError) in try cryptography.publicKey(rsa: numbers) })
        ?? (named.count == 1 ? named.first?.publicKey : nil)
    else {
      throw KeyError(
        .noPublicKey,
        "\(naming: request.reference) has no public key: neither in the private key, nor beside it, nor in a certificate",
        hint: "put the public key or the certificate on the token with the same id, or add ?certificate=FILE")
    }
    // What is not a certificate is nobody's issuer, and no candidate where the id does not speak for it.
    let others = objects.compactMap { try? cryptography.certificate(der: $0.value.span) }
    let own = others.filter { $0.publicKey.hasSameNumbers(as: publicKey) }
    let choice = CertificateChoice(at: request.time, in: request.reference.description)
    guard let leaf = try choice.leaf(over: publicKey, among: named.isEmpty ? own : named) else {
      return KeyMaterial(publicKey: publicKey, certificates: [])
    }
    if request.requiresOwnCertificate, !given.isEmpty { try choice.requireOwn(leaf, among: own) }
    // The certificate may restrict the key to PSS, and whoever verifies by it refuses anything else.
    return KeyMaterial(
      publicKey: leaf.publicKey, certificates: cryptography.chain(from: leaf, among: others + given))
  }

  private func certificates(_ objects: [CertificateObject]) throws(KeyError) -> [Certificate] {
    var certificates: [Certificate] = []
    for object in objects { certificates.append(try cryptography.certificate(der: object.value.span)) }
    return certificates
  }

  private func read<Result>(
    _ connection: TokenConnection, _ body: (Session) throws(DeviceError) -> Result
  ) throws(KeyError) -> Result {
    do throws(DeviceError) {
      return try connection.pool.withSession(body)
    } catch {
      throw error.keyError
    }
  }
}
