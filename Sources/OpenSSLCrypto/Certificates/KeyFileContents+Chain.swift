internal import Signing

extension KeyFileContents {
  /// The certificate of the key and its issuers as far as the file has them, leaf first; the rest is left out.
  ///
  /// Empty where there are no certificates. Throws `certificate-mismatch` when none belongs to the key, and
  /// `several-certificates` when different ones do: which is registered, the file does not say.
  func chain(for key: PublicKey, at reference: KeyReference) throws(KeyError) -> [Certificate] {
    let candidates = leafCandidates ?? certificates
    guard !candidates.isEmpty else { return [] }
    let leaves = Set(candidates.filter { $0.publicKey == key })
    guard let leaf = leaves.first else {
      throw KeyError(
        .certificateMismatch,
        "no certificate at \(reference) belongs to the private key: \(Certificate.list(Set(candidates)))",
        hint: "give the certificate that was issued for this key")
    }
    if leaves.count > 1 {
      throw KeyError(
        .severalCertificates,
        "\(reference) has \(leaves.count) certificates for the same key: \(Certificate.list(leaves))",
        hint: "leave only the registered one in the file, or name its file: pem:PATH;cert=PATH")
    }
    return CertificateChain.chain(from: leaf, among: certificates + candidates)
  }
}
