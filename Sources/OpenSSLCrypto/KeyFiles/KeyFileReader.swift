import Messages
internal import Signing
import System

/// Reads private keys and certificates in PEM (RFC 7468) or DER.
struct KeyFileReader {
  /// Names the file in messages and in the request for its password.
  let subject: String

  /// Asks for a password once, and only when a key is encrypted; passes over what is neither a private key nor a certificate.
  func contents(of file: Span<UInt8>, secrets: any SecretProvider) throws(KeyError) -> KeyFileContents {
    defer { OpenSSLErrors.clear() }
    var password = FilePassword(of: subject, from: secrets)
    switch KeyFileFormat(of: file) {
    case .pem: return try contents(ofPEM: file, &password)
    case .der: return try contents(ofDER: file, &password)
    case .pfx:
      throw KeyError(.unrecognisedKeyFile, "\(naming: subject) is a PFX and not PEM", hint: "open it as pfx:PATH")
    case .unrecognised: throw .unrecognisedKeyFile(subject)
    }
  }

  private func contents(ofPEM text: Span<UInt8>, _ password: inout FilePassword) throws(KeyError) -> KeyFileContents {
    var contents = KeyFileContents()
    var budget = IterationBudget(of: subject)
    var isOpenSSH = false
    try PEMText.forEachBlock(in: text, of: subject) { (block) throws(KeyError) in
      let encryption = try block.encryption(of: subject)
      switch PEMLabel(block.label) {
      case .privateKey(let form):
        let key = try block.contents.withBytes { (bytes) throws(KeyError) in
          try privateKey(form, in: bytes, encryption, &password, &budget)
        }
        contents.privateKeys.append(KeyFileEntry(key: key))
      case .certificate, .trustedCertificate:
        if let certificate = try CertificateFile.certificate(in: block) { contents.certificates.append(certificate) }
      case .publicKey, .rsaPublicKey: break
      case .other:
        if block.label.utf8.elementsEqual("OPENSSH PRIVATE KEY".utf8) { isOpenSSH = true }
      }
    }
    if isOpenSSH && contents.privateKeys.isEmpty {
      throw KeyError(
        .unrecognisedKeyFile, "\(naming: subject) holds a key in the format of OpenSSH, which is not read here",
        hint: "convert a copy of it: ssh-keygen -p -m PKCS8 -f COPY")
    }
    return contents
  }

  private func contents(ofDER der: Span<UInt8>, _ password: inout FilePassword) throws(KeyError) -> KeyFileContents {
    var budget = IterationBudget(of: subject)
    switch DERKind(of: der) {
    case .privateKey(let form):
      let key = try privateKey(form, in: der, nil, &password, &budget)
      return KeyFileContents(privateKeys: [KeyFileEntry(key: key)])
    case .certificate:
      return KeyFileContents(certificates: [try OpenSSLCertificateReader().certificate(der: der)])
    case .publicKey, .rsaPublicKey: return KeyFileContents()
    case .other: throw .unrecognisedKeyFile(subject)
    }
  }

  private func privateKey(
    _ form: PrivateKeyForm, in bytes: Span<UInt8>, _ encryption: PEMEncryption?, _ password: inout FilePassword,
    _ budget: inout IterationBudget
  ) throws(KeyError) -> PrivateKey {
    if let encryption {
      let key = try encryption.plaintext(of: bytes, &password)
      return try key.withBytes { (bytes) throws(KeyError) in try privateKey(form, in: bytes, nil, &password, &budget) }
    }
    switch form {
    case .pkcs8: return try PrivateKeyReader.privateKey(pkcs8: bytes)
    case .pkcs1: return try PrivateKeyReader.privateKey(pkcs1: bytes)
    case .traditional: return try PrivateKeyReader.privateKey(traditional: bytes)
    case .encryptedPKCS8:
      return try EncryptedPrivateKey(bytes, of: subject, budget: &budget).privateKey(&password)
    }
  }
}

extension KeyError {
  static func unrecognisedKeyFile(_ subject: String) -> KeyError {
    KeyError(
      .unrecognisedKeyFile, "\(naming: subject) is not a key file: neither PEM, nor DER, nor PFX",
      hint: "give a private key as PEM or DER, or a PFX")
  }
}
