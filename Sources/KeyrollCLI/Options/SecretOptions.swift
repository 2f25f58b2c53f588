import ArgumentParser
import Keyroll

/// A kind of secret whose source options name.
protocol NamedSecret {
  /// What the names of its options begin with: `pin`.
  static var name: String { get }
  /// How help calls it.
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

/// The password of a key file that is to be made.
enum NewKeyPassword: NamedSecret {
  static let name = "new-password"
  static let title = "password of the new key file"
}

/// Where a secret comes from, when it is not to be asked for: `--NAME-file`, `--NAME-fd` or `--NAME-env`.
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

  /// The source that was named, or nil when none was.
  var source: SecretSource? { SecretSource(file, descriptor, variable) }
}

extension SecretOptions where Secret == KeyPassword {
  /// What a key is opened with; throws `secret-unavailable` when a source cannot be read.
  func provider(pin: SecretSource? = nil) throws(KeyError) -> CommandSecrets {
    try KeyError.passing { () throws(SystemError) in try CommandSecrets(password: source, pin: pin) }
  }
}

/// What a key on a PKCS #11 token needs besides its PIN: leave to try the last one, and patience.
struct DeviceOptions: ParsableArguments {
  @Flag(name: .customLong("final-pin-try"), help: "Give the PIN although a wrong one would lock the token.")
  var allowsFinalPINTry = false

  @Option(
    name: .customLong("device-timeout"),
    help: ArgumentHelp(
      "End with an error when a call to the token takes longer; waiting for its own keypad does not count.",
      valueName: "duration"))
  var timeout = DeviceOptions.usualTimeout

  /// How long a call may take unless the user says otherwise.
  static let usualTimeout = TimeSpan(seconds: 60)

  func validate() throws {
    if timeout <= .zero { throw ValidationError("--device-timeout takes a duration above zero, such as 30s or 5m") }
  }
}
