import ArgumentParser
import Keyroll

/// `keyroll prepare certificate`
struct PrepareCertificateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "certificate",
    abstract: "Prepare a self-signed certificate for a key that signs elsewhere.",
    usage: "keyroll prepare certificate [<options>] --public-key <file> --subject <text> --output <file>",
    discussion: """
      The request is JSON that the person who signs can read; keyroll sign-request rebuilds the bytes to be signed from it.

      Examples:
        keyroll prepare certificate --public-key key.pub --subject Payroll \\
          --output new.json --as digest > digest.bin
        openssl pkeyutl -sign -inkey key.pem -in digest.bin \\
          -pkeyopt digest:sha256 -out signature.bin
        keyroll assemble --request new.json --signature signature.bin \\
          --output renewed.cer
      """)

  @OptionGroup var preparing: CertificatePreparingOptions
  @OptionGroup var life: LifeOptions
  @OptionGroup var clock: ClockOptions

  func run() throws { try preparing.run(life: try life.life(by: clock)) }
}

/// `keyroll prepare csr`
struct PrepareCSRCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "csr",
    abstract: "Prepare a certificate request (PKCS#10) for a key that signs elsewhere.",
    usage: "keyroll prepare csr [<options>] --public-key <file> --subject <text> --output <file>",
    discussion: """
      See also keyroll prepare certificate.

      Examples:
        keyroll prepare csr --public-key old.cer \\
          --subject CN=Payroll,O=Example --output request.json
        keyroll prepare csr --public-key key.pub --subject Payroll \\
          --output request.json --as digest-base64url
      """)

  @OptionGroup var preparing: CertificatePreparingOptions

  func run() throws { try preparing.run(life: nil) }
}

/// The options that both commands take.
struct CertificatePreparingOptions: ParsableArguments {
  @Option(
    name: .customLong("public-key"),
    help: ArgumentHelp(
      "The public key: its own file (PEM or DER), a certificate, or a certificate request, whose signature is checked.",
      valueName: "file"), completion: .file())
  var publicKey: String

  @OptionGroup var subject: SubjectOptions

  @OptionGroup var carried: CarriedOutputOptions

  /// Writes what is carried to the signer.
  func run(life: CertificateLife?) throws {
    let toolkit = Toolkit.command
    let inputs = CommandInputs(["the public key": publicKey])
    let destination = try carried.destination(sparing: inputs)
    let plan = try CertificatePlan(subject.subject, life: life, algorithm: subject.algorithm, with: toolkit)
    let key = try SecretBytes.contents(ofFile: publicKey, limit: Toolkit.mostFileBytes).withBytes {
      (bytes) throws(CertificateError) in try toolkit.publicKey(in: bytes, of: publicKey)
    }
    let request = try plan.signingRequest(for: key, with: toolkit)
    plan.warnings.forEach(Diagnostics.warning)
    _ = try CertificateSigningRequest(Array(CarriedOutputOptions.text(request.json).utf8).span, with: toolkit)
    let form = try carried.form.map { form throws(SigningRequestError) in try request.bytes(as: form) }
    try carried.write(request.json, to: destination, reportedAs: ResultReport(request), form)
    if let life { Diagnostics.note("valid from \(life)") }
  }
}
