import ArgumentParser
import Keyroll

/// The client, tenant and cloud of a client assertion.
struct EntraClientOptions: ParsableArguments {
  @Option(
    name: .customLong("tenant"),
    help: ArgumentHelp("The directory (tenant) id, or a domain of the tenant.", valueName: "tenant"))
  var tenant: String?

  @Option(name: .customLong("client-id"), help: ArgumentHelp("The application (client) id.", valueName: "guid"))
  var clientID: String?

  @Option(name: .customLong("cloud"), help: ArgumentHelp("The national cloud; global by default.", valueName: "cloud"))
  var cloud: Cloud?

  @Option(
    name: .customLong("login-host"),
    help: ArgumentHelp("The host of the token endpoint, for a cloud not listed.", valueName: "host"))
  var loginHost: String?

  @Option(
    name: .customLong("audience-form"),
    help: ArgumentHelp("The form of aud; token, the documented one, by default.", valueName: "form"))
  var audienceForm: AudienceForm?

  func validate() throws {
    if cloud != nil && loginHost != nil { throw ValidationError("only one of --cloud and --login-host can be given") }
  }

  /// The names of the options that were given.
  var names: [String] { (clientID == nil ? [] : ["--client-id"]) + audienceNames }

  /// The same for those that make the audience.
  var audienceNames: [String] {
    let given = [
      ("--tenant", tenant != nil), ("--cloud", cloud != nil), ("--login-host", loginHost != nil),
      ("--audience-form", audienceForm != nil),
    ]
    return given.filter(\.1).map(\.0)
  }

  /// For making a token, which needs both; throws `usage` if one is missing.
  func reference() throws(CommandError) -> ProfileReference {
    guard let tenant, let clientID else { throw .usage("--tenant and --client-id are needed") }
    return .entraAssertion(
      tenant: ExactText(tenant), clientID: ExactText(clientID), cloud: cloud, loginHost: loginHost,
      audienceForm: audienceForm)
  }

  /// Throws if one of the two is missing for a token that is made.
  func requireClient() throws {
    if tenant == nil { throw ValidationError("Missing expected argument '--tenant <tenant>'") }
    if clientID == nil { throw ValidationError("Missing expected argument '--client-id <guid>'") }
  }

  func profile(algorithm: SignatureAlgorithm?) throws(ProfileError) -> Profile {
    try .entraAssertion(
      tenant: tenant.map(ExactText.init(_:)), clientID: clientID.map(ExactText.init(_:)), cloud: cloud ?? .global,
      loginHost: loginHost,
      audienceForm: audienceForm, algorithm: algorithm)
  }
}

/// Which Graph a request is sent to.
struct GraphPlaceOptions: ParsableArguments {
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
  }

  var graphHost: String { host ?? (cloud ?? .global).graphHost }
  var version: GraphVersion { isBeta ? .beta : .v1 }
}

/// An object of Graph by its own id.
struct GraphObjectOptions: ParsableArguments {
  @Option(
    name: .customLong("application"), help: ArgumentHelp("The object id of the application.", valueName: "guid"))
  var application: String?

  @Option(
    name: .customLong("service-principal"),
    help: ArgumentHelp("The object id of the service principal.", valueName: "guid"))
  var servicePrincipal: String?

  var id: String? { application ?? servicePrincipal }
}

/// Which object of which Graph a key is added to or removed from.
struct GraphOptions: ParsableArguments {
  @OptionGroup var object: GraphObjectOptions

  @Option(
    name: .customLong("app-id"),
    help: ArgumentHelp(
      "Name the object in the address by its application (client) id; the proof still names its object id.",
      valueName: "guid"))
  var appID: String?

  @OptionGroup var place: GraphPlaceOptions

  func validate() throws {
    switch (object.application, object.servicePrincipal) {
    case (nil, nil):
      throw ValidationError("Missing expected argument '--application <guid>' or '--service-principal <guid>'")
    case (.some, .some): throw ValidationError("only one of --application and --service-principal can be given")
    case (let objectID?, nil), (nil, let objectID?):
      if let appID, ASCII.isEqualIgnoringCase(appID, objectID) {
        throw ValidationError(
          "the object id is not the application (client) id, and both are given as \(naming: appID)")
      }
    }
  }

  /// The issuer in the proof, however the address names the object.
  var objectID: ExactText { ExactText(object.id ?? "") }

  /// The ids of the object that were given.
  var ids: [String?] { [object.id, appID] }

  func address(_ action: GraphAddress.Action) throws(ProfileError) -> GraphAddress {
    try GraphAddress(
      host: place.graphHost, version: place.version,
      collection: object.application == nil ? .servicePrincipals : .applications,
      name: appID.map { .appID(ExactText($0)) } ?? .objectID(objectID), action: action)
  }
}

/// The object of Microsoft Graph that a proof is for.
struct ProofOptions: ParsableArguments {
  @Option(
    name: .customLong("object-id"),
    help: ArgumentHelp(
      "The object id of the application or service principal: not its application (client) id.", valueName: "guid"))
  var objectID: String

  var reference: ProfileReference { .graphProof(objectID: ExactText(objectID)) }
}
