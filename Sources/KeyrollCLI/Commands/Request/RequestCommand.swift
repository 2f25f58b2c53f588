import ArgumentParser
import Keyroll

/// Groups the commands about requests that another machine sends.
struct RequestCommand: CommandGroup {
  static let configuration = CommandConfiguration(
    commandName: "request",
    abstract: "Make a request that a connected machine sends with curl alone, or check one before it is sent.",
    discussion: """
      Examples:
        keyroll request add-key --application 3f2504e0-4f89-41d3-9a0c-0305e82c3301 \\
          --new-certificate new.cer --key old.pfx --output add-key
        keyroll request list-keys --all --output first-page
        keyroll request check add-key --certificate old.cer --new-certificate new.cer
      """,
    subcommands: [
      RequestAddKeyCommand.self, RequestRemoveKeyCommand.self, RequestTokenCommand.self,
      RequestListKeysCommand.self, RequestCheckCommand.self,
    ])

  static let question = "which request"
}

/// What the commands that make requests have in common: a request that lacks its token, the key that signs it or a token that is
/// signed already, and a new folder.
protocol RequestMakingCommand: RepeatableOptions {
  var signing: RequestKeyOptions { get }
  var output: RequestOutputOptions { get }
  var format: FormatOptions { get }
  /// A proof or assertion that is signed already, or its file.
  var signedToken: String? { get }
  /// What is not known of the request, and said before it is judged.
  var caution: String? { get }

  /// Every file that is read, besides what the key is opened with.
  func ownInputs() throws -> CommandInputs
  /// Throws what is known to prevent the request, before a key is used.
  func unsigned(at time: NumericDate) throws -> UnsignedRequest
}

extension RequestMakingCommand {
  static var repeatableOptions: [String] { RequestKeyOptions.repeatable }

  var caution: String? { nil }

  /// Makes the request, judges it as `keyroll request check` does, and writes it if it is accepted.
  func run() throws {
    var inputs = try ownInputs()
    inputs.append(try signing.inputs())
    try inputs.requireOneReaderOfStandardInput()
    if format.format == .json, output.drawsCodes {
      throw CommandError.usage("--qr and --format json both write to standard output")
    }
    let destination = try output.destination()
    let time = try signing.clock.now()
    var unsigned = try unsigned(at: time)
    unsigned.algorithm = signing.algorithm
    let (tokens, keys) = try signing.tokens(
      ready: signedToken, at: time, by: unsigned.profile, windows: output.windows ?? 1)
    if let caution { Diagnostics.warning(caution) }
    if case .windows(let path) = destination {
      return try write(tokens, of: unsigned, trusting: keys, at: time, to: path)
    }
    let request = try unsigned.request(with: tokens.first ?? "")
    let made = try unsigned.made(request, trusting: keys, at: time, with: .command)
    for warning in made.warnings { Diagnostics.warning(warning.message, id: warning.reason) }
    // Whoever signs now has said them already.
    if signedToken != nil { Diagnostics.warn(of: made.token.warnings) }
    try destination.write(made.folder)
    if made.folder.body.hasPassword {
      Diagnostics.warning(
        "\(naming: output.name) holds the password of the PFX in clear text: whoever reads it has the key")
    }
    if format.format == .json {
      try StandardOutput.write(made.json(writtenTo: output.path, isSingleFile: output.isSingleFile))
    }
    Diagnostics.note("valid \(made.window)")
  }

  /// One request for each of the tokens, all of which are accepted before any is written.
  private func write(
    _ tokens: [ExactText], of unsigned: UnsignedRequest, trusting keys: [TrustedKey], at time: NumericDate,
    to path: String
  ) throws {
    var windows = RequestWindows()
    var reports: [JSONValue] = []
    var said: [String] = []
    for token in tokens {
      let made = try unsigned.made(try unsigned.request(with: token), trusting: keys, at: time, with: .command)
      windows.append(made)
      let folder = windows.windows.last?.folder ?? ""
      reports.append(.object(made.json(writtenTo: "\(path)/\(folder)", isSingleFile: false)))
      // That a window opens later is what was asked for.
      for warning in made.warnings where warning.reason != Check.Reason.notYetValid.rawValue {
        if !said.contains(warning.message) { Diagnostics.warning(warning.message, id: warning.reason) }
        said.append(warning.message)
      }
    }
    try windows.write(to: path)
    if format.format == .json {
      try StandardOutput.write([
        "version": .integer(ResultReport.jsonVersion), "folder": .string(ExactText(path)),
        "requests": .array(reports),
      ])
    }
    for (folder, window) in windows.windows { Diagnostics.note("\(folder) is valid \(window)") }
    if tokens.count > 1 { Diagnostics.warning(WindowCount.caution) }
  }
}

extension MadeRequest {
  /// What programs are told: which request was written, where, and when it can be sent.
  fileprivate func json(writtenTo path: String?, isSingleFile: Bool) -> JSONObject {
    let address = folder.address
    var object: JSONObject = [
      "version": .integer(ResultReport.jsonVersion), "request": .string(ExactText(address.requestName)),
    ]
    // Codes alone leave no file.
    object[isSingleFile ? "file" : "folder"] = path.map { .string(ExactText($0)) }
    object["address"] = .string(ExactText(address.description))
    if !isSingleFile {
      object["files"] = .array(folder.files.map { .string(ExactText($0.name(for: address))) })
    }
    ResultReport.add(window, to: &object)
    return object
  }
}
