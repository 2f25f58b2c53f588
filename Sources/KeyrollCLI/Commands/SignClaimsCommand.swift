import ArgumentParser
import Keyroll

/// `keyroll sign claims`
struct SignClaimsCommand: RepeatableOptions {
  static let configuration = CommandConfiguration(
    commandName: "claims",
    abstract: "Sign a token for any other issuer, by a profile.",
    discussion: "keyroll profiles lists the built-in profiles and prints them as a start for a file of your own.")

  static let repeatableOptions = SigningOptions.repeatable + ["--parameter", "--claim", "--claim-json"]

  @OptionGroup var source: ProfileOptions
  @OptionGroup var signing: SigningOptions

  @Option(
    name: .customLong("claim"),
    help: ArgumentHelp(
      "A claim that the profile leaves open or does not name, as text; may be repeated.", valueName: "name=value"))
  var claims: [NamedValue] = []

  @Option(name: .customLong("claim-json"), help: ArgumentHelp("The same with a JSON value.", valueName: "name=json"))
  var jsonClaims: [NamedValue] = []

  func run() throws {
    let document = try source.document()
    let parameters = try source.parameterValues()
    var further = JSONObject()
    for claim in claims { try add(claim, .string(claim.value), to: &further) }
    for claim in jsonClaims { try add(claim, try claim.json(), to: &further) }
    try TokenSigning(options: signing, claims: further).run { publicKey throws(ProfileError) in
      try document.profile(parameters: parameters, publicKey: publicKey, isSigning: true)
    }
  }

  private func add(_ claim: NamedValue, _ value: JSONValue, to object: inout JSONObject) throws(CommandError) {
    if object[claim.name] != nil { throw .usage("claim \(claim.name) is given twice") }
    object[claim.name] = value
  }
}
