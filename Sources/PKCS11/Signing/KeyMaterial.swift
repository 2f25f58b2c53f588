internal import Signing

/// The public side of a key on a token: its public key, and its certificates where there are any.
struct KeyMaterial: Sendable {
  let publicKey: PublicKey
  /// Leaf first.
  let certificates: [Certificate]
}

/// Finds the public side of a key: in what was given by hand, else on the token.
struct KeyMaterialSearch {
  let reference: KeyReference
  let search: KeySearch
  /// Certificates given by hand, which are preferred.
  let given: [Certificate]
  let cryptography: any Cryptography

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
        .noPublicKey, "\(reference) has no public key: neither in the private key, nor beside it, nor in a certificate",
        hint: "put the public key or the certificate on the token with the same id, or add ?certificate=FILE")
    }
    // What is not a certificate is nobody's issuer, and no candidate where the id does not speak for it.
    let others = objects.compactMap { try? cryptography.certificate(der: $0.value.span) }
    let candidates = named.isEmpty ? others.filter { $0.publicKey == publicKey } : named
    guard let leaf = try leaf(among: candidates, of: publicKey) else {
      return KeyMaterial(publicKey: publicKey, certificates: [])
    }
    return KeyMaterial(publicKey: publicKey, certificates: cryptography.chain(from: leaf, among: others + given))
  }

  private func leaf(among candidates: [Certificate], of publicKey: PublicKey) throws(KeyError) -> Certificate? {
    if candidates.isEmpty { return nil }
    let leaves = Set(candidates.filter { $0.publicKey == publicKey })
    if leaves.isEmpty {
      throw KeyError(
        .certificateMismatch,
        "the certificate \(given.isEmpty ? "with the same id as" : "given for") \(reference) belongs to another key",
        hint: "give the certificate that was issued for this key, by ?certificate=FILE")
    }
    if leaves.count > 1 {
      throw KeyError(
        .severalCertificates, "\(reference) has \(leaves.count) certificates for the same key",
        hint: "name the file of the registered one: ?certificate=FILE")
    }
    return leaves.first
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
