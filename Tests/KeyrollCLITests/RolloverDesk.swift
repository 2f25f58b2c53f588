import Foundation
import TestSupport

/// The desk of whoever owns a rollover: a folder with keys, the built command with the clock of the services, and beside it the
/// machine that sends.
final class RolloverDesk {
  let folder: TemporaryFolder
  let machine: CourierMachine

  static let object =
    ["--application", LoopbackService.applicationID, "--client-id", LoopbackService.clientID]
    + ["--tenant", LoopbackService.tenant]
  static let guids = object.joined(separator: " ")
  static let oldKey = "pem:\(Fixtures.path("keys/rsa-2048.pem"));cert=\(Fixtures.path("certificates/leaf.pem"))"
  static let newKey =
    "pem:\(Fixtures.path("keys/rsa-2048-other.pem"));cert=\(Fixtures.path("certificates/other.pem"))"

  /// - Parameters:
  ///   - prepare: makes what the services need to know, and gives the file of the certificate that is registered.
  init(
    shell: String = "dash", modes: String = "{}", settings: [String: Any] = [:],
    registering prepare: (TemporaryFolder) throws -> String = { _ in Fixtures.path("certificates/leaf.pem") }
  ) throws {
    folder = try TemporaryFolder()
    // Nobody else writes there, whatever the mask of who runs the tests.
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder.path(""))
    machine = try CourierMachine(
      in: folder, shell: shell, modes: modes, registered: [CourierMachine.oldID: try prepare(folder)],
      settings: settings)
  }

  /// Runs the command in the folder, at the time of the services.
  func keyroll(_ arguments: [String], environment: [String: String] = [:]) throws -> Outcome {
    let words = arguments.map { "'\($0.replacing("'", with: #"'\''"#))'" }.joined(separator: " ")
    return try Shell.run(
      "cd '\(folder.path(""))' && umask 077 && exec keyroll \(words) --at \(machine.time)", environment: environment)
  }

  func rollover(_ arguments: String..., environment: [String: String] = [:]) throws -> Outcome {
    try keyroll(["rollover"] + arguments, environment: environment)
  }

  /// On a terminal.
  func session(_ arguments: String) throws -> TerminalSession {
    try Shell.session("cd '\(folder.path(""))' && exec keyroll rollover \(arguments) --at \(machine.time)")
  }

  func send(_ package: String) throws -> Outcome { try machine.send(package) }

  /// The report for programs on the one rollover.
  func report(_ path: String = "payroll", environment: [String: String] = [:]) throws -> [String: Any] {
    let outcome = try rollover(path, "--format", "json", environment: environment)
    let json = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
    return (json?["rollovers"] as? [[String: Any]])?.first ?? [:]
  }

  func state(_ path: String = "payroll") throws -> String { try report(path)["state"] as? String ?? "none" }
}
