import ArgumentParser
import Keyroll

/// `name=value` on the command line.
struct NamedValue: ExpressibleByArgument {
  let name: ExactText
  let value: ExactText

  init?(argument: String) {
    guard let separator = argument.utf8.firstIndex(of: UInt8(ascii: "=")), separator > argument.startIndex else {
      return nil
    }
    name = ExactText(String(argument[..<separator]))
    value = ExactText(String(argument[argument.utf8.index(after: separator)...]))
  }

  func json() throws(CommandError) -> JSONValue {
    do throws(JSONError) {
      return try JSONReader.value(Array(value.text.utf8).span)
    } catch {
      throw .usage("the value of \(argument: name) is not JSON: \(error.problem), at byte \(error.offset)")
    }
  }
}
