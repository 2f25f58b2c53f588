import ArgumentParser
import Keyroll

/// `keyroll inspect`
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show what a token says, without verifying anything.")

  @OptionGroup var clock: ClockOptions
  @OptionGroup var format: FormatOptions

  @Argument(help: ArgumentHelp("The token, a file that holds it, or - for standard input.", valueName: "token or file"))
  var token: String = "-"

  func run() throws {
    let time = try clock.now()
    StandardInput.noteTerminal(at: token)
    let input = try TokenInput(token)
    if let note = input.note { Diagnostics.note(note) }
    let inspection = TokenInspection(try UnverifiedToken(input.bytes.span), at: time)
    switch format.format {
    case .text: try StandardOutput.write(InspectionText(inspection).screen)
    case .json: try StandardOutput.write(inspection.json)
    }
  }
}

/// What an unverified token says, for a person.
struct InspectionText {
  private let inspection: TokenInspection
  private var token: UnverifiedToken { inspection.token }

  /// The longest name that the others are padded to: one long name would make as many long lines as there are members.
  private static let widestName = 32

  init(_ inspection: TokenInspection) { self.inspection = inspection }

  /// Begins and ends with the warning: whatever is in between, it is what a person sees last.
  var screen: ScreenText {
    var screen = ScreenText(["NOT VERIFIED: nothing below was checked, anybody can have written it."])
    screen.append(section("header", token.header, note: headerNote))
    screen.append(section("claims", token.claims, note: dateNote))
    screen.append(ScreenText(["", "signature", "  \(token.serialization.signature.count) bytes"]))
    if !token.serialization.irregularities.isEmpty {
      screen.append(ScreenText(["", "irregularities"]))
      for irregularity in token.serialization.irregularities {
        screen.append(
          "  the \(irregularity.segment.rawValue) segment has \(irregularity.error.message) [\(irregularity.error.id)]")
      }
    }
    screen.append(ScreenText(["", "NOT VERIFIED: nothing above was checked, anybody can have written it."]))
    return screen
  }

  private func section(
    _ title: String, _ part: Result<JSONObject, JSONError>, note: (JSONMember) -> String?
  ) -> ScreenText {
    var screen = ScreenText(["", title])
    switch part {
    case .failure(let error): screen.append("  unreadable: \(error.message) [\(error.id)]")
    case .success(let object):
      // A name is quoted as a value is: it can hold spaces, or look like words of ours.
      let names = object.members.map { "\(quoting: $0.name)" }
      let width = names.map(\.unicodeScalars.count).filter { $0 <= Self.widestName }.max() ?? 0
      for (name, member) in zip(names, object.members) {
        let padding = String(repeating: " ", count: max(0, width - name.unicodeScalars.count))
        screen.append("  \(name)\(padding)  \(member.value.printed)", indentation: width + 4)
        if let note = note(member) {
          screen.append(String(repeating: " ", count: width + 4) + note, indentation: width + 4)
        }
      }
    }
    return screen
  }

  private func headerNote(_ member: JSONMember) -> String? {
    guard let bytes = inspection.thumbprint(member) else { return nil }
    let kind = Thumbprint.allCases.first { $0.byteCount == bytes.count }?.digest.rawValue ?? "no thumbprint"
    return "= \(Hexadecimal.upperCase(bytes)), \(bytes.count) bytes: \(kind)"
  }

  private func dateNote(_ member: JSONMember) -> String? {
    switch inspection.date(member) {
    case .milliseconds(let date): return "looks like milliseconds: \(date)"
    case .date(let date):
      let distance = date - inspection.time
      return "= \(date), \(distance < .zero ? "\(TimeSpan(seconds: -distance.seconds)) ago" : "in \(distance)")"
    case nil: return nil
    }
  }
}
