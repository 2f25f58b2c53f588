/// Standard input can be read once.
enum StandardInput {
  /// True for `-`, which stands for it wherever a command takes a path.
  static func isNamed(by path: String) -> Bool { path.utf8.elementsEqual("-".utf8) }

  /// Throws `usage` when more than one of these, each named as on the command line, reads it.
  static func requireOneReader(_ readers: KeyValuePairs<String, Bool>) throws(CommandError) {
    let names = readers.filter(\.value).map(\.key)
    if names.count > 1 {
      throw CommandError(
        .usage, "standard input cannot be both \(names.joined(separator: " and "))", hint: "give one of them by a file")
    }
  }
}
