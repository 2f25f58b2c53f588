import ArgumentParser
import Keyroll

/// Claims that a profile leaves open or does not name.
struct ClaimOptions: ParsableArguments {
  /// The names of those that may be given several times, the profile's parameters among them.
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
