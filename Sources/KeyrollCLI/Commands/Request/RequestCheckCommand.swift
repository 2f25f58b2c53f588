import ArgumentParser
import Keyroll

/// `keyroll request check`
struct RequestCheckCommand: RepeatableOptions {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Judge a request before it is sent: its token, its body, its files and the time left.",
    discussion: """
      Exit status 0: it can be sent now; 3: it can be sent when its window opens; 1: it is rejected; 2: it could not be \
      judged. A proof does not bind the certificate, keyId, host or scope in its request: say what you expect, and it \
      is compared. Without --certificate the token is verified with the signing certificate in the folder, \
      which proves only that the two belong together. In a package, or a folder of packages, every request is judged, and \
      one window of each row must be open now or later.

      Examples:
        keyroll request check add-key --certificate old.cer --new-certificate new.cer
        keyroll request check add-key --certificate old.cer \\
          --object-id 3f2504e0-4f89-41d3-9a0c-0305e82c3301 --cloud global \\
          --format json
      """)

  static let repeatableOptions = ["--certificate", "--algorithm"]

  @Option(
    name: .customLong("certificate"),
    help: ArgumentHelp(
      "The certificate of the signing key, from where you trust it (PEM, DER or a PFX); may be repeated.",
      valueName: "file"), completion: .file())
  var certificates: [String] = []

  @OptionGroup var secrets: SecretOptions<KeyPassword>

  @OptionGroup var expectation: ExpectationOptions

  @Option(
    name: .customLong("registered"),
    help: ArgumentHelp("The saved keyCredentials of the object, in place of those in the folder.", valueName: "file"),
    completion: .file())
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

  @Argument(
    help: ArgumentHelp(
      "The folder or the single file of the request, a package, or a folder of packages.", valueName: "folder or file"),
    completion: .file())
  var path: String

  func validate() throws {
    if secrets.source != nil, certificates.isEmpty {
      throw ValidationError("--password-… is for a PFX that --certificate names")
    }
  }

  func run() throws {
    var inputs = CommandInputs(["the request": path, "the saved keyCredentials": registered])
    try inputs.append(certificates: certificates)
    inputs.append("the password", secrets.source)
    try inputs.append(certificates: [expectation.newCertificate].compactMap(\.self), as: "the new certificate")
    try inputs.requireOneReaderOfStandardInput()
    let time = try clock.now()
    // The user's arguments must be right before anything is said about somebody else's request.
    let check = try check(at: time)
    if !StandardInput.isNamed(by: path), let package = try ReceivedPackage(at: path) {
      return try conclude(package, by: CheckPackage(check), at: time)
    }
    let report = check.report(on: try received(), at: time)
    switch format.format {
    case .text: try StandardOutput.write(RequestReportText(report).screen)
    case .json: try StandardOutput.write(report.json)
    }
    try Self.end(with: [report.verdict])
  }

  private func conclude(_ package: ReceivedPackage, by check: CheckPackage, at time: NumericDate) throws {
    let isOne = package.packages.isEmpty
    let reports = (isOne ? [package] : package.packages).map { check.report(on: $0, at: time) }
    switch format.format {
    case .text:
      var screen = ScreenText()
      for (index, report) in reports.enumerated() {
        if index > 0 { screen.append("") }
        screen.append(PackageReportText(report).screen)
      }
      try StandardOutput.write(screen)
    case .json:
      if isOne, let only = reports.first {
        try StandardOutput.write(only.json)
      } else {
        try StandardOutput.write(
          [
            "version": .integer(PackageReport.jsonVersion), "packages": .array(reports.map { .object($0.json) }),
          ] as JSONObject)
      }
    }
    try Self.end(with: reports.map(\.verdict))
  }

  /// The status for several is that of the worst.
  private static func end(with verdicts: [RequestReport.Verdict]) throws {
    if verdicts.contains(where: { $0 != .accepted && $0 != .notYetValid }) { throw ExitStatus.rejected }
    if verdicts.contains(.notYetValid) { throw ExitStatus.notYet }
  }

  private func check(at time: NumericDate) throws -> CheckRequest {
    var check = CheckRequest(.command)
    check.keys = try trustedKeys()
    check.expected = try expectation.expectation(at: time)
    check.algorithms = algorithms
    check.maximumLifetime = maximumLifetime
    check.registered = try registered.map {
      try RegisteredKeys(in: $0, choosing: [expectation.objectID, expectation.applicationID])
    }?.keys
    return check
  }

  private func received() throws(SystemError) -> ReceivedRequest {
    if StandardInput.isNamed(by: path) {
      let bytes = try SecretBytes.contents(ofFile: path, limit: RequestFolder.mostFileBytes)
      return ReceivedRequest(single: bytes, named: "standard input", at: path)
    }
    do throws(SystemError) { return try ReceivedRequest(at: path) } catch {
      guard error.code == .fileNotRegular else { throw error }
      throw SystemError(
        .fileUnreadable, error.message, hint: "to read a pipe, give - and connect it to standard input")
    }
  }

  /// The keys that can be used: a bundle may contain others. If there are none, throws what is wrong with the first.
  private func trustedKeys() throws -> [TrustedKey] {
    if certificates.isEmpty { return [] }
    var trust = Trust()
    let secrets = try secrets.provider()
    for path in certificates {
      for certificate in try Toolkit.command.certificates(from: path, secrets: secrets) {
        trust.add(certificate, with: .command)
      }
    }
    if trust.keys.isEmpty, let refusal = trust.refusals.first { throw refusal }
    return trust.keys
  }
}
