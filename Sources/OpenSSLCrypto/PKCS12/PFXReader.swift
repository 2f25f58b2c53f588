internal import COpenSSL
import Messages
internal import Signing
import System

/// Opens PFX files (PKCS#12, RFC 7292): integrity first, then contents.
struct PFXReader {
  /// Names the file in messages and in the request for its password.
  let subject: String

  /// Reads DER, BER or standard base64 text; asks for a password once, and only when no password does not open it.
  ///
  /// Throws `wrong-password` only when the file is sound and the password does not fit.
  func contents(of file: borrowing SecretBytes, secrets: any SecretProvider) throws(KeyError) -> KeyFileContents {
    // A password that does not fit leaves errors behind.
    defer { OpenSSLErrors.clear() }
    let decoded = file.withBytes { bytes in DERText.decoded(bytes) }
    switch decoded {
    case .some(let decoded): return try contents(of: decoded, secrets)
    case .none: return try contents(of: file, secrets)
    }
  }

  private func contents(
    of encoding: borrowing SecretBytes, _ secrets: any SecretProvider
  ) throws(KeyError) -> KeyFileContents {
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
      guard let stack = try part.value(with: passwords) else { throw damaged(part) }
      try bags.add(stack, budget: &budget)
    }
    return try contents(of: bags, in: pfx, with: passwords)
  }

  private func contents(
    of bags: SafeBags, in pfx: borrowing PFX, with passwords: [PasswordForm]
  ) throws(KeyError) -> KeyFileContents {
    var contents = KeyFileContents()
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

  /// The forms of the password that fits, the fitting one first; empty when nothing asks for a password.
  private func passwords(
    for pfx: borrowing PFX, _ bags: SafeBags, _ secrets: any SecretProvider
  ) throws(KeyError) -> [PasswordForm] {
    let parts = pfx.encryptedParts + bags.encryptedParts
    if pfx.mac == nil && parts.isEmpty { return [] }
    if let forms = try fitting(PasswordForm.withoutPassword(), pfx, parts) { return forms }
    guard let password = try secrets.secret(for: SecretRequest(purpose: .password, subject: subject)) else {
      throw KeyError(.passwordRequired, "\(naming: subject) needs a password, and none was given")
    }
    // No password was tried above, in both its forms.
    let isTried = password.isEmpty
    let forms = PasswordForm.forms(of: password)
    if !isTried, let forms = try fitting(forms, pfx, parts) { return forms }
    if pfx.mac != nil, try isAnyPart(of: parts, openedWith: forms) {
      throw KeyError(
        .damagedFile,
        "\(naming: subject) was altered or is damaged: its password opens its contents, and its MAC does not fit them",
        hint: "export the key again")
    }
    throw KeyError(
      .wrongPassword, "the password for \(naming: subject) is wrong, or the file was altered",
      hint: "check the password and try again")
  }

  /// The forms of a password with the one first that fits the MAC, or without a MAC any part of the file; nil when none fits.
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
    for part in parts where try part.value(with: forms) != nil { return true }
    return false
  }

  private func damaged(_ part: EncryptedPart?) -> KeyError {
    KeyError(
      .damagedFile,
      "\(naming: subject) has a part under \(part?.scheme ?? "no password") that its password does not open",
      hint: "the file is damaged, or its parts have different passwords: export it again")
  }
}
