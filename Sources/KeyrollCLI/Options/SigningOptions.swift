import ArgumentParser
import Keyroll

/// The options that every signing command takes.
struct SigningOptions: ParsableArguments {
  /// The names of those that may be given several times.
  static let repeatable = ["--hint"] + SignerOptions.repeatable

  @Option(
    name: .customLong("key"),
    help: ArgumentHelp(
      "The private key: a path, pem:PATH or pfx:PATH with ;cert=PATH, ;name=NAME or ;id=HEX after it, pkcs11:URI, or command:PROGRAM with ;cert=PATH and ;key=TEXT; - as PATH is standard input.",
      valueName: "reference"))
  var key: String

  @Option(
    name: .customLong("certificate"),
    help: ArgumentHelp("The key's certificate, when it is not in the key's file (PEM or DER).", valueName: "file"))
  var certificate: String?

  @Option(
    name: .customLong("algorithm"),
    help: ArgumentHelp("The signature algorithm; the default is the profile's.", valueName: "name"))
  var algorithm: SignatureAlgorithm?

  @Option(
    name: .customLong("hint"),
    help: ArgumentHelp(
      "A header name that tells the key, in place of the profile's own; may be repeated.", valueName: "name"))
  var hints: [KeyHint] = []

  @Flag(name: .customLong("x5c"), help: "Add the certificate chain to the header, beside the other hints.")
  var includesCertificates = false

  @Option(
    name: .customLong("key-id"),
    help: ArgumentHelp("The kid to write, where the issuer knows the key by an id.", valueName: "text"))
  var keyID: String?

  @Flag(name: .customLong("iat"), help: "Write the time of signing as iat where the profile leaves it open.")
  var includesIssuedAt = false

  @OptionGroup var clock: ClockOptions
  @OptionGroup var window: WindowOptions
  @OptionGroup var secrets: SecretOptions
  @OptionGroup var device: DeviceOptions
  @OptionGroup var signer: SignerOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if certificate != nil, KeyArgument(text: key).namesCertificate {
      throw ValidationError("only one of --certificate and ;cert= in the key can be given")
    }
    if device.source != nil, KeyArgument(text: key).namesPINSource {
      throw ValidationError("only one of --pin-… and pin-source in the key can be given")
    }
    for secret in [secrets.passwordVariable, device.pinVariable].compactMap(\.self)
    where signer.variables.contains(secret) {
      throw ValidationError("--signer-env cannot name \(secret), which holds a secret")
    }
  }

  /// The files that are read: the key's, the certificate's and those of secrets.
  var inputs: [String] {
    KeyArgument(text: key).paths + [certificate, secrets.passwordFile, device.pinFile].compactMap(\.self)
  }

  /// Who would read standard input.
  var standardInputReaders: KeyValuePairs<String, Bool> {
    [
      "the key": KeyArgument(text: key).readsStandardInput,
      "the certificate": certificate.map(StandardInput.isNamed(by:)) ?? false,
      "the password": secrets.readsStandardInput, "the PIN": device.source?.readsStandardInput ?? false,
    ]
  }
}
