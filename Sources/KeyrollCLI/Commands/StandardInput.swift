/// Standard input can be read once.
enum StandardInput {
  /// Throws `usage` when more than one of these, each named as on the command line, reads it.
  static func requireOneReader(_ readers: KeyValuePairs<String, Bool>) throws(CommandError) {
    let names = readers.filter(\.value).map(\.key)
    if names.count > 1 {
      throw CommandError(
        .usage, "standard input cannot be both \(names.joined(separator: " and "))", hint: "give one of them by a file")
    }
  }
}
