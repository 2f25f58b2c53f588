import Foundation

/// Tokens of one maker in a folder of their own, made by the script of that name, and removed with the last
/// reference.
public final class ThrowawayToken: Sendable {
  /// The maker of the module, by the name of the script that makes the tokens.
  public enum Maker: String, Sendable, CaseIterable {
    case softHSM = "softhsm"
    case nss = "nss-softokn"
    case openCryptoki = "opencryptoki"
    case tpm2 = "tpm2"

    /// The label of the token that has the keys.
    public var label: String {
      switch self {
      case .softHSM: "keyroll"
      case .nss: "keyroll-nss"
      case .openCryptoki: "keyroll-soft"
      case .tpm2: "keyroll-tpm"
      }
    }

    fileprivate var pattern: (folder: String, file: String) {
      switch self {
      case .softHSM: ("softhsm", "libsofthsm2.so")
      case .nss: ("", "libsoftokn3.so")
      case .openCryptoki: ("opencryptoki", "libopencryptoki.so.0")
      case .tpm2: ("", "libtpm2_pkcs11.so.1")
      }
    }
  }

  /// The PIN of every user of these tokens.
  public static let pin = "24681357"

  public let maker: Maker
  /// The real module.
  public let module: String
  private let folder: TemporaryFolder

  /// Runs the script, which takes some seconds.
  public init(_ maker: Maker) throws {
    guard let module = Self.module(of: maker) else { throw SystemFailure(Self.absence(of: maker), code: ENOENT) }
    self.maker = maker
    self.module = module
    folder = try TemporaryFolder()
    let script = checkout.appending(path: "scripts/\(maker.rawValue).sh").path
    let outcome = try Judge.run(script, [folder.path("tokens")])
    guard outcome.status == 0 else { throw SystemFailure("\(script): \(outcome)", code: EIO) }
  }

  /// Takes over a folder that has been filled.
  private init(_ maker: Maker, _ module: String, in folder: TemporaryFolder) {
    self.maker = maker
    self.module = module
    self.folder = folder
  }

  /// The same tokens again, for a test that changes them or must not see the changes of others: a login writes to
  /// them.
  public func copy() throws -> ThrowawayToken {
    let copy = ThrowawayToken(maker, module, in: try TemporaryFolder())
    try FileManager.default.copyItem(atPath: path(""), toPath: copy.path(""))
    for file in ["run", "softhsm2.conf", "pkcs11/modules/\(maker.rawValue).module"]
    where FileManager.default.fileExists(atPath: copy.path(file)) {
      let text = try String(contentsOfFile: path(file), encoding: .utf8)
        .replacing(folder.path(""), with: copy.folder.path(""))
      try FileManager.default.removeItem(atPath: copy.path(file))
      if file == "run" {
        try copy.folder.program(text, named: "tokens/run", mode: "700")
      } else {
        try copy.folder.write(Array(text.utf8), to: "tokens/\(file)")
      }
    }
    return copy
  }

  /// Removes the folder, for one that is never released.
  func remove() { try? FileManager.default.removeItem(atPath: folder.path("")) }

  /// A file in the folder.
  public func path(_ name: String) -> String { folder.path("tokens/\(name)") }

  /// The file with the PIN.
  public var pinFile: String { path("pin") }

  /// Runs a program to which p11-kit offers only these tokens.
  public func run(_ program: String, _ arguments: [String], input: [UInt8] = []) throws -> Outcome {
    try Judge.run(path("run"), [program] + arguments, input: input)
  }

  /// The same on a terminal.
  public func session(_ program: String, _ arguments: [String], environment: [String: String]) throws -> TerminalSession
  {
    try TerminalSession(path("run"), [program] + arguments, environment: environment)
  }

  /// The URIs that the script printed.
  public func objects() throws -> [String] {
    try String(contentsOfFile: path("objects"), encoding: .utf8).split(separator: "\n").map(String.init)
  }
}

extension ThrowawayToken {
  /// False if something that the script needs is missing; the tests that need it are then skipped, and say so.
  public static func isAvailable(_ maker: Maker) -> Bool {
    guard module(of: maker) != nil, isExecutable("pkcs11-tool"), isExecutable("p11tool") else { return false }
    return switch maker {
    case .softHSM: isExecutable("softhsm2-util") && canChangeConfiguration
    case .nss: isExecutable("pk12util") && isExecutable("certutil") && canChangeConfiguration
    case .tpm2: isExecutable("tpm2_ptool") && isExecutable("swtpm") && canChangeConfiguration
    case .openCryptoki: FileManager.default.isExecutableFile(atPath: "/usr/sbin/pkcsslotd") && canMount
    }
  }

  /// Why a test that needs these tokens did not run.
  public static func absence(of maker: Maker) -> String {
    "the module or a tool for tokens of \(maker.rawValue) is missing, which scripts/test.sh installs, or there are no user namespaces here"
  }

  private static func module(of maker: Maker) -> String? {
    let library = "/usr/lib"
    let places = (try? FileManager.default.contentsOfDirectory(atPath: library)) ?? []
    return (["."] + places.filter { $0.hasSuffix("-linux-gnu") }).map {
      URL(fileURLWithPath: "\(library)/\($0)/\(maker.pattern.folder)").appending(path: maker.pattern.file).path
    }.first { FileManager.default.fileExists(atPath: $0) }
  }

  private static func isExecutable(_ name: String) -> Bool {
    FileManager.default.isExecutableFile(atPath: "/usr/bin/\(name)")
  }

  /// p11-kit accepts no other configuration for root, so root needs another user number.
  private static let canChangeConfiguration = getuid() != 0 || succeeds(["--user", "--map-user=1000", "true"])
  private static let canMount = succeeds([
    "--user", "--map-root-user", "--mount", "--mount-proc", "--ipc", "--pid", "--fork", "true",
  ])

  private static func succeeds(_ arguments: [String]) -> Bool {
    (try? Judge.run("/usr/bin/unshare", arguments))?.status == 0
  }
}
