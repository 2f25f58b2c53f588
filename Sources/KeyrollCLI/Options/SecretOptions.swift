import ArgumentParser
import Keyroll

/// Where the password of a key file comes from, when it is not to be asked for.
struct SecretOptions: ParsableArguments {
  @Option(
    name: .customLong("password-file"),
    help: ArgumentHelp(
      "Read the password from this file, without its last line break; - is standard input.", valueName: "file"))
  var passwordFile: String?

  @Option(
    name: .customLong("password-fd"),
    help: ArgumentHelp("Read the password from this open file descriptor.", valueName: "number"))
  var passwordDescriptor: Int32?

  @Option(
    name: .customLong("password-env"),
    help: ArgumentHelp("Take the password from this environment variable.", valueName: "name"))
  var passwordVariable: String?

  func validate() throws {
    try SecretSource.requireOne("password", passwordFile, passwordDescriptor, passwordVariable)
  }

  /// The source that was named, or nil when none was.
  var source: SecretSource? { SecretSource(passwordFile, passwordDescriptor, passwordVariable) }

  /// What the key is opened with; throws `secret-unavailable` when a source cannot be read.
  func provider(pin: SecretSource? = nil) throws(KeyError) -> CommandSecrets {
    try KeyError.passing { () throws(SystemError) in try CommandSecrets(password: source, pin: pin) }
  }
}
