public import Messages
public import Signing
import System

/// Opens `command:PATH`: keys behind a program of the user that signs digests.
///
/// The program is run without a shell, with its path as the only argument, once for every signature. It reads one line of JSON
/// from its standard input, and writes one to its standard output.
public struct CommandBackend: KeyBackend {
  /// `cert=PATH` names the file of the certificate, or `public=PATH` the file of a bare public key. `key=TEXT` goes to
  /// the program.
  public static let syntax = KeyReferenceSyntax(
    "command", attributes: [.init("cert", .path), .init("public", .path), .init("key")])

  public var syntax: KeyReferenceSyntax { Self.syntax }
  private let cryptography: any Cryptography
  private let environment: [String: String]
  private let timeout: Duration
  private let observer: (any ProgramObserver)?

  /// The environment of every program.
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

  /// It makes no trial signature, because one may need somebody's approval or cost a fee. Every signature is verified
  /// before it is returned, including the first.
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

  /// Leaf first; empty if no certificate is given.
  private func chain(_ request: KeyRequest) throws(KeyError) -> [Certificate] {
    let reference = request.reference
    let own = try reference["cert"].map { (path) throws(KeyError) in try cryptography.certificates(inFile: path) }
    let given = request.certificates.isEmpty ? own ?? [] : request.certificates
    if given.isEmpty { return [] }
    if own != nil, reference["public"] != nil {
      throw KeyError(
        .malformedKeyReference, "\(naming: reference) names a public key, but its certificate already has one",
        hint: "leave ;public= out")
    }
    let source = request.certificates.isEmpty ? reference["cert"] : request.certificateSource
    let choice = CertificateChoice(at: request.time, in: source ?? reference.description)
    let leaf: Certificate
    if reference["public"] != nil, let own = try choice.leaf(over: publicKey(reference), among: given) {
      leaf = own
    } else {
      // Without a key there is nothing yet to choose the leaf by.
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
        "\(naming: reference) comes with neither a certificate nor a public key, so its signatures cannot be verified",
        hint: "add ;cert=FILE, or ;public=FILE if no certificate is needed")
    }
    let keys = Set(try cryptography.publicKeys(inFile: path))
    guard keys.count == 1, let key = keys.first else {
      throw KeyError(
        .severalKeys, "\(naming: path) holds \(keys.count) public keys", hint: "name a file with only one of them")
    }
    return key
  }
}

/// Hears of the programs that sign, on the thread that waits for them.
public protocol ProgramObserver: Sendable {
  /// A program is about to be started: returns a descriptor that becomes readable when it must be ended early, or nil.
  func willStart() -> Int32?
  /// The program wrote this line to its standard error; it comes from somebody else, so show it as a `ForeignText`.
  func didWrite(_ line: String)
  /// The program and everything that it left behind are gone.
  func didEnd()
}

/// The path of a program that signs, which only its user and root can change.
struct ProgramPath: Sendable, Hashable {
  /// As the user named it: the program's own name for itself, and its name in messages.
  let name: String
  /// Without symbolic links.
  let resolved: String

  /// `searchPath` is the `PATH` that the program gets. `env` looks there for the interpreter of a script.
  ///
  /// Throws `malformed-key-reference` for a bare name, because no folder is searched for it. Throws
  /// `program-unavailable` if the file is not a program, if others can change it, or if it is a script whose
  /// interpreter others can change.
  init(_ path: String, of reference: KeyReference, searchPath: String) throws(KeyError) {
    guard path.utf8.contains(UInt8(ascii: "/")) else {
      throw KeyError(
        .malformedKeyReference,
        "the key reference \(naming: reference) names a program without saying in which folder it is",
        hint: "write \(reference.scheme):/PATH, or \(reference.scheme):./PATH for one in the current folder")
    }
    name = path
    let code: CodePath
    do throws(CodePath.Refusal) {
      code = try CodePath(path)
    } catch {
      throw Self.refused(path, error)
    }
    resolved = code.resolved
    let status: FileStatus
    do throws(SystemReason) {
      status = try FileStatus(ofFileAt: resolved)
    } catch {
      throw Self.unavailable(path, error.description)
    }
    if !status.isRegular { throw Self.unavailable(path, "it is not a file") }
    if let reason = FileStatus.objection(toRunning: resolved) {
      throw Self.unavailable(path, reason.description, hint: "make it executable with chmod +x, if it is the program")
    }
    do throws(CodePath.Refusal) {
      try code.requireInterpreter(searching: searchPath)
    } catch {
      throw Self.refused(path, error)
    }
  }

  private static func refused(_ path: String, _ refusal: CodePath.Refusal) -> KeyError {
    switch refusal {
    case .absent(let reason, _): unavailable(path, reason)
    case .notText: unavailable(path, "its path, or that of what runs it, is not text in UTF-8")
    case .changeable(let change):
      KeyError(.programUnavailable, "the program \(naming: path) is not run: \(change.reason)", hint: change.remedy)
    case .unclearInterpreter(let script, let reason, let remedy):
      KeyError(
        .programUnavailable,
        "the program \(naming: path) is not run: it is unknown what runs the script \(naming: script), because \(reason)",
        hint: remedy)
    }
  }

  private static func unavailable(_ path: String, _ reason: String, hint: String? = nil) -> KeyError {
    KeyError(.programUnavailable, "the program \(naming: path) cannot be run: \(reason)", hint: hint)
  }
}
