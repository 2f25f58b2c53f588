import ArgumentParser
import Glibc
import Keyroll

/// What a program of the user's own needs that signs: patience, and what of the environment it may see.
struct SignerOptions: ParsableArguments {
  /// The names of those that may be given several times.
  static let repeatable = ["--signer-env"]

  @Option(
    name: .customLong("signer-timeout"),
    help: ArgumentHelp("End the program of a command: key when it takes longer for a signature.", valueName: "duration")
  )
  var timeout = TimeSpan(seconds: 60)

  @Option(
    name: .customLong("signer-env"),
    help: ArgumentHelp(
      "Let the program of a command: key see this environment variable, which holds no secret; may be repeated.",
      valueName: "name"))
  var variables: [String] = []

  func validate() throws {
    if timeout <= .zero { throw ValidationError("--signer-timeout takes a duration above zero, such as 30s or 5m") }
    for name in variables where name.isEmpty || name.utf8.contains(UInt8(ascii: "=")) {
      throw ValidationError("--signer-env takes the name of a variable, not its value")
    }
  }

  /// Throws `usage` for a variable that is not there, or is not text.
  func backend() throws(CommandError) -> CommandBackend {
    var environment: [String: String] = [:]
    for name in variables {
      guard let value = unsafe getenv(name) else {
        throw .usage("the variable \(naming: name) of --signer-env is not set")
      }
      guard let text = unsafe String(validatingCString: value) else {
        throw .usage("the variable \(naming: name) of --signer-env is not text in UTF-8")
      }
      environment[name] = text
    }
    return CommandBackend(
      cryptography: OpenSSLCryptography(), environment: environment,
      timeout: .seconds(timeout.seconds), observer: ProgramWatch())
  }
}
