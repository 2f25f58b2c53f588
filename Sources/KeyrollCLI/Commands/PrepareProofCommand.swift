import ArgumentParser
import Keyroll

/// `keyroll prepare proof`
struct PrepareProofCommand: RepeatableOptions {
  static let configuration = CommandConfiguration(
    commandName: "proof",
    abstract: "Prepare the proof of possession that Microsoft Graph wants for addKey and removeKey.",
    discussion: "The proof lives ten minutes, in which it is signed, assembled and used. See also keyroll sign proof.")

  static let repeatableOptions = DraftOptions.repeatable

  @OptionGroup var proof: ProofOptions
  @OptionGroup var preparing: PreparingOptions

  func run() throws { try TokenPreparing(options: preparing, profile: proof.reference).run() }
}
