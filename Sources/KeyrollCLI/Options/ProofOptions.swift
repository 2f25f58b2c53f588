import ArgumentParser
import Keyroll

/// Which object of Microsoft Graph a proof is for.
struct ProofOptions: ParsableArguments {
  @Option(
    name: .customLong("object-id"),
    help: ArgumentHelp(
      "The object id of the application or service principal: not its application (client) id.", valueName: "guid"))
  var objectID: String

  var reference: ProfileReference { .graphProof(objectID: ExactText(objectID)) }
}
