import ArgumentParser
internal import CRelease
import Keyroll

/// The root of all commands.
///
/// Every command spells its name out: ArgumentParser derives missing names by reflection, at a cost to each start.
struct KeyrollCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keyroll",
    abstract: "Sign and check tokens that prove possession of a key, on a machine without a network.",
    discussion: """
      Examples:
        keyroll sign proof --object-id 3f2504e0-4f89-41d3-9a0c-0305e82c3301 \\
          --key old.pfx --output proof.jwt
        keyroll explain answer.http --token proof.jwt --certificate old.cer
        keyroll rollover payroll
      """,
    version: Version.text,
    subcommands: [
      SignCommand.self,
      CreateCommand.self,
      PrepareCommand.self,
      SignRequestCommand.self,
      AssembleCommand.self,
      VerifyCommand.self,
      InspectCommand.self,
      ExplainCommand.self,
      RequestCommand.self,
      CredentialsCommand.self,
      RolloverCommand.self,
      CertificateCommand.self,
      KeysCommand.self,
      JoinCodesCommand.self,
      ProfilesCommand.self,
    ])
}

/// What `keyroll --version` prints: the command itself, and the libraries of the system that it runs with.
enum Version {
  static let number = "0.1.0"

  static var text: String {
    let commit = unsafe String(cString: release_commit())
    return """
      keyroll \(number), \(commit.isEmpty ? "commit unknown" : "commit \(commit)")
      \(Toolkit.libraries.joined(separator: "\n"))
      """
  }
}
