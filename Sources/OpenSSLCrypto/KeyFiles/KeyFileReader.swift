import Encodings
import Messages
internal import Signing
import System

/// Reads files of private keys and certificates: PEM (RFC 7468), DER and PFX, and the forms in which services return
/// them.
struct KeyFileReader {
  /// Names the file in messages and in the request for its password.
  let subject: String

  /// Asks for a password once, and only if a key is encrypted; skips blocks that are neither a private key nor a
  /// certificate.
  ///
  /// `takesPFX` is false if the reference says that the file is not a PFX.
  func contents(
    of file: borrowing SecretBytes, takesPFX: Bool = true, secrets: any SecretProvider
  ) throws(KeyError) -> KeyFileContents {
    defer { OpenSSLErrors.clear() }
    return try KeyFileWrapping(wanted: .privateKey, subject: subject).withContents(of: file) {
      (file, format) throws(KeyError) -> KeyFileContents in
      switch format {
      case .pem:
        return try file.withBytes { (bytes) throws(KeyError) in try contents(ofPEM: bytes, secrets) }
      case .der:
        return try file.withBytes { (bytes) throws(KeyError) in try contents(ofDER: bytes, secrets) }
      case .pfx where takesPFX:
        return try PFXReader(subject: subject).contents(ofEncoding: file, secrets)
      case .pfx:
        throw KeyError(.unrecognisedKeyFile, "\(naming: subject) is a PFX and not PEM", hint: "open it as pfx:PATH")
      case .foreign(let form): throw form.error(subject)
      case .unrecognised:
        throw file.withBytes { bytes in
          KeyError.unrecognisedKeyFile(subject, bytes)
        }
      }
    }
  }

  func contents(ofPEM text: Span<UInt8>, _ secrets: any SecretProvider) throws(KeyError) -> KeyFileContents {
    var password = FilePassword(of: subject, from: secrets)
    var contents = KeyFileContents()
    var budget = IterationBudget(of: subject)
    var foreign: ForeignKeyFile?
    try PEMText.forEachBlock(in: text, of: subject) { (block) throws(KeyError) in
      switch block.kind {
      case .privateKey(let form):
        let encryption = try block.encryption(of: subject)
        let key = try block.contents.withBytes { (bytes) throws(KeyError) in
          try privateKey(form, in: bytes, encryption, &password, &budget)
        }
        contents.privateKeys.append(KeyFileEntry(key: key))
      case .pfx:
        let inner = try PFXReader(subject: subject).contents(ofEncoding: block.contents, secrets)
        contents.privateKeys += inner.privateKeys
        contents.certificates += inner.certificates
        contents.notes += inner.notes
      case .certificate, .trustedCertificate, .signedData:
        contents.certificates += try CertificateFile.certificates(in: block) ?? []
      case .publicKey, .rsaPublicKey: contents.others.append(PEMLabel.name(block.label))
      case .other:
        contents.others.append(PEMLabel.name(block.label))
        foreign = foreign ?? ForeignKeyFile(label: block.label)
      }
    }
    if let foreign, contents.privateKeys.isEmpty { throw foreign.error(subject) }
    return contents
  }

  private func contents(ofDER der: Span<UInt8>, _ secrets: any SecretProvider) throws(KeyError) -> KeyFileContents {
    var password = FilePassword(of: subject, from: secrets)
    var budget = IterationBudget(of: subject)
    switch DERKind(of: der) {
    case .privateKey(let form):
      let key = try privateKey(form, in: der, nil, &password, &budget)
      return KeyFileContents(privateKeys: [KeyFileEntry(key: key)])
    case .certificate:
      return KeyFileContents(certificates: [try OpenSSLCertificateReader().certificate(der: der)])
    case .signedData: return KeyFileContents(certificates: try SignedCertificates.certificates(der, of: subject))
    case .publicKey, .rsaPublicKey: return KeyFileContents()
    case .pfx, .other: throw .unrecognisedKeyFile(subject, der)
    }
  }

  private func privateKey(
    _ form: PrivateKeyForm, in bytes: Span<UInt8>, _ encryption: PEMEncryption?, _ password: inout FilePassword,
    _ budget: inout IterationBudget
  ) throws(KeyError) -> PrivateKey {
    if let encryption {
      let key = try encryption.plaintext(of: bytes, &password)
      return try key.withBytes { (bytes) throws(KeyError) in
        // The label may name another form than the one that was encrypted.
        let actual = if case .privateKey(let actual) = DERKind(of: bytes) { actual } else { form }
        return try privateKey(actual, in: bytes, nil, &password, &budget)
      }
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
  static func unrecognisedKeyFile(_ subject: String, _ bytes: Span<UInt8>) -> KeyError {
    if bytes.indices.first(where: { !ASCII.isWhiteSpace(bytes[$0]) }).map({ bytes[$0] }) == UInt8(ascii: "{") {
      return KeyError(
        .unrecognisedKeyFile, "\(naming: subject) is JSON with a fault, or with a member twice in one object",
        hint: "save it again as the service gives it")
    }
    if PEMText.beginsInsideLine(bytes) {
      return .malformedPEM(
        subject, "its line begins with something else",
        hint: "copy what is between the quotation marks, or after the name, into a file of its own")
    }
    return KeyError(
      .unrecognisedKeyFile, "\(naming: subject) is not a key file: neither PEM, nor DER, nor PFX",
      hint: "give a private key as PEM or DER, or a PFX")
  }
}
