import ArgumentParser

/// The root of all commands.
///
/// Every command spells its name out: ArgumentParser derives missing names by reflection, at a cost to each start.
struct KeyrollCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keyroll",
    abstract: "Sign and check tokens that prove possession of a key, on a machine without a network.",
    version: "0.1.0",
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
      RolloverCommand.self,
      CertificateCommand.self,
      KeysCommand.self,
      JoinCodesCommand.self,
      ProfilesCommand.self,
    ])
}
