import ArgumentParser
import Keyroll

/// Which client of which tenant in which cloud a client assertion is for.
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

  /// For a token that is made, for which both must be given; throws `usage` where one is not.
  func reference() throws(CommandError) -> ProfileReference {
    guard let tenant, let clientID else { throw .usage("--tenant and --client-id are needed") }
    return .entraAssertion(
      tenant: ExactText(tenant), clientID: ExactText(clientID), cloud: cloud, loginHost: loginHost,
      audienceForm: audienceForm)
  }

  /// Throws for a token that is made without one of the two.
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
