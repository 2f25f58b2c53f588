import ArgumentParser
import Keyroll

/// `keyroll profiles`
struct ProfilesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "profiles",
    abstract: "List the built-in profiles, or print one as a start for a file of your own.")

  @Argument(
    help: ArgumentHelp("The profile to print.", valueName: "name"), completion: .list(BuiltInProfiles.names))
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

/// Finds a profile document by what the user wrote.
enum ProfileFile {
  /// The profiles whose rules no file can say, with the commands that sign by them.
  private static let withoutDocument: KeyValuePairs = ["graph-proof": "proof", "entra-assertion": "assertion"]

  /// A built-in profile's name, else the path of a file.
  static func document(_ name: String) throws -> ProfileDocument {
    guard isFile(name) else { return try builtIn(name) }
    let contents = try SecretBytes.contents(ofFile: name, limit: Limits.byteCount)
    let document = try contents.withBytes { text throws(ProfileError) in try ProfileDocument(text) }
    // A report would pass for one by rules that the file cannot have.
    if withoutDocument.contains(where: { $0.key.utf8.elementsEqual(document.id.utf8) }) {
      throw ProfileError(
        .malformedProfile,
        "\(naming: name) has the id \(naming: document.id), which means rules that no profile file can say",
        hint: "give the profile an id of its own")
    }
    return document
  }

  /// What a reviewer insists on by such a name.
  static func insistence(_ name: String) throws -> RequestReview.Insistence {
    let wanted = ExactText(name)
    let isInCode = ProfileReference.idsWithoutDocument.contains { ExactText($0) == wanted }
    return isInCode ? .id(name) : .document(try document(name))
  }

  /// Throws `unknown-profile`.
  static func builtIn(_ name: String) throws(ProfileError) -> ProfileDocument {
    if let command = withoutDocument.first(where: { $0.key.utf8.elementsEqual(name.utf8) })?.value {
      throw ProfileError(
        .unknownProfile, "profile \(naming: name) has rules that no profile file can say",
        hint: "sign by it with keyroll sign \(command), and judge by it with keyroll verify --profile \(name)")
    }
    return try BuiltInProfiles.document(named: name)
  }

  /// The ids of all built-in profiles.
  private static let taken = BuiltInProfiles.names + withoutDocument.map(\.key)

  /// True for what looks like a path, and for another file that is there; a built-in name is never taken for one.
  private static func isFile(_ name: String) -> Bool {
    if name.utf8.contains(UInt8(ascii: "/")) || name.utf8.contains(UInt8(ascii: ".")) { return true }
    if taken.contains(where: { $0.utf8.elementsEqual(name.utf8) }) { return false }
    return FileStatus.isThere(name)
  }
}
