import ArgumentParser

// The three options under which a secret's source is named: `--NAME-file`, `--NAME-fd` and `--NAME-env`.
extension SecretSource {
  /// Nil when none is given.
  init?(_ file: String?, _ descriptor: Int32?, _ variable: String?) {
    if let file {
      self = .path(file)
    } else if let descriptor {
      self = .descriptor(descriptor)
    } else if let variable {
      self = .environment(variable)
    } else {
      return nil
    }
  }

  /// Throws for more than one of the three, and for one that can be no source.
  static func requireOne(_ name: String, _ file: String?, _ descriptor: Int32?, _ variable: String?) throws {
    if [file != nil, descriptor != nil, variable != nil].count(where: { $0 }) > 1 {
      throw ValidationError("only one of --\(name)-file, --\(name)-fd and --\(name)-env can be given")
    }
    if let descriptor, descriptor < 0 { throw ValidationError("--\(name)-fd takes a number from 0") }
    if let variable, variable.isEmpty || variable.utf8.contains(UInt8(ascii: "=")) {
      throw ValidationError("--\(name)-env takes the name of a variable, not its value")
    }
  }
}
