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
  @OptionGroup var secrets: SecretOptions<KeyPassword>
  @OptionGroup var clock: ClockOptions

  func run() throws {
    var inputs = CommandInputs()
    try inputs.append(certificates: [file], as: "the certificate file")
    inputs.append("the password", secrets.source)
    try inputs.requireOneReaderOfStandardInput()
    let reports = try reports(at: try clock.now())
    switch format.format {
    case .text: try StandardOutput.write(Self.screen(reports))
    case .json: try StandardOutput.write(CertificateReport.json(reports))
    }
  }

  private func reports(at now: NumericDate) throws(KeyError) -> [CertificateReport] {
    let provider = try secrets.provider()
    let certificates = try Toolkit.command.certificates(from: file, secrets: provider)
    let token = try Toolkit.tokenReference(file)
    let reference = if let token { token } else { try KeyReference(file, of: []) }
    return CertificateReport.reports(on: certificates, in: reference, at: now)
  }

  private static func screen(_ reports: [CertificateReport]) -> ScreenText {
    var screen = ScreenText()
    for (index, report) in reports.enumerated() {
      if index > 0 { screen.append("") }
      screen.append(report.screen)
    }
    return screen
  }
}

extension CertificateReport {
  /// For people.
  fileprivate var screen: ScreenText {
    var fields = FieldList()
    fields.append("subject", "\(quoting: certificate.subject)")
    fields.append("issuer", "\(quoting: certificate.issuer)")
    fields.append("serial number", Hexadecimal.upperCase(certificate.serialNumber))
    fields.append("startDateTime", forms.startDateTime.description)
    fields.append("endDateTime", "\(forms.endDateTime)\(remaining)")
    fields.append("public key", certificate.publicKey.summary)
    fields.append("public key SHA-256", Hexadecimal.upperCase(certificate.publicKey.sha256Fingerprint))
    fields.append("signed with", certificate.signatureAlgorithmName)
    fields.append("thumbprint", forms.thumbprint)
    fields.append("thumbprint SHA-256", forms.sha256Thumbprint)
    fields.append("x5t", forms.x5t.text)
    fields.append("x5t#S256", forms.x5tS256.text)
    fields.append("customKeyIdentifier", "\(forms.thumbprint) (hex)")
    fields.append("", "\(forms.customKeyIdentifierBase64) (base64)")
    fields.append("key", forms.key)
    for warning in warnings { fields.append("warning", "\(warning.message) [\(warning.id)]") }
    return fields.screen
  }

  private var remaining: String {
    forms.endDateTime < time ? "" : " (in \(forms.endDateTime - time))"
  }
}
