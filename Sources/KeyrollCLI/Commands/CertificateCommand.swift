import ArgumentParser
import Keyroll

/// Groups what is done with certificates that are there; `keyroll certificate FILE` shows one.
struct CertificateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "certificate",
    abstract: "Show a certificate in every form the services use, or put one on a token.",
    subcommands: [CertificateShowCommand.self, CertificateStoreCommand.self],
    defaultSubcommand: CertificateShowCommand.self)
}

/// `keyroll certificate FILE`: what a certificate is, and each form that a service wants it in.
struct CertificateShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show a certificate's thumbprints, dates and key in every form the services use.",
    usage: "keyroll certificate [<options>] <file>",
    discussion: """
      FILE is PEM, DER or a PFX, a saved answer with keyCredentials, - for standard input, or a pkcs11: reference to a certificate \
      on a token. Every certificate in it is shown, in the order of the file; \
      private keys are not. Nothing is said about whether to trust a certificate. --format pem and jwks write all of them, der and jwk \
      the one that is meant. keyroll certificate store puts one on a token.

      Examples:
        keyroll certificate new.cer
        keyroll certificate new.pfx --format json
        keyroll certificate new.cer --format jwks > jwks.json
      """)

  @Argument(
    help: ArgumentHelp("The file with the certificate, or its reference.", valueName: "file"), completion: .file())
  var file: String

  @Option(
    name: .customLong("format"),
    help:
      "Write text for people, json for programs, or the certificate alone as pem, der, jwk or jwks.")
  var format: CertificateFormat = .text

  @OptionGroup var quiet: QuietOptions
  @OptionGroup var secrets: SecretOptions<KeyPassword>
  @OptionGroup var clock: ClockOptions

  func run() throws {
    var inputs = CommandInputs()
    try inputs.append(certificates: [file], as: "the certificate file")
    inputs.append("the password", secrets.source)
    try inputs.requireOneReaderOfStandardInput()
    if format == .der, StandardStreams.showsResults {
      throw CommandError(
        .usage, "--format der writes bytes, which are not for a terminal",
        hint: "send standard output into a file or a pipe")
    }
    let now = try clock.now()
    let toolkit = Toolkit.command
    let certificates = try toolkit.certificates(from: file, secrets: try secrets.provider())
    switch format {
    case .text: try StandardOutput.write(Self.screen(try reports(on: certificates, at: now)))
    case .json: try StandardOutput.write(CertificateReport.json(try reports(on: certificates, at: now)))
    case .pem: try StandardOutput.write(certificates.map(\.pem).joined())
    case .der: try StandardOutput.write(try toolkit.leaf(of: certificates, from: file, at: now).der)
    case .jwk:
      let leaf = try toolkit.leaf(of: certificates, from: file, at: now)
      try StandardOutput.write(try toolkit.jsonWebKey(of: leaf).json)
    case .jwks:
      try StandardOutput.write(
        JSONWebKey.set(
          try certificates.map { (certificate) throws(KeyError) in try toolkit.jsonWebKey(of: certificate) })
      )
    }
  }

  private func reports(
    on certificates: [Certificate], at now: NumericDate
  ) throws(KeyError) -> [CertificateReport] {
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

/// How a certificate is written.
enum CertificateFormat: String, ExpressibleByArgument, CaseIterable {
  case text
  case json
  case pem
  case der
  case jwk
  case jwks
}

/// `keyroll certificate store`
struct CertificateStoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "store",
    abstract: "Put a certificate on a token, beside its key.",
    usage: "keyroll certificate store [<options>] --key <reference> <file>",
    discussion: """
      The certificate gets the label and the id of its key. One that already exists is not stored again.

      Examples:
        keyroll certificate store hsm.cer \\
          --key 'pkcs11:token=HSM;object=payroll-2026'
        keyroll certificate store hsm.cer --pin-file pin \\
          --key 'pkcs11:token=HSM;object=payroll-2026'
      """)

  @Option(
    name: .customLong("key"),
    help: ArgumentHelp("The private key of the certificate: pkcs11:URI.", valueName: "reference"), completion: .file())
  var key: String

  @OptionGroup var pin: SecretOptions<TokenPIN>
  @OptionGroup var device: DeviceOptions
  @OptionGroup var clock: ClockOptions
  @OptionGroup var format: FormatOptions

  @Argument(help: ArgumentHelp("The file with the certificate (PEM or DER).", valueName: "file"), completion: .file())
  var file: String

  func run() throws {
    let reference = try KeySchemes.reference(key)
    var inputs = CommandInputs()
    try inputs.append(certificates: [file], as: "the certificate file")
    inputs.append(reference)
    inputs.append("the PIN", pin.source)
    try inputs.requireOneReaderOfStandardInput()
    let toolkit = Toolkit.watched(allowsFinalPINTry: device.allowsFinalPINTry, timeout: device.timeout)
    let certificate = try toolkit.leaf(
      of: try toolkit.certificates(from: file), from: file, at: try clock.now())
    let secrets = try CommandSecrets(password: nil, pin: pin.source)
    let stored = try toolkit.store(certificate, besideKeyAt: reference, secrets: secrets)
    stored.notes.forEach(Diagnostics.warning)
    switch format.format {
    case .text:
      var fields = FieldList()
      fields.append(stored.isNew ? "stored" : "is there", stored.reference)
      try StandardOutput.write(fields.screen)
    case .json:
      try StandardOutput.write([
        "version": .integer(ResultReport.jsonVersion), "stored": .string(ExactText(stored.reference)),
        "isNew": .boolean(stored.isNew),
      ])
    }
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
