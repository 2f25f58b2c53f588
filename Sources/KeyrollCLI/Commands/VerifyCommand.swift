import ArgumentParser
import Keyroll

/// `keyroll verify`
struct VerifyCommand: RepeatableOptions {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Judge a token by a profile and a key you trust, and list every check.",
    discussion: """
      Exit status 0: accepted; 1: rejected; 2: it could not be judged. Without --profile the token is judged by RFC \
      7515, 7519 and 8725 and the options given. Values that are not given are not compared, and the report says so. \
      Of several certificates the one that the token names is used. A saved answer of Graph, or of az ad app credential \
      list --cert, also tells which entry signed, and what would be left without it.
      """)

  static let repeatableOptions = ["--certificate", "--public-key", "--algorithm", "--require", "--parameter"]

  @OptionGroup var keys: TrustedKeyOptions
  @OptionGroup var judging: JudgingOptions

  @Flag(
    name: .customLong("lenient"), help: "Accept, with a warning each, what Entra's token endpoint is seen to accept.")
  var isLenient = false

  @OptionGroup var clock: ClockOptions
  @OptionGroup var format: FormatOptions

  @Argument(help: ArgumentHelp("The token, a file that holds it, or - for standard input.", valueName: "token or file"))
  var token: String = "-"

  func validate() throws {
    if keys.isEmpty {
      throw ValidationError("a token is verified with a key you trust: give --certificate or --public-key")
    }
  }

  func run() throws {
    let time = try clock.now()
    var inputs = try keys.inputs()
    inputs.append("the token", token)
    inputs.append("the profile", judging.profile)
    try inputs.requireOneReaderOfStandardInput()
    let trust = try keys.trust(at: time)
    var profile = try judging.judgingProfile(publicKey: trust.keys.first?.verifier.publicKey)
    if let registered = trust.registered { profile = profile.judging(by: registered) }
    if isLenient && !profile.hasLenientForm { throw CommandError.usage("--lenient is not for \(naming: profile.id)") }
    StandardInput.noteTerminal(at: token)
    let input = try TokenInput(token)
    if let note = input.note { Diagnostics.note(note) }
    let verifier = TokenVerifier(
      profile: profile, keys: trust.keys, unusable: trust.unusable, cryptography: OpenSSLCryptography(),
      isLenient: isLenient)
    let report = verifier.verify(input.bytes.span, at: time)
    let registration = trust.registered.flatMap { RegistrationReport(report, registered: $0) }
    switch format.format {
    case .text:
      try StandardOutput.write(ReportText(report).screen(with: registration))
    case .json:
      var json = report.json
      json["registration"] = registration.map { .object($0.json) }
      try StandardOutput.write(json)
    }
    if !report.isAccepted { throw ExitStatus.rejected }
  }
}
