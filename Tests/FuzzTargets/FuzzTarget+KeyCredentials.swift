import Encodings
import Entra
import Messages
import Tokens
import OpenSSLCrypto
import Signing

extension FuzzTarget {
  static let keyCredentials = FuzzTarget(
    "key-credentials", "saved keyCredentials", seeds: { try Seeds.fixtures("key-credentials") }
  ) { input in
    let reader = OpenSSLCryptography()
    try requireListed(input, reader)
    let registered: KeyCredentials
    do throws(KeyCredentialsError) {
      registered = try KeyCredentials(input.span, cryptography: reader)
    } catch {
      try require(!error.message.isEmpty, "an error says what is wrong")
      return
    }
    let names = registered.entries.map { $0.keyID.text.lowercased() }
    try require(Set(names).count == names.count, "no two entries have the same keyId")
    for entry in registered.entries {
      try require(registered.entry(keyID: entry.keyID) == entry, "an entry is found by its keyId")
      guard let certificate = entry.certificate else { continue }
      let der = certificate.der
      let again = try reader.certificate(der: der.span)
      try require(again.publicKey == certificate.publicKey, "a certificate is read again from its bytes the same")
      let found = try require(registered.entry(of: certificate, at: Judges.now), "an entry is found by its certificate")
      try require(found.isOf(certificate), "the entry found is the certificate's")
      try require(
        entry.has(.sha1, certificate.sha1Thumbprint) && entry.has(.sha256, certificate.sha256Thumbprint),
        "an entry has the thumbprints of its certificate")
    }
    let valid = registered.validEntries(at: Judges.now)
    for entry in valid {
      try require(entry.isForVerifying && entry.isValid(at: Judges.now), "what is called valid is")
      let rest = registered.validEntries(at: Judges.now, without: entry)
      try require(rest.count == valid.count - 1 && !rest.contains(entry), "one entry less is valid without it")
      try require(
        zip(rest, rest.dropFirst()).allSatisfy { $0.validity.end >= $1.validity.end }, "the one that ends last is first"
      )
    }
  }

  /// The list of the same file is judged without a contradiction.
  private static func requireListed(_ input: [UInt8], _ reader: OpenSSLCryptography) throws {
    var list = CredentialList()
    do throws(KeyCredentialsError) {
      try list.add(input.span, of: "file", cryptography: reader)
      try list.requireComplete()
    } catch {
      try require(!error.message.isEmpty, "an error says what is wrong")
      return
    }
    let report = CredentialReport(on: list, by: CredentialPolicy(at: Judges.now))
    let credentials = report.objects.flatMap(\.credentials)
    try require(
      credentials.flatMap(\.credential.entries).count == list.objects.flatMap(\.entries).count, "no entry is lost")
    for judged in credentials {
      try require(judged.flags.contains(.due) || !judged.flags.contains(.alone), "only what is due is alone")
      try require(judged.occurrences > 1 || !judged.flags.contains(.twice), "what is registered once is not twice")
    }
  }
}
