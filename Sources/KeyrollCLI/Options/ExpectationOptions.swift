import ArgumentParser
import Keyroll

/// The values that the user expects in a request from elsewhere.
struct ExpectationOptions: ParsableArguments {
  @Option(
    name: .customLong("new-certificate"),
    help: ArgumentHelp("add-key: the certificate to add (PEM or DER).", valueName: "file"),
    completion: .file())
  var newCertificate: String?

  @Option(
    name: .customLong("key-id"), help: ArgumentHelp("remove-key: the keyId to remove.", valueName: "guid"))
  var keyID: String?

  @Option(
    name: .customLong("object-id"),
    help: ArgumentHelp(
      "add-key, remove-key: the object id of the application or service principal.", valueName: "guid"))
  var objectID: String?

  @Option(
    name: .customLong("app-id"),
    help: ArgumentHelp(
      "add-key, remove-key: the application (client) id, if the address names the object by it.", valueName: "guid"))
  var applicationID: String?

  @Option(name: .customLong("cloud"), help: ArgumentHelp("The cloud whose hosts you expect.", valueName: "cloud"))
  var cloud: Cloud?

  @Option(
    name: .customLong("graph-host"),
    help: ArgumentHelp("The expected host of Graph; for token the one in the scope.", valueName: "host"))
  var graphHost: String?

  @Option(
    name: .customLong("login-host"),
    help: ArgumentHelp("token: the expected host of the token endpoint.", valueName: "host"))
  var loginHost: String?

  @Option(
    name: .customLong("scope"),
    help: ArgumentHelp(
      "token: the expected scope, if it is not everything that was granted in Graph.", valueName: "scope"))
  var scope: String?

  func validate() throws {
    if cloud != nil, graphHost != nil || loginHost != nil {
      throw ValidationError("--cloud names both hosts: leave --graph-host and --login-host out beside it")
    }
    if scope != nil, graphHost != nil {
      throw ValidationError("only one of --scope and --graph-host can be given: in a token request both name the scope")
    }
  }

  /// Throws what reading the certificate throws, `several-certificates`, and `malformed-parameter` for ids that are not
  /// GUIDs.
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

/// What a signing request must be for, whatever the request itself says.
struct ExpectedValueOptions: ParsableArguments {
  /// The names of the options that may be repeated.
  static let repeatable = ["--parameter"]

  @Option(
    name: .customLong("object-id"),
    help: ArgumentHelp("Sign only a proof for the object of this id.", valueName: "guid"))
  var objectID: String?

  @Option(
    name: .customLong("tenant"), help: ArgumentHelp("Sign only an assertion for this tenant.", valueName: "tenant"))
  var tenant: String?

  @Option(
    name: .customLong("client-id"),
    help: ArgumentHelp("Sign only for the application of this (client) id.", valueName: "guid"))
  var clientID: String?

  @Option(
    name: .customLong("parameter"),
    help: ArgumentHelp(
      "Sign only if this parameter of the profile has this value; may be repeated.", valueName: "name=value"))
  var parameters: [NamedValue] = []

  /// By the names of the profile's parameters; throws `usage` for one that is given twice.
  func values() throws(CommandError) -> [String: ExactText] {
    var values: [String: ExactText] = [:]
    let named = [("object-id", objectID), ("tenant", tenant), ("client-id", clientID)].compactMap { name, value in
      value.map { (name, ExactText($0)) }
    }
    for (name, value) in named + parameters.map({ ($0.name.text, $0.value) }) {
      if values.updateValue(value, forKey: name) != nil {
        throw .usage("the expected \(naming: name) is given twice")
      }
    }
    return values
  }
}

/// The rules and the time by which a signing request is judged again.
struct ReviewOptions: ParsableArguments {
  @Option(
    name: .customLong("profile"),
    help: ArgumentHelp(
      "Insist on this profile, by name, or by a file whose rules then replace the request's own.",
      valueName: "name or file"), completion: .file())
  var profile: String?

  /// The file of the profile; the name of a built-in profile is not a file.
  var inputs: CommandInputs { CommandInputs(["the profile": profile]) }

  @OptionGroup var clock: ClockOptions
}
