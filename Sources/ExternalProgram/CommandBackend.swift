public import Messages
public import Signing

/// Opens `command:PATH`: keys behind a program of the user's own, which signs digests.
///
/// The program is run without a shell, with its path as the only argument, once for every signature. It reads one line of JSON
/// from its standard input, and writes one to its standard output.
public struct CommandBackend: KeyBackend {
  /// `cert=PATH` names the file of the certificate or `public=PATH` that of a bare public key, and `key=TEXT` goes to the program.
  public static let syntax = KeyReferenceSyntax(
    "command", attributes: [.init("cert", .path), .init("public", .path), .init("key")])

  public var syntax: KeyReferenceSyntax { Self.syntax }
  private let cryptography: any Cryptography
  private let environment: [String: String]
  private let timeout: Duration
  private let observer: (any ProgramObserver)?

  /// What every program has in its environment.
  public static let environment = ["PATH": "/usr/bin:/bin", "LANG": "C"]

  /// - Parameters:
  ///   - cryptography: makes digests and verifiers, and reads certificates.
  ///   - environment: the variables of the program besides `CommandBackend.environment`; no secret belongs there, and no NUL.
  ///   - timeout: how long one signature may take.
  ///   - observer: is told of every run.
  public init(
    cryptography: any Cryptography, environment: [String: String] = [:], timeout: Duration = .seconds(60),
    observer: (any ProgramObserver)? = nil
  ) {
    self.cryptography = cryptography
    self.environment = Self.environment.merging(environment) { $1 }
    self.timeout = timeout
    self.observer = observer
  }

  /// Nothing is signed on trial: on the other side a signature may cost somebody's approval, or a fee. Every signature is
  /// verified before it leaves, the first one too.
  ///
  /// Throws `malformed-key-reference`, `program-unavailable`, `no-public-key`, what choosing the certificate throws, and what
  /// `PublicKey.requireFitToSign(with:at:)` throws.
  public func signer(for request: KeyRequest) throws(KeyError) -> any Signer {
    let (reference, algorithm) = (request.reference, request.algorithm)
    let path = try ProgramPath(reference.path, of: reference, searchPath: environment["PATH"] ?? "")
    let chain = try chain(request)
    let publicKey = if let leaf = chain.first { leaf.publicKey } else { try publicKey(reference) }
    try publicKey.requireFitToSign(with: algorithm, at: reference)
    let program = Program(path: path, environment: environment, timeout: timeout, observer: observer)
    return try CommandSigner(
      program, algorithm: algorithm, publicKey: publicKey, certificates: chain, keyName: reference["key"], cryptography)
  }

  /// Leaf first; empty where no certificate is given.
  private func chain(_ request: KeyRequest) throws(KeyError) -> [Certificate] {
    let reference = request.reference
    let own = try reference["cert"].map { (path) throws(KeyError) in try cryptography.certificates(inFile: path) }
    let given = request.certificates.isEmpty ? own ?? [] : request.certificates
    if given.isEmpty { return [] }
    if own != nil, reference["public"] != nil {
      throw KeyError(
        .malformedKeyReference, "\(naming: reference) names a public key, which a certificate has already",
        hint: "leave ;public= out")
    }
    let source = request.certificates.isEmpty ? reference["cert"] : request.certificateSource
    let choice = CertificateChoice(at: request.time, in: source ?? reference.description)
    let leaf: Certificate
    if reference["public"] != nil, let own = try choice.leaf(over: publicKey(reference), among: given) {
      leaf = own
    } else {
      // There is no key yet to choose the leaf by.
      leaf = try choice.leaf(of: given, cryptography)
    }
    if request.requiresOwnCertificate, let own {
      try CertificateChoice(at: request.time, in: reference.description).requireOwn(leaf, among: own)
    }
    return cryptography.chain(from: leaf, among: given)
  }

  private func publicKey(_ reference: KeyReference) throws(KeyError) -> PublicKey {
    guard let path = reference["public"] else {
      throw KeyError(
        .noPublicKey,
        "\(naming: reference) comes with neither a certificate nor a public key, to verify its signatures with",
        hint: "add ;cert=FILE, or ;public=FILE where no certificate is needed")
    }
    let keys = Set(try cryptography.publicKeys(inFile: path))
    guard keys.count == 1, let key = keys.first else {
      throw KeyError(
        .severalKeys, "\(naming: path) holds \(keys.count) public keys", hint: "name a file with one of them alone")
    }
    return key
  }
}
