import ArgumentParser
import Keyroll

/// `keyroll create certificate`
struct CreateCertificateCommand: RepeatableOptions {
  static let configuration = CommandConfiguration(
    commandName: "certificate",
    abstract: "Make a self-signed certificate for a key that you have, in a file, on a token or behind a program.",
    usage: "keyroll create certificate [<options>] --key <reference> --subject <text> --output <file>",
    discussion: """
      This renews a certificate and keeps the key. A rollover needs a new key: keyroll create key.

      Examples:
        keyroll create certificate --key key.pem --subject Payroll \\
          --output renewed.cer
        keyroll create certificate --key 'pkcs11:token=HSM;object=payroll-2026' \\
          --subject Payroll --output renewed-hsm.cer --store
      """)

  static let repeatableOptions = KeyOptions.repeatable

  @OptionGroup var key: KeyOptions
  @OptionGroup var subject: SubjectOptions
  @OptionGroup var life: LifeOptions
  @OptionGroup var clock: ClockOptions

  @Option(
    name: .customLong("output"), help: ArgumentHelp("The new file for the certificate.", valueName: "file"),
    completion: .file())
  var output: String

  @Flag(name: .customLong("store"), help: "Put the certificate on the token too.")
  var storesCertificate = false

  @OptionGroup var format: FormatOptions

  func run() throws {
    let making = try ExistingKey(key)
    if storesCertificate, making.reference.scheme != PKCS11URI.syntax.scheme {
      throw CommandError.usage("--store is for a key on a token")
    }
    let plan = try CertificatePlan(
      subject.subject, life: try life.life(by: clock), algorithm: subject.algorithm, with: making.toolkit)
    let file = try NewCertificateOutput.file(output)
    plan.warnings.forEach(Diagnostics.warning)
    let signer = try making.signer(for: plan, at: try clock.now())
    if !signer.certificates.isEmpty {
      Diagnostics.warning("this renews the certificate and keeps the key; a rollover needs a new key")
    }
    let product = try plan.product(signedBy: signer, with: making.toolkit)
    try NewCertificateOutput.write(product, to: file)
    let report = NewCertificateReport(product, of: signer.publicKey, in: output)
    var result = NewCertificateOutput(report, format: format.format)
    result.keyName = key.key
    if storesCertificate {
      try result.store(besideKeyAt: making.reference, secrets: making.secrets, with: making.toolkit)
    }
    try result.write()
  }
}

/// `keyroll create csr`
struct CreateCSRCommand: RepeatableOptions {
  static let configuration = CommandConfiguration(
    commandName: "csr",
    abstract: "Make a certificate request (PKCS#10) for a key that you have.",
    usage: "keyroll create csr [<options>] --key <reference> --subject <text> --output <file>",
    discussion: """
      Examples:
        keyroll create csr --key old.pfx --subject CN=Payroll,O=Example \\
          --output old.csr
        keyroll create csr --key 'pkcs11:token=HSM;object=payroll-2026' \\
          --subject CN=Payroll,O=Example --output hsm.csr
      """)

  static let repeatableOptions = KeyOptions.repeatable

  @OptionGroup var key: KeyOptions
  @OptionGroup var subject: SubjectOptions
  @OptionGroup var clock: ClockOptions

  @Option(
    name: .customLong("output"), help: ArgumentHelp("The new file for the request.", valueName: "file"),
    completion: .file())
  var output: String

  @OptionGroup var format: FormatOptions

  func run() throws {
    let making = try ExistingKey(key)
    let plan = try CertificatePlan(
      subject.subject, life: nil, algorithm: subject.algorithm, with: making.toolkit)
    let file = try NewCertificateOutput.file(output)
    plan.warnings.forEach(Diagnostics.warning)
    let signer = try making.signer(for: plan, at: try clock.now())
    let product = try plan.product(signedBy: signer, with: making.toolkit)
    try NewCertificateOutput.write(product, to: file)
    var result = NewCertificateOutput(
      NewCertificateReport(product, of: signer.publicKey, in: output), format: format.format)
    result.keyName = key.key
    try result.write()
  }
}

/// An existing key, with the secrets that open it.
private struct ExistingKey {
  let reference: KeyReference
  let toolkit: Toolkit
  let secrets: CommandSecrets
  private let access: KeyAccess

  /// Opens nothing yet; throws `usage`, and what is wrong with the reference or the source of a
  /// secret.
  init(_ options: KeyOptions) throws {
    reference = try options.reference()
    access = options.access
    try access.requireNoneNamedTwice(by: reference)
    try access.inputs(with: reference).requireOneReaderOfStandardInput()
    toolkit = try access.toolkit()
    secrets = try access.provider()
  }

  func signer(for plan: CertificatePlan, at time: NumericDate) throws(KeyError) -> any Signer {
    try access.open(reference, with: secrets) { (secrets) throws(KeyError) in
      try SigningKey(reference, secrets: secrets).signer(for: plan.algorithm, at: time, with: toolkit)
    }
  }
}
