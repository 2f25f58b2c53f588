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

  @Option(
    name: .customLong("object-id"),
    help: ArgumentHelp(
      "The object id of the application or service principal: not its application (client) id.", valueName: "guid"))
  var objectID: String

  @OptionGroup var signing: SigningOptions

  func run() throws {
    let objectID = JSONString(objectID)
    try TokenSigning(options: signing, answerToKey: ServiceAnswer.toKey).run { _ throws(ProfileError) in
      try .graphProof(objectID: objectID)
    }
  }
}
