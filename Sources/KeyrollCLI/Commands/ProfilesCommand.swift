import ArgumentParser
import Keyroll

/// `keyroll profiles`
struct ProfilesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "profiles",
    abstract: "List the built-in profiles, or print one as a start for a file of your own.")

  @Argument(help: ArgumentHelp("The profile to print.", valueName: "name"))
  var name: String?

  func run() throws {
    if let name {
      let document = try ProfileFile.builtIn(name)
      try StandardOutput.write(JSONWriter.indentedText(.object(document.json)) + "\n")
      return
    }
    var lines = [
      "graph-proof             Microsoft Graph proof of possession (keyroll sign proof)",
      "entra-assertion         Entra client assertion (keyroll sign assertion)",
    ]
    for name in BuiltInProfiles.names {
      let document = try BuiltInProfiles.document(named: name)
      lines.append(name + String(repeating: " ", count: max(1, 24 - name.utf8.count)) + document.title)
      for parameter in document.parameters {
        let isOptional = parameter.isOptional || parameter.defaultValue != nil
        let about = [parameter.about, isOptional ? "(optional)" : nil].compactMap(\.self).joined(separator: " ")
        lines.append("                          --parameter \(parameter.name)=…  \(about)")
      }
    }
    try StandardOutput.write(ScreenText(lines))
  }
}
