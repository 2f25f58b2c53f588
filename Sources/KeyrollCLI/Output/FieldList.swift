/// Lines of a name and a value, the values below each other, every line escaped.
struct FieldList {
  private var fields: [(name: String, value: String)] = []

  /// A further line without a name stands below the value before.
  mutating func append(_ name: String, _ value: String) { fields.append((name, value)) }

  /// Each line ended by a line feed.
  var text: String {
    let width = fields.map(\.name.utf8.count).max() ?? 0
    return fields.map { name, value in
      let padding = String(repeating: " ", count: width - name.utf8.count + 2)
      return "\(EscapedText(name + padding + value))\n"
    }.joined()
  }
}
