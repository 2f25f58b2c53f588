import ArgumentParser
import Keyroll

/// Which object of which Graph a key is added to or removed from.
struct GraphOptions: ParsableArguments {
  @Option(
    name: .customLong("application"), help: ArgumentHelp("The object id of the application.", valueName: "guid"))
  var application: String?

  @Option(
    name: .customLong("service-principal"),
    help: ArgumentHelp("The object id of the service principal.", valueName: "guid"))
  var servicePrincipal: String?

  @Option(
    name: .customLong("app-id"),
    help: ArgumentHelp(
      "Let the address name the object by its application (client) id; the proof names its object id all the same.",
      valueName: "guid"))
  var appID: String?

  @Option(name: .customLong("cloud"), help: ArgumentHelp("The national cloud; global by default.", valueName: "cloud"))
  var cloud: Cloud?

  @Option(
    name: .customLong("graph-host"),
    help: ArgumentHelp("The host of Graph, for a cloud not listed.", valueName: "host"))
  var host: String?

  @Flag(name: .customLong("beta"), help: "Use the beta version of Graph instead of v1.0.")
  var isBeta = false

  func validate() throws {
    if cloud != nil && host != nil { throw ValidationError("only one of --cloud and --graph-host can be given") }
    switch (application, servicePrincipal) {
    case (nil, nil):
      throw ValidationError("Missing expected argument '--application <guid>' or '--service-principal <guid>'")
    case (.some, .some): throw ValidationError("only one of --application and --service-principal can be given")
    case (let objectID?, nil), (nil, let objectID?):
      if let appID, appID.lowercased().utf8.elementsEqual(objectID.lowercased().utf8) {
        throw ValidationError(
          "the object id is not the application (client) id, and both are given as \(naming: appID)")
      }
    }
  }

  /// What the proof names as its issuer, however the address names the object.
  var objectID: ExactText { ExactText(application ?? servicePrincipal ?? "") }

  func address(_ action: GraphAddress.Action) throws(ProfileError) -> GraphAddress {
    try GraphAddress(
      host: host ?? (cloud ?? .global).graphHost, version: isBeta ? .beta : .v1,
      collection: application == nil ? .servicePrincipals : .applications,
      name: appID.map { .appID(ExactText($0)) } ?? .objectID(objectID), action: action)
  }
}
