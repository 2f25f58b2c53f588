import ArgumentParser
import Keyroll

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
