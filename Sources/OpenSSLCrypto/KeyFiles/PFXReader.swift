internal import COpenSSL
import Encodings
public import Messages
public import Signing
public import System

/// A PFX that is sent whole, and what is known about it once it is open.
public struct PFXFile: Sendable {
  /// The bytes of the file, or of its base64 text; the private key in them is still under the password.
  public let bytes: [UInt8]
  /// The certificate of the one private key in it.
  public let certificate: Certificate

  /// Opens it with a password, which is asked for only if the file does not open without one.
  ///
  /// `subject` is its name in messages. If several certificates are over the key, the one that is valid at `time`, in
  /// seconds since 1970, is used. Throws what opening a key throws, and `no-private-key`, `several-keys`,
  /// `no-certificate` or `several-certificates` unless exactly one key with its certificate is in it.
  public init(
    _ file: borrowing SecretBytes, of subject: String, at time: Int64, secrets: any SecretProvider
  ) throws(KeyError) {
    let (contents, bytes) = try KeyFileWrapping(wanted: .privateKey, subject: subject).withContents(of: file) {
      (file, _) throws(KeyError) -> (KeyFileContents, [UInt8]) in
      let contents = try secrets.opening(subject) { () throws(KeyError) in
        try PFXReader(subject: subject).contents(ofEncoding: file, secrets)
      }
      return (contents, file.withBytes { [UInt8](copying: $0) })
    }
    guard let key = contents.privateKeys.first?.key else {
      throw KeyError(
        .noPrivateKey, "\(naming: subject) holds no private key", hint: "export the certificate together with it")
    }
    if contents.privateKeys.contains(where: { $0.key.publicKey != key.publicKey }) {
      throw KeyError(
        .severalKeys, "\(naming: subject) holds several private keys",
        hint: "export the one that is meant into a PFX of its own")
    }
    let own = contents.certificates.filter { $0.publicKey.hasSameNumbers(as: key.publicKey) }
    guard let certificate = try CertificateChoice(at: time, in: subject).leaf(over: key.publicKey, among: own) else {
      throw KeyError(
        .noCertificate, "\(naming: subject) holds no certificate of its private key",
        hint: "export the certificate together with its key")
    }
    self.certificate = certificate
    self.bytes = Array(bytes.dropLast(contents.trailingZeroCount))
  }
}

/// Opens PFX files (PKCS#12, RFC 7292): integrity first, then contents.
struct PFXReader {
  /// Names the file in messages and in the request for its password.
  let subject: String

  /// Reads DER, BER, or a wrapper around it; asks for a password once, and only if the file does not open without one.
  ///
  /// Throws `wrong-password` only if the file is sound and the password does not fit.
  func contents(of file: borrowing SecretBytes, secrets: any SecretProvider) throws(KeyError) -> KeyFileContents {
    try KeyFileWrapping(wanted: .privateKey, subject: subject).withContents(of: file) {
      (file, format) throws(KeyError) -> KeyFileContents in
      switch format {
      case .foreign(let form): throw form.error(subject)
      case .pem:
        let inPEM = try file.withBytes { (text) throws(KeyError) -> KeyFileContents? in
          try contents(ofPEM: text, secrets)
        }
        if let inPEM { return inPEM }
      case .pfx, .der, .unrecognised: break
      }
      return try contents(ofEncoding: file, secrets)
    }
  }

  /// The PFX in PEM text, as GnuTLS writes it; nil if no block is one.
  private func contents(
    ofPEM text: Span<UInt8>, _ secrets: any SecretProvider
  ) throws(KeyError) -> KeyFileContents? {
    guard try PEMText.holdsPFX(text, of: subject) else { return nil }
    return try KeyFileReader(subject: subject).contents(ofPEM: text, secrets)
  }

  /// Reads DER or BER.
  func contents(
    ofEncoding encoding: borrowing SecretBytes, _ secrets: any SecretProvider
  ) throws(KeyError) -> KeyFileContents {
    // A password that does not fit leaves errors behind.
    defer { OpenSSLErrors.clear() }
    let pfx = try encoding.withBytes { (bytes) throws(KeyError) in try PFX(bytes, of: subject) }
    var bags = SafeBags(of: subject)
    var budget = IterationBudget(of: subject)
    if let mac = pfx.mac { try budget.spend(mac.iterationCount) }
    for safe in pfx.safes {
      switch safe {
      case .plain(let stack): try bags.add(stack, budget: &budget)
      case .encrypted(let part): try budget.spend(part.iterationCount)
      case .enveloped, .lost: break
      }
    }

    let passwords = try passwords(for: pfx, bags, secrets)
    for part in pfx.encryptedParts {
      guard let stack = try part.safeBags(with: passwords) else { throw damaged(part) }
      try bags.add(stack, budget: &budget)
    }
    return try contents(of: bags, in: pfx, with: passwords)
  }

  private func contents(
    of bags: SafeBags, in pfx: borrowing PFX, with passwords: [PasswordForm]
  ) throws(KeyError) -> KeyFileContents {
    var contents = KeyFileContents()
    contents.trailingZeroCount = pfx.trailingZeroCount
    if pfx.trailingZeroCount > 0 {
      let count = pfx.trailingZeroCount
      contents.notes.append(
        "\(count) zero \(count == 1 ? "byte follows" : "bytes follow") the PFX in \(naming: subject), as Windows appends them: they were not read"
      )
    }
    if pfx.mac == nil { contents.notes.append("nothing protects \(naming: subject) against change: it has no MAC") }
    if pfx.hasEnvelopedPart {
      if bags.keys.isEmpty {
        throw KeyError(
          .unsupportedProtection,
          "\(naming: subject) is encrypted for a certificate instead of under a password (public-key privacy mode)",
          hint: "export the key again under a password")
      }
      contents.notes.append("a part of \(naming: subject) is encrypted for a certificate and was not read")
    }
    for bag in bags.certificates {
      contents.certificates.append(try OpenSSLCertificateReader().certificate(der: bag.der.span))
    }
    for bag in bags.keys {
      guard let key = try bag.privateKey(with: passwords) else { throw damaged(bag.encryptedPart) }
      let own = contents.certificates.indices.filter {
        contents.certificates[$0].publicKey.hasSameNumbers(as: key.publicKey)
      }
      var names: [String] = []
      for attributes in [bag.attributes] + own.map({ bags.certificates[$0].attributes }) {
        guard let name = attributes.friendlyName, !names.contains(name) else { continue }
        names.append(name)
      }
      contents.privateKeys.append(KeyFileEntry(key: key, friendlyNames: names, localKeyID: bag.attributes.localKeyID))
    }
    return contents
  }

  /// The forms of the password that fits, the fitting one first; empty if nothing needs a password.
  private func passwords(
    for pfx: borrowing PFX, _ bags: SafeBags, _ secrets: any SecretProvider
  ) throws(KeyError) -> [PasswordForm] {
    let parts = pfx.encryptedParts + bags.encryptedParts
    if pfx.mac == nil && parts.isEmpty { return [] }
    if let forms = try fitting(PasswordForm.withoutPassword(), pfx, parts) { return forms }
    guard let password = try secrets.secret(for: SecretRequest(purpose: .password, subject: subject)) else {
      throw .passwordRequired(by: subject)
    }
    // No password at all was tried above, in both its forms.
    let isTried = password.isEmpty
    let forms = PasswordForm.forms(of: password)
    if !isTried, let forms = try fitting(forms, pfx, parts) { return forms }
    if pfx.mac != nil, try isAnyPart(of: parts, openedWith: forms) {
      throw KeyError(
        .damagedFile,
        "\(naming: subject) was altered or is damaged: its password opens its contents, but its MAC does not match them",
        hint: "export the key again")
    }
    throw .wrongPassword(for: subject)
  }

  /// The forms of a password, beginning with the one that fits the MAC, or any part of a file without a MAC; nil if
  /// none fits.
  private func fitting(
    _ forms: [PasswordForm], _ pfx: borrowing PFX, _ parts: [EncryptedPart]
  ) throws(KeyError) -> [PasswordForm]? {
    for (index, form) in forms.enumerated() {
      let fits = pfx.mac == nil ? try isAnyPart(of: parts, openedWith: [form]) : try pfx.isMACMade(with: form)
      if fits { return [form] + forms[..<index] + forms[(index + 1)...] }
    }
    return nil
  }

  private func isAnyPart(of parts: [EncryptedPart], openedWith forms: [PasswordForm]) throws(KeyError) -> Bool {
    for part in parts where try part.isOpened(by: forms) { return true }
    return false
  }

  private func damaged(_ part: EncryptedPart?) -> KeyError {
    KeyError(
      .damagedFile,
      "\(naming: subject) has a part under \(part?.scheme ?? "no password") that its password does not open",
      hint: "the file is damaged, or its parts have different passwords: export it again")
  }
}
