import ArgumentParser
import Keyroll

/// `keyroll inspect`
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show what a token says, without verifying anything.",
    discussion: """
      It finds the token inside other text: Bearer, quotation marks, JSON, a form, a command, line breaks; a note says what \
      was dropped. Several tokens are shown one after the other, each with the command that verifies it.

      Examples:
        keyroll inspect proof.jwt
        keyroll inspect --format json - < mail.txt
      """)

  @OptionGroup var clock: ClockOptions
  @OptionGroup var format: FormatOptions

  @Argument(
    help: ArgumentHelp("The token, a file that contains it, or - for standard input.", valueName: "token or file"),
    completion: .file())
  var token: String = "-"

  func run() throws {
    let time = try clock.now()
    StandardInput.noteTerminal(at: token)
    let input = try TokenInput(token)
    if let note = input.note { Diagnostics.note(note) }
    let (inspections, count) = try inspections(of: input, at: time)
    switch format.format {
    case .text: try StandardOutput.write(screen(of: inspections, count))
    case .json:
      if count == 1, let only = inspections.first {
        try StandardOutput.write(only.inspection.json)
      } else {
        try StandardOutput.write(TokenInspection.json(inspections.map(\.inspection)))
      }
    }
    if inspections.count < count { throw ExitStatus.failed }
  }

  /// The number of a token among those that were found, from 1.
  private typealias Numbered = (number: Int, inspection: TokenInspection)

  /// For each token that is found, with their number; for the bytes themselves if none is found. If one of several
  /// cannot be read, that is reported, and the others are still shown.
  private func inspections(of input: TokenInput, at time: NumericDate) throws -> ([Numbered], count: Int) {
    var inspections: [Numbered] = []
    let tokens = input.tokens
    var failure: CompactSerializationError?
    for (index, found) in tokens.enumerated() {
      if let note = input.note(on: found) { Diagnostics.note(note) }
      do throws(CompactSerializationError) {
        let token = try UnverifiedToken(found.text.span)
        inspections.append((index + 1, TokenInspection(token, dropped: found.dropped, at: time)))
      } catch {
        if tokens.count == 1 { throw error }
        failure = error
        Diagnostics.warning("token \(index + 1) of \(tokens.count) cannot be read: \(error.message) [\(error.id)]")
      }
    }
    if inspections.isEmpty, let failure { throw failure }
    if inspections.isEmpty { inspections.append((1, TokenInspection(try UnverifiedToken(input.bytes.span), at: time))) }
    return (inspections, max(tokens.count, 1))
  }

  private func screen(of inspections: [Numbered], _ count: Int) -> ScreenText {
    var screen = ScreenText()
    for (number, inspection) in inspections {
      if number > inspections[0].number { screen.append("") }
      if count > 1 { screen.append("token \(number) of \(count)") }
      screen.append(InspectionText(inspection, file: token).screen)
    }
    return screen
  }
}

/// The contents of an unverified token, for a person.
struct InspectionText {
  private let inspection: TokenInspection
  private let verifyLine: VerifyLine
  private var token: UnverifiedToken { inspection.token }

  /// The longest name that the others are padded to: one long name would make as many long lines as there are members.
  private static let widestName = 32

  /// `file` is the argument on the command line.
  init(_ inspection: TokenInspection, file: String) {
    self.inspection = inspection
    verifyLine = VerifyLine(inspection, file: file)
  }

  /// Begins and ends with the warning, so that it is the last thing that a person sees, whatever is in between.
  var screen: ScreenText {
    var screen = ScreenText(["NOT VERIFIED: nothing below was checked, anybody can have written it."])
    screen.append(section("header", token.header, note: headerNote))
    screen.append(section("claims", token.claims, note: dateNote))
    screen.append(ScreenText(["", "signature", "  \(token.serialization.signature.count) bytes\(cutNote)"]))
    if !token.serialization.irregularities.isEmpty {
      screen.append(ScreenText(["", "irregularities"]))
      for irregularity in token.serialization.irregularities {
        screen.append(
          "  the \(irregularity.segment.rawValue) segment has \(irregularity.error.message) [\(irregularity.error.id)]")
      }
    }
    screen.append(ScreenText(["", "kind", "  \(kind)"]))
    screen.append(ScreenText(["", "to verify it"]))
    screen.append("  \(verifyLine.text)")
    screen.append(ScreenText(["", "NOT VERIFIED: nothing above was checked, anybody can have written it."]))
    return screen
  }

  /// A key of RSA that makes a shorter signature than one of 1024 bits is not in use.
  private var cutNote: String {
    let count = token.serialization.signature.count
    guard let name = (try? token.header.get())?["alg"]?.string, SignatureAlgorithm(name: name.text) != nil, count > 0,
      count < 128
    else { return "" }
    return ", and \(name) makes 256 or more with the keys in use: the token looks cut"
  }

  /// What no rule of ours knows may still be for an issuer whose profile is built in.
  private var kind: String {
    guard inspection.kind == .other, let profile = inspection.profile else { return inspection.kind.summary }
    return "one for \(profile.title)"
  }

  private func section(
    _ title: String, _ part: Result<JSONObject, JSONError>, note: (JSONMember) -> String?
  ) -> ScreenText {
    var screen = ScreenText(["", title])
    switch part {
    case .failure(let error): screen.append("  unreadable: \(error.message) [\(error.id)]")
    case .success(let object):
      // A name is quoted like a value: it can contain spaces, or look like words of ours.
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

/// The command that verifies a token, to be copied. The values of the token are filled in if they are harmless in a
/// shell, and capital letters stand for those that it does not contain.
struct VerifyLine {
  let text: String

  private static let longestValue = 200

  init(_ inspection: TokenInspection, file: String) {
    let claims = (try? inspection.token.claims.get()) ?? JSONObject()
    let issuer = claims["iss"]?.string
    var words = ["keyroll", "verify"]
    let audience = claims["aud"]?.string.flatMap { EntraAudience($0) }
    switch inspection.kind {
    case .proof:
      words += ["--profile", "graph-proof", "--certificate", "CERTIFICATE"]
      words += ["--object-id", Self.guid(issuer) ?? "OBJECT_ID"]
    case .assertion where audience != nil:
      words += ["--profile", "entra-assertion", "--certificate", "CERTIFICATE"]
      words += [
        "--tenant", Self.harmless(audience?.tenant) ?? "TENANT", "--client-id", Self.guid(issuer) ?? "CLIENT_ID",
      ]
      if let cloud = audience?.cloud {
        if cloud != .global { words += ["--cloud", cloud.rawValue] }
      } else {
        words += ["--login-host", Self.harmless(audience?.host) ?? "HOST"]
      }
    default:
      if let profile = inspection.profile {
        words += ["--profile", profile.name, "--public-key", "KEY"]
        for (name, value) in profile.parameters {
          words += ["--parameter", "\(name)=\(Self.harmless(value) ?? Self.placeholder(name))"]
        }
        break
      }
      let name = (try? inspection.token.header.get())?["alg"]?.string
      let algorithm = name.flatMap { SignatureAlgorithm(name: $0.text) }
      words += ["--public-key", "KEY", "--algorithm", algorithm?.rawValue ?? "ALGORITHM"]
      if claims["iss"] != nil { words += ["--issuer", Self.harmless(issuer) ?? "ISSUER"] }
      if let audience = claims["aud"] {
        words += ["--audience", Self.harmless(audience.string ?? audience.array?.first?.string) ?? "AUDIENCE"]
      }
    }
    words.append(inspection.dropped.isEmpty ? Self.path(file) : "TOKEN")
    text = words.joined(separator: " ")
  }

  /// `CLIENT_ID` for `client-id`.
  private static func placeholder(_ name: String) -> String {
    name.uppercased().map { $0 == "-" ? "_" : String($0) }.joined()
  }

  private static func guid(_ value: ExactText?) -> String? {
    value.flatMap { TextForm.guid.matches($0) ? $0.text : nil }
  }

  /// Nil for a value that a shell, or the command, would read as something other than this text.
  private static func harmless(_ value: ExactText?) -> String? {
    guard let value, !value.isEmpty, value.text.utf8.count <= longestValue,
      value.text.utf8.first != UInt8(ascii: "-"), value.text.utf8.allSatisfy(isHarmless)
    else { return nil }
    return value.text
  }

  /// The file that was given; the token itself is not repeated.
  private static func path(_ argument: String) -> String {
    if StandardInput.isNamed(by: argument) { return "TOKEN" }
    guard !ForeignText.mayBeSecret(argument) else { return "TOKEN" }
    return harmless(ExactText(argument)) ?? "TOKEN"
  }

  private static func isHarmless(_ byte: UInt8) -> Bool { ASCII.isLetterOrDigit(byte) || ":/._-@,".utf8.contains(byte) }
}
