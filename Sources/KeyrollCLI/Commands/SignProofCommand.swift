import ArgumentParser
import Keyroll

/// `keyroll sign proof`
struct SignProofCommand: RepeatableOptions {
  static let configuration = CommandConfiguration(
    commandName: "proof",
    abstract: "Sign the proof of possession that Microsoft Graph wants for addKey and removeKey.",
    discussion: """
      Sign with the key of a certificate that is registered on the object already and still valid. The proof lives ten \
      minutes. A proof that starts later (--not-before) is well-formed, but whether Graph honours one is not documented.
      """)

  static let repeatableOptions = SigningOptions.repeatable

  /// The most windows: four hours of ten minutes.
  private static let mostWindows = 24

  @OptionGroup var proof: ProofOptions
  @OptionGroup var signing: SigningOptions

  @Option(
    name: .customLong("windows"),
    help: ArgumentHelp(
      "Sign this many proofs (1 to 24) for windows that follow each other, each into a file --output-TIME.jwt of its own.",
      valueName: "count"))
  var windows: Int?

  func validate() throws {
    if let windows, !(1...Self.mostWindows).contains(windows) {
      throw ValidationError("--windows takes a number from 1 to \(Self.mostWindows), not \(windows)")
    }
  }

  func run() throws {
    let signing = TokenSigning(options: signing, profile: proof.reference, answerToKey: ServiceAnswer.toKey)
    if let windows { try signing.run(windows: windows) } else { try signing.run() }
  }
}
