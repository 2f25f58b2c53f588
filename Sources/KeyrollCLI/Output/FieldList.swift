/// Lines of a name and a value, the values below each other.
struct FieldList {
  private var fields: [(name: String, value: String)] = []

  /// The longest name that the others are padded to: one long name would make every line long.
  private static let widestName = 40

  /// A value of others is one that `ForeignText` shows. A further line without a name stands below the value before.
  mutating func append(_ name: String, _ value: String) { fields.append((name, value)) }

  var screen: ScreenText {
    let width = fields.map(\.name.utf8.count).filter { $0 <= Self.widestName }.max() ?? 0
    var screen = ScreenText()
    for (name, value) in fields {
      let padding = String(repeating: " ", count: max(width - name.utf8.count, 0) + 2)
      screen.append(name + padding + value, indentation: width + 2)
    }
    return screen
  }

  /// Each line ended by a line feed, for a file.
  var text: String { screen.text(columns: nil) }
}
