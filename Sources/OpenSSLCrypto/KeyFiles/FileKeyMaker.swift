internal import COpenSSL
import Encodings
public import Messages
public import Signing
import Synchronization
public import System

/// Makes keys in new files, protected by a password: `pem:PATH` and `pfx:PATH`.
///
/// A file is written whole or not at all, and never replaces another. Before it gets its name, the backend that will
/// open it later opens it with the same password and signs.
public final class FileKeyMaker: KeyMaker {
  /// The kind of file.
  @nonexhaustive
  public enum Format: Sendable, Hashable {
    /// PKCS#8 and the certificate as PEM.
    case pem
    /// PKCS#12.
    case pfx(KeyFileProtection)

    /// The scheme of a reference to a file of this format.
    public var scheme: String {
      switch self {
      case .pem: "pem"
      case .pfx: "pfx"
      }
    }
  }

  /// Warnings about a password that is used all the same.
  public enum PasswordWarning: Sendable, Hashable {
    /// It has characters outside printable ASCII, which programs encode in different ways in a PFX.
    case notASCII
    /// There is no password: the key is in its file in the clear.
    case none
  }

  private let path: String
  private let format: Format
  private let password: NewPassword

  /// - Parameters:
  ///   - path: the new file.
  ///   - format: the kind of file.
  ///   - password: nil for a key in the clear, which only a PEM file may contain.
  ///
  /// Throws `password-required` for an empty password, and for a PFX without a password.
  public init(path: String, format: Format, password: consuming SecretBytes?) throws(KeyMakingError) {
    let password = NewPassword(password)
    if password.isEmpty || password.isAbsent && format != .pem {
      throw KeyMakingError(
        .passwordRequired, "a new \(format == .pem ? "key file" : "PFX") needs a password, and this one is empty",
        hint: "choose one that is kept apart from the file")
    }
    self.path = path
    self.format = format
    self.password = password
  }

  /// What a person should know about the password; nil if nothing.
  public var passwordWarning: PasswordWarning? {
    if password.isAbsent { return PasswordWarning.none }
    return format != .pem && !password.isPrintableASCII ? .notASCII : nil
  }

  /// Throws `output-exists` or `output-unwritable`.
  public func check(_ description: KeyDescription) throws(KeyMakingError) {
    try KeyMakingError.passing { () throws(SystemError) in try NewKeyFile.check(path: path) }
  }

  /// Makes the key in memory alone; takes a few seconds for 4096 bits.
  public func make(_ description: KeyDescription) throws(KeyMakingError) -> any MadeKey {
    try check(description)
    let key: PrivateKey
    switch description.kind {
    case .rsa(let bitCount): key = try RSAKeyGeneration.key(bitCount: bitCount)
    @unknown default: throw KeyMakingError(.keySizeNotOffered, "keys of this kind are not made in files")
    }
    return FileKey(key, label: description.label, path: path, format: format, password: password)
  }
}

/// A new key, in memory until `finish`.
private final class FileKey: MadeKey {
  private let key: PrivateKey
  private let label: String?
  private let path: String
  private let format: FileKeyMaker.Format
  private let password: NewPassword
  /// The file that was written, which can be removed again.
  private let written = Mutex<NewKeyFile.Identity?>(nil)

  var publicKey: PublicKey { key.publicKey }
  var waitsForDevice: Bool { false }

  init(_ key: PrivateKey, label: String?, path: String, format: FileKeyMaker.Format, password: NewPassword) {
    self.key = key
    self.label = label
    self.path = path
    self.format = format
    self.password = password
  }

  func signer(for algorithm: SignatureAlgorithm) throws(KeyMakingError) -> any Signer {
    RSASigner(key, as: key.publicKey, for: algorithm)
  }

  func finish(with certificate: Certificate?) throws(KeyMakingError) -> FinishedKey {
    if let certificate, certificate.publicKey != publicKey {
      throw KeyMakingError(KeyError(.certificateMismatch, "the certificate belongs to another key than the new one"))
    }
    let bytes = try KeyMakingError.passing { () throws(KeyError) in try encoded(certificate) }
    let file = try bytes.withBytes { (bytes) throws(KeyMakingError) in
      try KeyMakingError.passing { () throws(SystemError) in try NewKeyFile(path: path, holding: bytes) }
    }
    try requireUsable(file.temporaryPath, certificate)
    let identity = try KeyMakingError.passing { () throws(SystemError) in try file.giveName() }
    written.withLock { $0 = identity }
    return FinishedKey(reference: Self.reference(format, path), protection: protection)
  }

  func discard() throws(KeyMakingError) {
    let identity = written.withLock { identity in
      defer { identity = nil }
      return identity
    }
    guard let identity, !NewKeyFile.remove(path: path, identity) else { return }
    throw KeyMakingError(
      .notDiscarded, "\(naming: path) holds the new key, and could not be removed again",
      hint: "remove it by hand: it is the only copy of the key")
  }

  private var protection: String? {
    switch format {
    case .pem: password.isAbsent ? nil : KeyFileProtection.standard.description
    case .pfx(let protection): protection.description
    }
  }

  private func encoded(_ certificate: Certificate?) throws(KeyError) -> SecretBytes {
    switch format {
    case .pem:
      try password.withSecret { (password) throws(KeyError) in
        try PKCS8Writer.file(key, certificate, password: password)
      }
    case .pfx(let protection):
      try password.withSecret { (password) throws(KeyError) -> SecretBytes in
        let file =
          switch password {
          case .some(let password):
            try PKCS12Writer(protection).file(key, certificate, name: name(certificate), password: password)
          case .none: throw KeyError(.passwordRequired, "a PFX needs a password")
          }
        return SecretBytes(copying: file.span)
      }
    }
  }

  private func name(_ certificate: Certificate?) -> String? {
    label ?? certificate.flatMap { try? DistinguishedName($0.subject).commonName }
  }

  /// Opens the file as every later run will, signs with it, and verifies the signature with the key that was made.
  private func requireUsable(_ path: String, _ certificate: Certificate?) throws(KeyMakingError) {
    do throws(KeyError) {
      let registry = KeyRegistry(PEMBackend(), PFXBackend())
      let request = try KeyRequest(
        registry.reference(Self.reference(format, path)), algorithm: .rs256, at: certificate?.notBefore ?? 0,
        secrets: password)
      let signer = try registry.signer(for: request)
      let message = Array("trial of a key that was just made".utf8)
      guard signer.publicKey == publicKey, signer.certificates == (certificate.map { [$0] } ?? []),
        let signature = try? signer.sign(message.span),
        try RSASignatureVerifier(publicKey).isValid(signature.bytes.span, by: .rs256, for: message.span)
      else { throw KeyError(.brokenRSAKey, "it does not hold the key that was made") }
    } catch {
      throw KeyMakingError(
        .trialFailed, "the new key file, opened again, does not sign: \(error.message); it was not kept")
    }
  }

  /// A path in which every character with a meaning in references is written as an escape.
  private static func reference(_ format: FileKeyMaker.Format, _ path: String) -> String {
    var escaped = ""
    for scalar in path.unicodeScalars {
      switch scalar {
      case ";": escaped += "%3B"
      case "%": escaped += "%25"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return "\(format.scheme):\(escaped)"
  }
}
