import ArgumentParser
import Keyroll

/// What the user knows of a request from elsewhere, to compare it with.
struct ExpectationOptions: ParsableArguments {
  @Option(
    name: .customLong("new-certificate"),
    help: ArgumentHelp("add-key: the certificate that is to be added (PEM or DER).", valueName: "file"))
  var newCertificate: String?

  @Option(
    name: .customLong("key-id"), help: ArgumentHelp("remove-key: the keyId that is to be removed.", valueName: "guid"))
  var keyID: String?

  @Option(
    name: .customLong("object-id"),
    help: ArgumentHelp(
      "add-key, remove-key: the object id of the application or service principal.", valueName: "guid"))
  var objectID: String?

  @Option(
    name: .customLong("app-id"),
    help: ArgumentHelp(
      "add-key, remove-key: the application (client) id, where the address names the object by it.", valueName: "guid"))
  var applicationID: String?

  @Option(name: .customLong("cloud"), help: ArgumentHelp("The cloud whose hosts are meant.", valueName: "cloud"))
  var cloud: Cloud?

  @Option(
    name: .customLong("graph-host"),
    help: ArgumentHelp("The host of Graph that is meant; for token the one in the scope.", valueName: "host"))
  var graphHost: String?

  @Option(
    name: .customLong("login-host"),
    help: ArgumentHelp("token: the host of the token endpoint that is meant.", valueName: "host"))
  var loginHost: String?

  @Option(
    name: .customLong("scope"),
    help: ArgumentHelp(
      "token: the scope that is meant, where it is not all that was granted in Graph.", valueName: "scope"))
  var scope: String?

  func validate() throws {
    if cloud != nil, graphHost != nil || loginHost != nil {
      throw ValidationError("--cloud names both hosts: leave --graph-host and --login-host out beside it")
    }
    if scope != nil, graphHost != nil {
      throw ValidationError("only one of --scope and --graph-host can be given: of a token request both name the scope")
    }
  }

  /// Throws what reading the certificate throws, `several-certificates`, and `malformed-parameter` for ids that are no GUIDs.
  func expectation(at time: NumericDate) throws -> RequestExpectation {
    RequestExpectation(
      newCertificate: try newCertificate.map { try NewCertificateFile.certificate(in: $0, at: time) },
      keyID: try keyID.map { try Self.guid($0, "--key-id") },
      objectID: try objectID.map { try Self.guid($0, "--object-id") },
      applicationID: try applicationID.map { try Self.guid($0, "--app-id") }, hosts: hosts,
      scope: scope.map(ExactText.init(_:)))
  }

  private var hosts: RequestExpectation.Hosts? {
    if let cloud { return .cloud(cloud) }
    return graphHost == nil && loginHost == nil ? nil : .named(login: loginHost, graph: graphHost)
  }

  private static func guid(_ text: String, _ option: String) throws(ProfileError) -> ExactText {
    let guid = ExactText(text)
    if TextForm.guid.matches(guid) { return guid }
    throw ProfileError(.malformedParameter, "\(option) takes a GUID, not \(argument: text)")
  }
}
