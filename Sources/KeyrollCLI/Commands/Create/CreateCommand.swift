import ArgumentParser
import Keyroll

/// Groups the commands that make what a rollover begins with.
struct CreateCommand: CommandGroup {
  static let configuration = CommandConfiguration(
    commandName: "create",
    abstract: "Make the next key with its certificate, or a certificate or request for a key that is there.",
    discussion: """
      Examples:
        keyroll create key next.pfx --subject 'Payroll exporter 2027'
        keyroll create certificate --key key.pem --subject Payroll \\
          --output renewed.cer
        keyroll create csr --key old.pfx --subject CN=Payroll,O=Example \\
          --output old.csr
      """,
    subcommands: [CreateKeyCommand.self, CreateCertificateCommand.self, CreateCSRCommand.self])

  static let question = "what to create"
}

/// `keyroll create key`
struct CreateKeyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key",
    abstract: "Make an RSA key in a new file or on a token, with its self-signed certificate or a request for one.",
    usage: """
      keyroll create key [<options>] --subject <text> <destination>
      """,
    discussion: """
      Nothing that is there is replaced. The key is opened again and signs before it counts as made; on a token the label and \
      the id must be free. After an error nothing is left, or the message says what.

      Examples:
        keyroll create key next.pfx --subject 'Payroll exporter 2027'
        keyroll create key 'pkcs11:token=HSM;object=payroll-2027' \\
          --subject 'Payroll exporter 2027' --output next-hsm.cer
        keyroll create key pem:next.pem --subject CN=Payroll,O=Example --csr next.csr
      """)

  @Argument(
    help: ArgumentHelp(
      "Where it is made: pfx:PATH, pem:PATH, a path that ends in .pfx, .p12 or .pem, or pkcs11:token=LABEL;object=NEW.",
      valueName: "destination"), completion: .file())
  var destination: String

  @OptionGroup var subject: SubjectOptions

  @Option(name: .customLong("bits"), help: ArgumentHelp("The size: 2048, 3072 or 4096.", valueName: "number"))
  var bitCount = KeyDescription.standardBitCount

  @OptionGroup var life: LifeOptions
  @OptionGroup var clock: ClockOptions

  @Option(
    name: .customLong("csr"),
    help: ArgumentHelp("Write a certificate request to this file, and make no certificate.", valueName: "file"),
    completion: .file())
  var requestPath: String?

  @Option(
    name: .customLong("output"),
    help: ArgumentHelp(
      "The file for the certificate; beside a new key file by default, and needed for a token.", valueName: "file"),
    completion: .file())
  var output: String?

  @Option(
    name: .customLong("id"), help: ArgumentHelp("CKA_ID of a key on a token; random by default.", valueName: "hex"))
  var id: String?

  @Flag(name: .customLong("store"), help: "Put the certificate on the token too.")
  var storesCertificate = false

  @Flag(name: .customLong("for-old-windows"), help: "Make a PFX that Windows Server 2016 and older open (3DES, SHA-1).")
  var isForOldWindows = false

  @OptionGroup var newPassword: SecretOptions<NewKeyPassword>

  @Flag(name: .customLong("no-password"), help: "Leave the key in a pem: file in the clear.")
  var hasNoPassword = false

  @OptionGroup var pin: SecretOptions<TokenPIN>
  @OptionGroup var device: DeviceOptions
  @OptionGroup var format: FormatOptions

  func validate() throws {
    guard requestPath != nil else { return }
    if output != nil { throw ValidationError("only one of --csr and --output can be given") }
    if let name = life.given.first ?? (storesCertificate ? "--store" : nil) {
      throw ValidationError("\(name) is for a certificate, and --csr makes none")
    }
  }

  func run() throws {
    let place = try KeyDestination(destination, isForOldWindows: isForOldWindows)
    try requireOptions(for: place)
    var inputs = CommandInputs()
    inputs.append("the new password", newPassword.source)
    inputs.append("the PIN", pin.source)
    try inputs.requireOneReaderOfStandardInput()
    let toolkit = Toolkit.watched(allowsFinalPINTry: device.allowsFinalPINTry, timeout: device.timeout)
    let plan = try CertificatePlan(
      subject.subject, life: requestPath == nil ? try life.life(by: clock) : nil, algorithm: subject.algorithm,
      with: toolkit)
    let description = try KeyDescription(rsaBitCount: bitCount, id: try identifier())
    let path = try path(beside: place)
    let file = try NewCertificateOutput.file(path)
    try place.requireFree()
    plan.warnings.forEach(Diagnostics.warning)

    let secrets = try CommandSecrets(password: nil, pin: pin.source)
    let (maker, warnings) = try toolkit.maker(at: place, password: try password(for: place), secrets: secrets)
    warnings.forEach(Diagnostics.warning)
    let created = try plan.key(description, by: maker, writing: file, with: toolkit)
    created.finished.notes.forEach(Diagnostics.warning)
    var output = NewCertificateOutput(NewCertificateReport(created, in: path), format: format.format)
    output.keyPath = place.isFile ? place.reference.path : nil
    if place.place == .pfx, !isForOldWindows {
      Diagnostics.note("Windows Server 2016 and older need --for-old-windows")
    }
    if storesCertificate {
      let reference = try KeyReference(created.finished.reference, of: Toolkit.keySyntaxes)
      try output.store(besideKeyAt: reference, secrets: secrets, with: toolkit)
    }
    try output.write()
  }

  /// Throws `usage` for options that are for another kind of place.
  private func requireOptions(for place: KeyDestination) throws(CommandError) {
    let forFiles = [
      newPassword.source.map { _ in "--new-password-…" }, hasNoPassword ? "--no-password" : nil,
    ].compactMap(\.self)
    let forTokens = [
      id.map { _ in "--id" }, storesCertificate ? "--store" : nil, pin.source.map { _ in "--pin-…" },
      device.allowsFinalPINTry ? "--final-pin-try" : nil,
    ].compactMap(\.self)
    switch place.place {
    case .token:
      if let name = forFiles.first { throw .usage("\(name) is for a new file, and a token has its PIN") }
      if output == nil, requestPath == nil { throw .usage("a key on a token needs --output FILE for its certificate") }
    default:
      if let name = forTokens.first { throw .usage("\(name) is for a key on a token") }
    }
    if hasNoPassword, newPassword.source != nil {
      throw .usage("only one of --no-password and --new-password-… can be given")
    }
    if hasNoPassword, place.place != .pem {
      throw .usage("--no-password is for pem: alone, because a PFX has its password")
    }
  }

  private func identifier() throws(CommandError) -> [UInt8]? {
    guard let id else { return nil }
    guard let bytes = Hexadecimal.decode(ExactText(id)), !bytes.isEmpty else {
      throw .usage("--id takes hexadecimal digits, two for each byte")
    }
    return bytes
  }

  private func path(beside place: KeyDestination) throws(CommandError) -> String {
    if let path = requestPath ?? output ?? place.neighbour(ending: ".cer") { return path }
    throw .usage("a key on a token needs --output FILE for its certificate")
  }

  /// Nil if none is wanted.
  private func password(for place: KeyDestination) throws -> SecretBytes? {
    guard place.isFile, !hasNoPassword else { return nil }
    return try NewSecret.password(from: newPassword.source, for: place.reference.description)
  }
}
