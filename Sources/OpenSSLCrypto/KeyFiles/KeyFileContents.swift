import Encodings
import Messages
internal import Signing

/// The contents of one key file, whatever its format, in the order of the file.
struct KeyFileContents: Sendable {
  /// Which of several private keys to use; without a name or id, the only one.
  struct Selection: Sendable, Hashable {
    /// Compared with the friendly names by code points.
    var name: String?
    /// Compared with the local key id, and with the SHA-256 of the key's SubjectPublicKeyInfo.
    var id: [UInt8]?
  }

  var privateKeys: [KeyFileEntry] = []
  var certificates: [Certificate] = []
  /// The labels of the PEM blocks that are neither, for messages.
  var others: [String] = []
  /// What a person should know about the file although it was opened, such as that nothing protects it against change.
  var notes: [String] = []
  /// The number of zero bytes after a PFX.
  var trailingZeroCount = 0

  /// Chooses the key, checks it, finds its certificate and its chain, and tries a signature.
  ///
  /// Throws what `key` below, `CertificateChoice` and `PublicKey.requireFitToSign(with:at:)` throw, and `broken-rsa-key` for a
  /// key that cannot make a good signature.
  func signer(
    for request: KeyRequest, choosing selection: Selection, given: GivenCertificates?
  ) throws(KeyError) -> any Signer {
    let (reference, algorithm) = (request.reference, request.algorithm)
    let key = try key(selection, at: reference, given)
    try key.publicKey.requireFitToSign(with: algorithm, at: reference)
    let broken = KeyError(
      .brokenRSAKey,
      "the RSA key at \(naming: reference) is broken: its numbers do not belong together, or its signatures are not good",
      hint: "export the key again from where it was made")
    // First, because a modulus that is wrong matches no certificate either.
    guard key.isSound else { throw broken }
    let chain = try chain(for: key.publicKey, request, given)
    // The certificate may restrict the key to PSS, and whoever verifies by it refuses anything else.
    let publicKey = chain.first?.publicKey ?? key.publicKey
    try publicKey.requireFitToSign(with: algorithm, at: reference)
    let signer = RSASigner(key, as: publicKey, for: algorithm, certificates: chain, notes: notes)
    guard try signer.canSign() else { throw broken }
    return signer
  }

  /// The only key, or the named one, or the one that a given certificate belongs to.
  ///
  /// Throws `no-private-key`, `no-such-key`, `certificate-mismatch`, or `several-keys` with a list of them.
  private func key(
    _ selection: Selection, at reference: KeyReference, _ given: GivenCertificates?
  ) throws(KeyError) -> PrivateKey {
    if privateKeys.isEmpty {
      throw KeyError(
        .noPrivateKey,
        "\(naming: reference) holds no private key (\(inventory))",
        hint: "export the certificate together with its private key")
    }
    var matches = privateKeys.filter { $0.matches(selection) }
    if matches.isEmpty {
      throw KeyError(
        .noSuchKey, "\(naming: reference) names no key of the file, which holds \(list(privateKeys))")
    }
    if hasSeveralKeys(matches), let given {
      matches = matches.filter { entry in
        given.certificates.contains { $0.publicKey.hasSameNumbers(as: entry.key.publicKey) }
      }
    }
    guard let match = matches.first else {
      throw KeyError(
        .certificateMismatch,
        "no certificate that was given belongs to a private key of \(naming: reference), which holds \(list(privateKeys))",
        hint: "give the certificate that was issued for one of these keys")
    }
    // The same key may occur twice, in two formats.
    if hasSeveralKeys(matches) {
      let example = "\(example(reference));id=\(idText(of: match))"
      throw KeyError(
        .severalKeys, "\(naming: reference) matches \(matches.count) private keys: \(list(matches))",
        hint: "give the certificate of the one that is meant, or name it, such as \(naming: example)")
    }
    return match.key
  }

  /// What the file has instead of a private key: `2 certificates, CERTIFICATE REQUEST`.
  private var inventory: String {
    let names = others.prefix(4) + (others.count > 4 ? ["and \(others.count - 4) more"] : [])
    return (["\(certificates.count) \(certificates.count == 1 ? "certificate" : "certificates")"] + names)
      .joined(separator: ", ")
  }

  private func hasSeveralKeys(_ entries: [KeyFileEntry]) -> Bool {
    entries.contains { $0.key.publicKey != entries.first?.key.publicKey }
  }

  /// The certificate of the key and its issuers as far as they are known, leaf first; the other certificates are left
  /// out.
  private func chain(
    for key: PublicKey, _ request: KeyRequest, _ given: GivenCertificates?
  ) throws(KeyError) -> [Certificate] {
    let choice = CertificateChoice(at: request.time, in: given?.place ?? request.reference.description)
    guard let leaf = try choice.leaf(over: key, among: given?.certificates ?? certificates) else { return [] }
    if request.requiresOwnCertificate, let given {
      try CertificateChoice(at: request.time, in: request.reference.description)
        .requireOwn(leaf, among: given.replaced ?? certificates)
    }
    return CertificateChain.chain(from: leaf, among: certificates + (given?.certificates ?? []))
  }

  /// The reference without attributes; a plain path takes none, so a placeholder is shown.
  private func example(_ reference: KeyReference) -> String {
    if reference.scheme.utf8.elementsEqual(KeyReference.plainPathScheme.utf8) { return "pfx:PATH" }
    let path = PercentEncoding.encoded(reference.path.utf8) { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: "%") }
    return "\(reference.scheme):\(path)"
  }

  /// An id that identifies this key in a reference.
  private func idText(of entry: KeyFileEntry) -> String {
    let fingerprint = entry.key.publicKey.sha256Fingerprint
    guard let id = entry.localKeyID,
      !privateKeys.contains(where: { $0.localKeyID == id && $0.key.publicKey != entry.key.publicKey })
    else { return Hexadecimal.lowerCase(fingerprint) }
    return Hexadecimal.lowerCase(id)
  }

  /// For a list to choose from: `RSA 2048 "name" (id 0A1B) of the certificate "CN=…" (SHA-1 …, …)`.
  private func list(_ entries: [KeyFileEntry]) -> String {
    let shown = entries.prefix(8).map { entry in
      let name = entry.friendlyNames.map { " \(quoting: $0)" }.joined(separator: ",")
      let own = certificates.filter { $0.publicKey.hasSameNumbers(as: entry.key.publicKey) }
      let certificate = own.isEmpty ? "" : " of the certificate \(Certificate.list(Set(own)))"
      return "\(entry.key.publicKey.summary)\(name) (id \(idText(of: entry)))\(certificate)"
    }
    return shown.joined(separator: "; ") + (entries.count > 8 ? " and \(entries.count - 8) more" : "")
  }
}

/// A private key in a file, with its names in the file.
struct KeyFileEntry: Sendable {
  let key: PrivateKey
  /// PKCS#9 friendlyName (RFC 2985, section 5.5.1) of the key and of its certificate, to which some tools give
  /// different names; each once.
  let friendlyNames: [String]
  /// PKCS#9 localKeyId (RFC 2985, section 5.5.2).
  let localKeyID: [UInt8]?

  init(key: PrivateKey, friendlyNames: [String] = [], localKeyID: [UInt8]? = nil) {
    self.key = key
    self.friendlyNames = friendlyNames
    self.localKeyID = localKeyID
  }

  /// True if everything that the selection names belongs to this entry.
  func matches(_ selection: KeyFileContents.Selection) -> Bool {
    let hasName =
      selection.name.map { name in friendlyNames.contains { $0.utf8.elementsEqual(name.utf8) } } ?? true
    let hasID = selection.id.map { $0 == localKeyID || $0 == key.publicKey.sha256Fingerprint } ?? true
    return hasName && hasID
  }
}
