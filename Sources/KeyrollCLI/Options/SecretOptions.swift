import ArgumentParser
import Keyroll

/// A kind of secret, by the options for its source.
protocol NamedSecret {
  /// The beginning of its option names: `pin`.
  static var name: String { get }
  /// Its name in help.
  static var title: String { get }
}

/// The password of a key file.
enum KeyPassword: NamedSecret {
  static let name = "password"
  static let title = "password"
}

/// The PIN of a token.
enum TokenPIN: NamedSecret {
  static let name = "pin"
  static let title = "PIN"
}

/// The password of the new certificate's PFX.
enum NewPassword: NamedSecret {
  static let name = "new-password"
  static let title = "password of the new PFX"
}

/// The password of a new key file.
enum NewKeyPassword: NamedSecret {
  static let name = "new-password"
  static let title = "password of the new key file"
}

/// The source of a secret that nobody is asked for: `--NAME-file`, `--NAME-fd` or `--NAME-env`.
struct SecretOptions<Secret: NamedSecret>: ParsableArguments {
  @Option(
    name: .customLong("\(Secret.name)-file"),
    help: ArgumentHelp(
      "Read the \(Secret.title) from this file, without its last line break; - is standard input.", valueName: "file"),
    completion: .file())
  var file: String?

  @Option(
    name: .customLong("\(Secret.name)-fd"),
    help: ArgumentHelp("Read the \(Secret.title) from this open file descriptor.", valueName: "number"))
  var descriptor: Int32?

  @Option(
    name: .customLong("\(Secret.name)-env"),
    help: ArgumentHelp("Take the \(Secret.title) from this environment variable.", valueName: "name"))
  var variable: String?

  func validate() throws { try SecretSource.requireOne(Secret.name, file, descriptor, variable) }

  /// The source that was named, or nil if there is none.
  var source: SecretSource? { SecretSource(file, descriptor, variable) }
}

extension SecretOptions where Secret == KeyPassword {
  /// What is needed to open a key; throws `secret-unavailable` if a source cannot be read.
  func provider(pin: SecretSource? = nil) throws(KeyError) -> CommandSecrets {
    try KeyError.passing { () throws(SystemError) in try CommandSecrets(password: source, pin: pin) }
  }
}

/// What a key on a PKCS #11 token needs besides its PIN: permission for the last try, and time.
struct DeviceOptions: ParsableArguments {
  @Flag(name: .customLong("final-pin-try"), help: "Give the PIN although a wrong one would lock the token.")
  var allowsFinalPINTry = false

  @Option(
    name: .customLong("device-timeout"),
    help: ArgumentHelp(
      "End with an error if a call to the token takes longer; waiting for its own keypad does not count.",
      valueName: "duration"))
  var timeout = DeviceOptions.usualTimeout

  /// The longest time for a call, unless the user gives another.
  static let usualTimeout = TimeSpan(seconds: 60)

  func validate() throws {
    if timeout <= .zero { throw ValidationError("--device-timeout takes a duration above zero, such as 30s or 5m") }
  }
}
