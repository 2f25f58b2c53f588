import ArgumentParser
import Keyroll

/// What the user decides about header and dates of a token; the rest comes from the profile and the key.
struct DraftOptions: ParsableArguments {
  /// The names of the options that may be repeated.
  static let repeatable = ["--hint"]

  @Option(
    name: .customLong("algorithm"),
    help: ArgumentHelp("The signature algorithm; the default is the profile's.", valueName: "name"))
  var algorithm: SignatureAlgorithm?

  @Option(
    name: .customLong("hint"),
    help: ArgumentHelp(
      "A header name that identifies the key, in place of the profile's own; may be repeated.", valueName: "name"))
  var hints: [KeyHint] = []

  @Flag(name: .customLong("x5c"), help: "Add the certificate chain to the header, beside the other hints.")
  var includesCertificates = false

  @Option(
    name: .customLong("key-id"),
    help: ArgumentHelp("The kid to write, if the issuer knows the key by an id.", valueName: "text"))
  var keyID: String?

  @Flag(name: .customLong("iat"), help: "Write the time of signing as iat if the profile leaves it open.")
  var includesIssuedAt = false

  @OptionGroup var clock: ClockOptions
  @OptionGroup var window: WindowOptions

  /// All choices, for the library; `now` is the time of signing. Throws `usage`.
  func choices(at now: NumericDate, claims: JSONObject) throws(CommandError) -> TokenChoices {
    var choices = TokenChoices()
    choices.algorithm = algorithm
    choices.hints = hints
    choices.includesCertificates = includesCertificates
    choices.keyID = keyID.map(ExactText.init(_:))
    choices.includesIssuedAt = includesIssuedAt
    choices.notBefore = try window.notBefore(from: now)
    choices.lifetime = try window.span()
    choices.claims = claims
    return choices
  }

  /// Judges the claims, before any key or certificate is read; throws what is wrong with them, and `usage`.
  func plan(by profile: ProfileReference, claims: JSONObject, windows: Int = 1) throws -> TokenPlan {
    let now = try clock.now()
    var generator = SystemRandomNumberGenerator()
    let choices = try choices(at: now, claims: claims)
    return try window.naming {
      try TokenPlan(choices, by: profile, at: now, windows: windows, using: &generator)
    }
  }
}

/// Claims that a profile leaves open or does not name.
struct ClaimOptions: ParsableArguments {
  /// The names of the options that may be repeated, including the parameters of the profile.
  static let repeatable = ["--parameter", "--claim", "--claim-json"]

  @Option(
    name: .customLong("claim"),
    help: ArgumentHelp(
      "A claim that the profile leaves open or does not name, as text; may be repeated.", valueName: "name=value"))
  var claims: [NamedValue] = []

  @Option(name: .customLong("claim-json"), help: ArgumentHelp("The same with a JSON value.", valueName: "name=json"))
  var jsonClaims: [NamedValue] = []

  /// Throws `usage` for a claim that is given twice, or is not JSON.
  func object() throws(CommandError) -> JSONObject {
    var object = JSONObject()
    for claim in claims { try Self.add(claim, .string(claim.value), to: &object) }
    for claim in jsonClaims { try Self.add(claim, try claim.json(), to: &object) }
    return object
  }

  private static func add(_ claim: NamedValue, _ value: JSONValue, to object: inout JSONObject) throws(CommandError) {
    if object[claim.name] != nil { throw .usage("claim \(argument: claim.name) is given twice") }
    object[claim.name] = value
  }
}

/// The values of a profile's parameters.
struct ParameterOptions: ParsableArguments {
  @Option(
    name: .customLong("parameter"),
    help: ArgumentHelp("The value of a parameter of the profile; may be repeated.", valueName: "name=value"))
  var parameters: [NamedValue] = []

  var isEmpty: Bool { parameters.isEmpty }

  func dictionary() throws(CommandError) -> [String: ExactText] {
    var values: [String: ExactText] = [:]
    for parameter in parameters {
      if values.updateValue(parameter.value, forKey: parameter.name.text) != nil {
        throw .usage("parameter \(argument: parameter.name) is given twice")
      }
    }
    return values
  }
}

/// A profile by name or file, and the values of its parameters.
struct ProfileOptions: ParsableArguments {
  @Option(
    name: .customLong("profile"),
    help: ArgumentHelp("A built-in profile, or the path of a profile file (JSON).", valueName: "name or file"),
    completion: .file())
  var profile: String

  @OptionGroup var values: ParameterOptions

  /// The file of the profile; the name of a built-in profile is not a file.
  var inputs: CommandInputs { CommandInputs(["the profile": profile]) }

  /// Throws what is wrong with the document, and `usage` for a parameter that is given twice.
  func reference() throws -> ProfileReference {
    ProfileReference(try ProfileFile.document(profile), parameters: try values.dictionary())
  }
}
