import ArgumentParser
import Keyroll

/// `keyroll certificate`: what a certificate is, and each form that a service wants it in.
struct CertificateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "certificate",
    abstract: "Show a certificate's thumbprints, dates and key in every form the services use.",
    discussion: """
      FILE is PEM, DER or a PFX, - for standard input, or a pkcs11: reference to a certificate on a token. Every certificate in it is shown, in the order of the file; \
      private keys are not. Nothing is said about whether to trust a certificate.
      """)

  @Argument(help: ArgumentHelp("The file with the certificate, or its reference.", valueName: "file"))
  var file: String

  @OptionGroup var format: FormatOptions
  @OptionGroup var secrets: SecretOptions
  @OptionGroup var clock: ClockOptions

  /// The version of the JSON form; it rises when a member changes its meaning or goes.
  static let jsonVersion: Int64 = 1

  func run() throws {
    var inputs = CommandInputs()
    try inputs.append(certificates: [file], as: "the certificate file")
    inputs.append("the password", secrets.source)
    try inputs.requireOneReaderOfStandardInput()
    let reports = try reports(at: try clock.now())
    switch format.format {
    case .text: try StandardOutput.write(Self.screen(reports))
    case .json: try StandardOutput.write(json(reports))
    }
  }

  private func reports(at now: NumericDate) throws(KeyError) -> [CertificateReport] {
    let provider = try secrets.provider()
    let certificates = try CertificateFiles.certificates(in: file, secrets: provider)
    let token = try CertificateFiles.tokenReference(file)
    let reference = if let token { token } else { try KeyReference(file, of: []) }
    // By the name of their issuer, so that work grows with the file and not with its square.
    let issued = Dictionary(grouping: Set(certificates), by: \.issuerDER)
    return certificates.map { certificate in
      let isIssuer = issued[certificate.subjectDER, default: []].contains { $0 != certificate }
      let warnings = CertificateWarning.all(for: certificate, isIssuer: isIssuer, at: now, in: reference)
      return CertificateReport(certificate, warnings: warnings, at: now)
    }
  }

  private static func screen(_ reports: [CertificateReport]) -> ScreenText {
    var screen = ScreenText()
    for (index, report) in reports.enumerated() {
      if index > 0 { screen.append("") }
      screen.append(report.screen)
    }
    return screen
  }

  private func json(_ reports: [CertificateReport]) -> JSONObject {
    ["version": .integer(Self.jsonVersion), "certificates": .array(reports.map { .object($0.json) })]
  }
}
