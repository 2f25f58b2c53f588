import ArgumentParser
import Keyroll

/// What a key on a PKCS #11 token needs: its PIN, and patience.
struct DeviceOptions: ParsableArguments {
  @Option(
    name: .customLong("pin-file"),
    help: ArgumentHelp(
      "Read the PIN from this file, without its last line break; - is standard input.", valueName: "file"))
  var pinFile: String?

  @Option(
    name: .customLong("pin-fd"), help: ArgumentHelp("Read the PIN from this open file descriptor.", valueName: "number")
  )
  var pinDescriptor: Int32?

  @Option(
    name: .customLong("pin-env"), help: ArgumentHelp("Take the PIN from this environment variable.", valueName: "name"))
  var pinVariable: String?

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
    try SecretSource.requireOne("pin", pinFile, pinDescriptor, pinVariable)
    if timeout <= .zero { throw ValidationError("--device-timeout takes a duration above zero, such as 30s or 5m") }
  }

  /// The source of the PIN that was named, or nil when none was.
  var source: SecretSource? { SecretSource(pinFile, pinDescriptor, pinVariable) }

  /// Loads nothing yet: modules are loaded for the first key that is on a token.
  func device() -> Device { Device(allowsFinalPINTry: allowsFinalPINTry, timeout: timeout) }
}
