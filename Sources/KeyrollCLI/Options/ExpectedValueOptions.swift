import ArgumentParser
import Keyroll

/// What a signing request must be for, whatever it says itself.
struct ExpectedValueOptions: ParsableArguments {
  /// The names of those that may be given several times.
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
      "Sign only where this parameter of the profile has this value; may be repeated.", valueName: "name=value"))
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
