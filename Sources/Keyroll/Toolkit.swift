public import Messages
public import PKCS11
public import Signing
public import System
internal import Entra
public import ExternalProgram
internal import JSON
internal import OpenSSLCrypto

/// Everything that a program chooses once: the cryptography, and the backends that open its keys.
///
/// Only this file and the OpenSSL room name types of OpenSSL. A workflow takes a toolkit as an argument.
public struct Toolkit: Sendable {
  /// Makes digests and verifiers, and reads certificates.
  public let cryptography: any Cryptography
  /// Encodes certificates and requests for them.
  public let encoder: any CertificateEncoder
  /// Opens keys by their references: `file:` for a plain path, `pem:`, `pfx:`, `pkcs11:` and `command:`.
  public let keys: KeyRegistry
  /// The keys of `pkcs11:` references, with their listing and their certificates; no module is loaded before the first
  /// use.
  public let tokens: PKCS11Backend

  /// The most bytes to read of a file with keys, certificates or a saved answer.
  public static let mostFileBytes = max(KeyFileLimits.byteCount, JSONLimits.savedAnswer.byteCount)

  /// How the references that `keys` opens are written.
  public static let keySyntaxes = [
    FileBackend.syntax, PEMBackend.syntax, PFXBackend.syntax, PKCS11URI.syntax, CommandBackend.syntax,
  ]

  /// Keys in files, on PKCS #11 tokens and behind programs, with the cryptography of OpenSSL.
  ///
  /// - Parameters:
  ///   - allowsFinalPINTry: lets a PIN be tried although a wrong one would lock the token.
  ///   - tokenObserver: is told of every call to a PKCS #11 module.
  ///   - programs: what the programs of `command:` references see, and for how long they may run.
  public static func openSSL(
    allowsFinalPINTry: Bool = false, tokenObserver: (any CallObserver)? = nil, programs: SigningPrograms = .init()
  ) -> Toolkit {
    let cryptography = OpenSSLCryptography()
    let tokens = PKCS11Backend(
      cryptography: cryptography, allowsFinalPINTry: allowsFinalPINTry, observer: tokenObserver)
    let command = CommandBackend(
      cryptography: cryptography, environment: programs.environment, timeout: programs.timeout,
      observer: programs.observer)
    return Toolkit(
      cryptography: cryptography, encoder: OpenSSLCertificateEncoder(),
      keys: KeyRegistry(FileBackend(), PEMBackend(), PFXBackend(), tokens, command), tokens: tokens)
  }

  /// Keeps the environment from loading code into this process. Call it before anything else; false if that is not
  /// possible.
  public static func ignoreEnvironment() -> Bool { OpenSSLProcess.ignoreConfiguration() }
}

// MARK: The system

extension Toolkit {
  /// The system's libraries in this process, each with its own version: `OpenSSL 3.0.17 1 Jul 2025`, `glibc 2.36`.
  public static var libraries: [String] { [OpenSSLProcess.version] + [CLibrary.version].compactMap(\.self) }

  /// The warning if the system is in FIPS mode, which a toolkit does not follow; nil if it is not.
  ///
  /// - Parameter path: the file in which the kernel says so, by `1` and a line feed.
  public static func fipsWarning(at path: String = "/proc/sys/crypto/fips_enabled") -> String? {
    guard let contents = try? SecretBytes.contents(ofFile: path, limit: 16),
      contents.withBytes({ $0.count > 0 && $0[0] == UInt8(ascii: "1") })
    else { return nil }
    let provider = OpenSSLProcess.rsaProvider
    return """
      this system is in FIPS mode, and keyroll does not follow it: RSA operations outside a token run in \
      \(provider.map { "the provider \(naming: $0.name) of OpenSSL, version \(naming: $0.version)" } ?? "no provider that OpenSSL names"), \
      and whether that module is validated is for its maker to say
      """
  }
}

// MARK: Files

extension Toolkit {
  /// The certificates of a PEM, DER or bundle file; `subject` is its name in messages.
  ///
  /// Throws `no-certificate` if there is none, `unrecognised-key-file`, `malformed-pem`, `malformed-certificate` or
  /// `trailing-data`.
  public func certificates(in file: Span<UInt8>, of subject: String) throws(KeyError) -> [Certificate] {
    try CertificateFile.read(file, of: subject)
  }

  /// The same for a file that may also be a PFX; also throws what opening one throws.
  public func certificates(
    in file: borrowing SecretBytes, of subject: String, secrets: any SecretProvider
  ) throws(KeyError) -> [Certificate] {
    try CertificateFile.read(file, of: subject, secrets: secrets)
  }

  /// True for JSON in which services return a key or a certificate, and not registered credentials.
  func isAroundKey(_ file: Span<UInt8>) -> Bool { CertificateFile.isJSON(file) }

  /// The public keys of a PEM or DER file, including those of its certificates; throws `no-public-key` and what its
  /// reader throws.
  public func publicKeys(in file: Span<UInt8>, of subject: String) throws(KeyError) -> [PublicKey] {
    try PublicKeyFile.read(file, of: subject)
  }

  /// A PFX that is sent whole: the bytes of its DER, and the certificate of the one private key in it.
  ///
  /// If several certificates are over the key, the one that is valid at `time`, in seconds since 1970, is used. Throws
  /// what opening a key throws, and `no-private-key`, `several-keys`, `no-certificate` or `several-certificates`.
  public func pfx(
    _ file: borrowing SecretBytes, of subject: String, at time: Int64, secrets: any SecretProvider
  ) throws(KeyError) -> (bytes: [UInt8], certificate: Certificate) {
    let pfx = try PFXFile(file, of: subject, at: time, secrets: secrets)
    return (pfx.bytes, pfx.certificate)
  }
}

// MARK: New keys

extension Toolkit {
  /// Makes certificates and requests with any signer, and verifies the results.
  public var issuer: CertificateIssuer { CertificateIssuer(encoder, cryptography) }

  /// The maker of a key at this place, and what a person should know about the chosen password.
  ///
  /// `password` is for a new file, and nil for a key in the clear; `secrets` has the PIN of a token. Throws what making
  /// the `FileKeyMaker` or `TokenKeyMaker` throws.
  public func maker(
    at destination: KeyDestination, password: consuming SecretBytes? = nil, secrets: any SecretProvider
  ) throws(KeyMakingError) -> (maker: any KeyMaker, warnings: [String]) {
    let format: FileKeyMaker.Format
    switch destination.place {
    case .token: return (try TokenKeyMaker(tokens, at: destination.reference, secrets: secrets), [])
    case .pem: format = .pem
    case .pfx: format = .pfx(destination.isForOldWindows ? .oldWindows : .standard)
    }
    let maker = try FileKeyMaker(path: destination.reference.path, format: format, password: password)
    let warning =
      switch maker.passwordWarning {
      case .none?: "the key lies in \(naming: destination.reference.path) in the clear: whoever reads the file has it"
      case .notASCII:
        "the password has characters outside printable ASCII, which programs encode differently: some will not open the PFX"
      case nil: nil as String?
      }
    return (maker, [warning].compactMap(\.self))
  }

  /// The one public key of a file: a bare key, the key of a certificate, or the key of a certificate request, whose
  /// signature is then verified.
  public func publicKey(in file: Span<UInt8>, of subject: String) throws(CertificateError) -> PublicKey {
    try CertificateRequestFile.publicKey(in: file, of: subject)
  }
}

/// What a program of the user that signs for a `command:` reference may see and use.
public struct SigningPrograms: Sendable {
  /// The variables that it sees besides the usual ones: no secrets, and no NUL.
  public var environment: [String: String]
  /// How long one signature may take.
  public var timeout: Duration
  /// Hears of every run.
  public var observer: (any ProgramObserver)?

  public init(
    environment: [String: String] = [:], timeout: Duration = .seconds(60), observer: (any ProgramObserver)? = nil
  ) {
    self.environment = environment
    self.timeout = timeout
    self.observer = observer
  }
}
