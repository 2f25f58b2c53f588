public import Signing

/// Opens `command:PATH`: keys behind a program of the user's own, which signs digests.
///
/// The program is run without a shell, with its path as the only argument, once for every signature. It reads one line of JSON
/// from its standard input, and writes one to its standard output.
public struct CommandBackend: KeyBackend {
  public let scheme = "command"
  private let cryptography: any Cryptography
  private let certificates: [Certificate]
  private let environment: [String: String]
  private let timeout: Duration
  private let observer: (any ProgramObserver)?

  /// What every program has in its environment.
  public static let environment = ["PATH": "/usr/bin:/bin", "LANG": "C"]

  /// - Parameters:
  ///   - cryptography: makes digests and verifiers, and reads certificates.
  ///   - certificates: where to look for the certificate of the key, when there are any, instead of in the file of the reference.
  ///   - environment: the variables of the program besides `CommandBackend.environment`; no secret belongs there, and no NUL.
  ///   - timeout: how long one signature may take.
  ///   - observer: is told of every run.
  public init(
    cryptography: any Cryptography, certificates: [Certificate] = [], environment: [String: String] = [:],
    timeout: Duration = .seconds(60), observer: (any ProgramObserver)? = nil
  ) {
    self.cryptography = cryptography
    self.certificates = certificates
    self.environment = Self.environment.merging(environment) { $1 }
    self.timeout = timeout
    self.observer = observer
  }

  /// `cert=PATH` names the file of the certificate or `public=PATH` that of a bare public key, and `key=TEXT` goes to the program.
  ///
  /// Nothing is signed on trial: on the other side a signature may cost somebody's approval, or a fee. Every signature is
  /// verified before it leaves, the first one too.
  public func signer(
    for reference: KeyReference, algorithm: SignatureAlgorithm, secrets: any SecretProvider
  ) throws(KeyError) -> any Signer {
    let file = try FileReference(reference, attributes: ["cert", "public", "key"])
    let path = try ProgramPath(file.path, of: reference)
    let chain = try chain(file, at: reference)
    let publicKey = if let leaf = chain.first { leaf.publicKey } else { try publicKey(file, at: reference) }
    try publicKey.requireFitToSign(with: algorithm, at: reference)
    let program = Program(path: path, environment: environment, timeout: timeout, observer: observer)
    return try CommandSigner(
      program, algorithm: algorithm, publicKey: publicKey, certificates: chain, keyName: file["key"], cryptography)
  }

  /// Leaf first; empty where no certificate is given.
  ///
  /// There is no key yet to choose the leaf by, so it is the one certificate that issued none of the others.
  private func chain(_ file: FileReference, at reference: KeyReference) throws(KeyError) -> [Certificate] {
    var given = certificates
    if given.isEmpty, let path = file["cert"] { given = try cryptography.certificates(inFile: path) }
    if given.isEmpty { return [] }
    if file["public"] != nil {
      throw KeyError(
        .malformedKeyReference, "key reference \(reference) names a public key, which a certificate has already",
        hint: "leave ;public= out")
    }
    let distinct = Set(given)
    let leaves = distinct.filter { leaf in !distinct.contains { $0 != leaf && $0.issuerDER == leaf.subjectDER } }
    guard leaves.count == 1, let leaf = leaves.first else {
      throw KeyError(
        .severalCertificates, "\(reference) comes with \(distinct.count) certificates that are no single chain",
        hint: "name a file with the registered one, alone or with those that issued it")
    }
    return cryptography.chain(from: leaf, among: given)
  }

  private func publicKey(_ file: FileReference, at reference: KeyReference) throws(KeyError) -> PublicKey {
    guard let path = file["public"] else {
      throw KeyError(
        .noPublicKey, "\(reference) comes with neither a certificate nor a public key, to verify its signatures with",
        hint: "add ;cert=FILE, or ;public=FILE where no certificate is needed")
    }
    let keys = Set(try cryptography.publicKeys(inFile: path))
    guard keys.count == 1, let key = keys.first else {
      throw KeyError(
        .severalKeys, "\(path) holds \(keys.count) public keys", hint: "name a file with one of them alone")
    }
    return key
  }
}
