import Foundation
import TestSupport

/// A configuration of p11-kit that a command uses in place of the system's.
final class ConfiguredModules: Sendable {
  private let folder: TemporaryFolder
  private let variables: [String]

  /// `modules` are the lines of one module each, by name; the command finds the tokens of SoftHSM.
  init(_ modules: [String: String], tokens: ThrowawayToken, global: String = "") throws {
    folder = try TemporaryFolder()
    try FileManager.default.createDirectory(atPath: folder.path("pkcs11/modules"), withIntermediateDirectories: true)
    try folder.write(Array("user-config: only\n\(global)".utf8), to: "pkcs11/pkcs11.conf")
    for (name, lines) in modules { try folder.write(Array("\(lines)\n".utf8), to: "pkcs11/modules/\(name).module") }
    variables = [
      "XDG_CONFIG_HOME=\(folder.path(""))", "SOFTHSM2_CONF=\(tokens.path("softhsm2.conf"))",
      "PKCS11SPY=\(tokens.module)",
      "PKCS11SPY_OUTPUT=/dev/null",
    ]
  }

  /// A place for a socket.
  func path(_ name: String) -> String { folder.path(name) }

  /// The program and its arguments that run `keyroll` with this configuration, which p11-kit does not accept for root.
  func command(_ arguments: [String]) -> [String] {
    ["/usr/bin/env"] + variables + (getuid() == 0 ? ["unshare", "--user", "--map-user=1000"] : []) + [BuiltCommand.path]
      + arguments
  }

  func run(_ arguments: [String]) throws -> Outcome {
    let command = command(arguments)
    return try Judge.run(command[0], Array(command.dropFirst()))
  }
}
