import ArgumentParser
import Keyroll

/// Where the password of the new certificate's PFX comes from, when it is not to be asked for.
struct NewPasswordOptions: ParsableArguments {
  @Option(
    name: .customLong("new-password-file"),
    help: ArgumentHelp(
      "Read the password of the new PFX from this file, without its last line break; - is standard input.",
      valueName: "file"))
  var file: String?

  @Option(
    name: .customLong("new-password-fd"),
    help: ArgumentHelp("Read the password of the new PFX from this open file descriptor.", valueName: "number"))
  var descriptor: Int32?

  @Option(
    name: .customLong("new-password-env"),
    help: ArgumentHelp("Take the password of the new PFX from this environment variable.", valueName: "name"))
  var variable: String?

  func validate() throws { try SecretSource.requireOne("new-password", file, descriptor, variable) }

  /// The source that was named, or nil when none was.
  var source: SecretSource? { SecretSource(file, descriptor, variable) }
}
