import ArgumentParser
import Keyroll

/// `keyroll request check`
struct RequestCheckCommand: RepeatableOptions {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Judge a request before it is sent: its token, its body, its files and the time left.",
    discussion: """
      Exit status 0: it can be sent now; 3: it can be sent when its window opens; 1: it is rejected; 2: it could not be \
      judged. A proof does not bind the certificate, keyId, host or scope that goes with it: say what you expect, and it \
      is compared. Without --certificate the token is verified with the signing certificate that lies in the folder, \
      which proves only that the two belong together.

      Examples:
        keyroll request check add-key --certificate old.cer --new-certificate new.cer
        keyroll request check add-key --certificate old.cer \\
          --object-id 3f2504e0-4f89-41d3-9a0c-0305e82c3301 --cloud global \\
          --format json
      """)

  static let repeatableOptions = ["--algorithm"]

  @Option(
    name: .customLong("certificate"),
    help: ArgumentHelp("The certificate of the signing key, from where you trust it (PEM or DER).", valueName: "file"))
  var certificate: String?

  @OptionGroup var expectation: ExpectationOptions

  @Option(
    name: .customLong("registered"),
    help: ArgumentHelp("The saved keyCredentials of the object, in place of those in the folder.", valueName: "file"))
  var registered: String?

  @Option(
    name: .customLong("max-lifetime"),
    help: ArgumentHelp(
      "The longest time that a new certificate may be valid, such as 730d; a longer one is rejected.",
      valueName: "duration"))
  var maximumLifetime: TimeSpan?

  @Option(
    name: .customLong("algorithm"),
    help: ArgumentHelp("An algorithm to allow instead of the profile's; may be repeated.", valueName: "name"))
  var algorithms: [SignatureAlgorithm] = []

  @OptionGroup var clock: ClockOptions
  @OptionGroup var format: FormatOptions

  @Argument(help: ArgumentHelp("The folder or the single file of the request.", valueName: "folder or file"))
  var path: String

  func run() throws {
    var inputs = CommandInputs(["the request": path, "the saved keyCredentials": registered])
    try inputs.append(certificates: [certificate].compactMap(\.self))
    try inputs.append(certificates: [expectation.newCertificate].compactMap(\.self), as: "the new certificate")
    try inputs.requireOneReaderOfStandardInput()
    let report = try report(at: try clock.now())
    switch format.format {
    case .text: try StandardOutput.write(RequestReportText(report).screen)
    case .json: try StandardOutput.write(report.json)
    }
    switch report.verdict {
    case .accepted: break
    case .notYetValid: throw ExitStatus.notYet
    case .rejected: throw ExitStatus.rejected
    @unknown default: throw ExitStatus.rejected
    }
  }

  private func report(at time: NumericDate) throws -> RequestReport {
    // What the user names must be right before anything is said of what somebody else made.
    var check = CheckRequest(.command)
    check.keys = try trustedKeys()
    check.expected = try expectation.expectation(at: time)
    check.algorithms = algorithms
    check.maximumLifetime = maximumLifetime
    check.registered = try registered.map(RegisteredKeys.init(in:))?.keys
    return check.report(on: try received(), at: time)
  }

  private func received() throws(SystemError) -> ReceivedRequest {
    if StandardInput.isNamed(by: path) {
      let bytes = try SecretBytes.contents(ofFile: path, limit: RequestFolder.mostFileBytes)
      return ReceivedRequest(single: bytes, named: "standard input", at: path)
    }
    do throws(SystemError) { return try ReceivedRequest(at: path) } catch {
      guard error.code == .fileNotRegular else { throw error }
      throw SystemError(
        .fileUnreadable, error.message, hint: "what comes through a pipe is read from standard input, by -")
    }
  }

  /// Those whose keys can be used at all: a bundle may hold others. Throws what is wrong with the first where none can.
  private func trustedKeys() throws -> [TrustedKey] {
    guard let certificate else { return [] }
    var trust = Trust()
    for certificate in try Toolkit.command.certificates(from: certificate) {
      trust.add(certificate, with: .command)
    }
    if trust.keys.isEmpty, let refusal = trust.refusals.first { throw refusal }
    return trust.keys
  }
}
