internal import Signing

extension KeyFileContents {
  /// Chooses the key, judges it, finds its certificate and its chain, and tries a signature.
  ///
  /// Throws what `key(_:at:)`, `PublicKey.requireFitToSign(with:at:)` and `chain(for:at:)` throw, and `broken-rsa-key`
  /// for a key that cannot make a good signature.
  func signer(
    choosing selection: KeySelection, at reference: KeyReference, algorithm: SignatureAlgorithm
  ) throws(KeyError) -> any Signer {
    let key = try key(selection, at: reference)
    try key.publicKey.requireFitToSign(with: algorithm, at: reference)
    let broken = KeyError(
      .brokenRSAKey,
      "the RSA key at \(reference) is broken: its numbers do not belong together, or its signatures are not good",
      hint: "export the key again from where it was made")
    // First, because a modulus that is wrong matches no certificate either.
    guard key.isSound else { throw broken }
    let chain = try chain(for: key.publicKey, at: reference)
    let signer = RSASigner(key, for: algorithm, certificates: chain, notes: notes)
    guard try signer.canSign() else { throw broken }
    return signer
  }

  /// The only key, or the one that is named.
  ///
  /// Throws `no-private-key`, `no-such-key`, or `several-keys` with a list of them.
  private func key(_ selection: KeySelection, at reference: KeyReference) throws(KeyError) -> PrivateKey {
    if privateKeys.isEmpty {
      throw KeyError(
        .noPrivateKey,
        "\(reference) holds no private key (\(certificates.count) \(certificates.count == 1 ? "certificate" : "certificates"))",
        hint: "export the certificate together with its private key")
    }
    let matches = privateKeys.filter { $0.matches(selection) }
    guard let match = matches.first else {
      throw KeyError(.noSuchKey, "\(reference) names no key of the file, which holds \(Self.list(privateKeys))")
    }
    // The same key may be there twice, in two formats.
    if matches.contains(where: { $0.key.publicKey != match.key.publicKey }) {
      throw KeyError(
        .severalKeys, "\(reference) means \(matches.count) private keys: \(Self.list(matches))",
        hint: "name one of them, such as \(Self.fileReference(reference));id=\(match.idText)")
    }
    return match.key
  }

  /// The reference without attributes; a plain path takes none, so its place is shown.
  private static func fileReference(_ reference: KeyReference) -> String {
    if reference.scheme.utf8.elementsEqual(KeyReference.plainPathScheme.utf8) { return "pem:PATH or pfx:PATH" }
    return "\(reference.scheme):\(reference.rest.prefix { $0 != ";" })"
  }

  private static func list(_ entries: [KeyFileEntry]) -> String {
    let shown = entries.prefix(8).map(\.summary).joined(separator: ", ")
    return entries.count > 8 ? "\(shown) and \(entries.count - 8) more" : shown
  }
}
