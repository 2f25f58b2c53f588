import ArgumentParser
import Keyroll

/// `keyroll profiles`
struct ProfilesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "profiles",
    abstract: "List the built-in profiles, or print one as a start for a file of your own.",
    discussion: """
      Examples:
        keyroll profiles
        keyroll profiles github-app > mine.json
        keyroll profiles --format json
      """)

  @Argument(help: ArgumentHelp("The profile to print.", valueName: "profile"))
  var name: String?

  @OptionGroup var format: FormatOptions

  func run() throws {
    if let name {
      // A profile file is JSON, whatever the format.
      let document = try ProfileFile.builtIn(name)
      try StandardOutput.write(JSONWriter.indentedText(.object(document.json)) + "\n")
      return
    }
    let profiles = try ListedProfile.all()
    switch format.format {
    case .text: try StandardOutput.write(ScreenText(profiles.flatMap(\.lines)))
    case .json:
      try StandardOutput.write(
        [
          "version": .integer(ListedProfile.jsonVersion), "profiles": .array(profiles.map { .object($0.json) }),
        ] as JSONObject)
    }
  }
}

/// A built-in profile in a list.
private struct ListedProfile {
  let name: String
  let title: String
  /// The command that signs by it.
  let command: String
  let parameters: [ProfileParameter]

  /// The version of the JSON form; it goes up if a member changes its meaning or is removed.
  static let jsonVersion: Int64 = 1

  static func all() throws(ProfileError) -> [ListedProfile] {
    var all = ProfileFile.withoutDocument.map { name, profile in
      ListedProfile(name: name, title: profile.title, command: "keyroll sign \(profile.command)", parameters: [])
    }
    for name in BuiltInProfiles.names {
      let document = try BuiltInProfiles.document(named: name)
      all.append(
        ListedProfile(
          name: name, title: document.title, command: "keyroll sign claims --profile \(name)",
          parameters: document.parameters))
    }
    return all
  }

  var lines: [String] {
    let command = parameters.isEmpty ? " (\(command))" : ""
    let line = name + String(repeating: " ", count: max(1, 24 - name.utf8.count)) + title + command
    return [line]
      + parameters.map { parameter in
        let about = [parameter.about, Self.isOptional(parameter) ? "(optional)" : nil].compactMap(\.self)
        return "                          --parameter \(parameter.name)=…  \(about.joined(separator: " "))"
      }
  }

  var json: JSONObject {
    [
      "name": .string(ExactText(name)), "title": .string(ExactText(title)), "command": .string(ExactText(command)),
      "parameters": .array(
        parameters.map { parameter in
          var object: JSONObject = ["name": .string(ExactText(parameter.name))]
          object["about"] = parameter.about.map { .string(ExactText($0)) }
          object["optional"] = .boolean(Self.isOptional(parameter))
          return .object(object)
        }),
    ]
  }

  private static func isOptional(_ parameter: ProfileParameter) -> Bool {
    parameter.isOptional || parameter.defaultValue != nil
  }
}

/// Finds a profile document by the user's argument.
enum ProfileFile {
  /// The profiles whose rules a file cannot express, with their purpose and the commands that sign by them.
  static let withoutDocument: KeyValuePairs = [
    "graph-proof": (title: "Microsoft Graph proof of possession", command: "proof"),
    "entra-assertion": (title: "Entra client assertion", command: "assertion"),
  ]

  /// The name of a built-in profile, or otherwise the path of a file.
  static func document(_ name: String) throws -> ProfileDocument {
    guard isFile(name) else { return try builtIn(name) }
    let contents = try SecretBytes.contents(ofFile: name, limit: Limits.byteCount)
    let document = try contents.withBytes { text throws(ProfileError) in try ProfileDocument(text) }
    // Otherwise a report would look like one by rules that the file cannot contain.
    if withoutDocument.contains(where: { $0.key.utf8.elementsEqual(document.id.utf8) }) {
      throw ProfileError(
        .malformedProfile,
        "\(naming: name) has the id \(naming: document.id), which means rules that no profile file can say",
        hint: "give the profile an id of its own")
    }
    return document
  }

  /// The profile that a reviewer insists on by such a name.
  static func insistence(_ name: String) throws -> RequestReview.Insistence {
    let wanted = ExactText(name)
    let isInCode = ProfileReference.idsWithoutDocument.contains { ExactText($0) == wanted }
    return isInCode ? .id(name) : .document(try document(name))
  }

  /// Throws `unknown-profile`.
  static func builtIn(_ name: String) throws(ProfileError) -> ProfileDocument {
    if let command = withoutDocument.first(where: { $0.key.utf8.elementsEqual(name.utf8) })?.value.command {
      throw ProfileError(
        .unknownProfile, "profile \(naming: name) has rules that no profile file can say",
        hint: "sign by it with keyroll sign \(command), and judge by it with keyroll verify --profile \(name)")
    }
    do throws(ProfileError) { return try BuiltInProfiles.document(named: name) } catch {
      let question = Suggestions.question(name, among: names)
      if error.code != .unknownProfile || question.isEmpty { throw error }
      throw ProfileError(
        .unknownProfile, error.message + question,
        hint: "keyroll profiles lists the built-in ones; a file of your own is given by its path")
    }
  }

  /// The purpose of a built-in profile.
  static func title(of name: String) -> String? {
    withoutDocument.first { $0.key == name }?.value.title ?? (try? BuiltInProfiles.document(named: name))?.title
  }

  /// The ids of all built-in profiles.
  static let names = withoutDocument.map(\.key) + BuiltInProfiles.names

  /// True for text that looks like a path, and for any existing file; the name of a built-in profile always means
  /// that profile.
  private static func isFile(_ name: String) -> Bool {
    if name.utf8.contains(UInt8(ascii: "/")) || name.utf8.contains(UInt8(ascii: ".")) { return true }
    if names.contains(where: { $0.utf8.elementsEqual(name.utf8) }) { return false }
    return FileStatus.isThere(name)
  }
}
