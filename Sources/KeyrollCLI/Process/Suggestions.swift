import Keyroll

/// The names that a person may have meant by an unknown word.
package enum Suggestions {
  /// The most names to suggest; help is for longer lists.
  private static let most = 3

  /// The nearest of the names, in their order: those that differ only in case and hyphens; otherwise those that begin
  /// with the word or have a part that does; otherwise those that the fewest typing mistakes lead to.
  package static func near(_ word: some StringProtocol, among names: [String]) -> [String] {
    let letters = letters(of: word)
    guard letters.count > 1 else { return [] }
    let same = names.filter { self.letters(of: $0) == letters }
    if !same.isEmpty { return Array(same.prefix(most)) }
    let longer = names.filter { self.letters(of: $0).starts(with: letters) }
    if !longer.isEmpty { return Array(longer.prefix(most)) }
    let parts = names.filter { name in
      name.split(separator: "-").contains { self.letters(of: $0).starts(with: letters) }
    }
    if !parts.isEmpty { return Array(parts.prefix(most)) }
    let whole = nearest(letters, names) { [$0] }
    if !whole.isEmpty { return Array(whole.prefix(most)) }
    // The word is longer than the name: `--tenant-id` for `--tenant`.
    let shorter = names.filter { begins(word, with: $0) }
    if !shorter.isEmpty { return Array(shorter.prefix(most)) }
    let misspelt = nearest(letters, names) { $0.split(separator: "-").filter { $0.utf8.count > 3 }.map(String.init) }
    return Array(misspelt.prefix(most))
  }

  /// The end of a message: `; did you mean 'a' or 'b'?`, or nothing if no name is near.
  package static func question(_ word: some StringProtocol, among names: [String]) -> String {
    let near = near(word, among: names).map { $0.hasPrefix("-") ? "'\($0)'" : $0 }
    return near.isEmpty ? "" : "; did you mean \(alternatives(near))?"
  }

  /// `a, b or c`.
  package static func alternatives(_ words: [String], _ conjunction: String = "or") -> String {
    guard let last = words.last else { return "" }
    return words.count == 1 ? last : words.dropLast().joined(separator: ", ") + " \(conjunction) " + last
  }

  /// The names that the fewest mistakes lead to, if these are few for a word of this length.
  private static func nearest(_ letters: [UInt8], _ names: [String], in forms: (String) -> [String]) -> [String] {
    let slips = names.map { name in
      forms(name).map { self.slips(from: letters, to: self.letters(of: $0)) }.min() ?? .max
    }
    guard let fewest = slips.min(), fewest <= max(1, letters.count / 3) else { return [] }
    return zip(names, slips).filter { $0.1 == fewest }.map(\.0)
  }

  private static func letters(of word: some StringProtocol) -> [UInt8] {
    word.utf8.filter { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "_") }.map(ASCII.lowercased)
  }

  private static func begins(_ word: some StringProtocol, with name: String) -> Bool {
    name.utf8.count > 3 && word.utf8.starts(with: "\(name)-".utf8)
  }

  /// The number of letters to insert, remove, replace or swap with a neighbour (optimal string alignment).
  private static func slips(from word: [UInt8], to name: [UInt8]) -> Int {
    if word.isEmpty || name.isEmpty { return max(word.count, name.count) }
    var (beforeLast, last) = ([Int](), Array(0...name.count))
    for (row, letter) in word.enumerated() {
      var current = [row + 1]
      for (column, other) in name.enumerated() {
        var fewest = min(last[column + 1] + 1, current[column] + 1, last[column] + (letter == other ? 0 : 1))
        if row > 0, column > 0, letter == name[column - 1], word[row - 1] == other {
          fewest = min(fewest, beforeLast[column - 1] + 1)
        }
        current.append(fewest)
      }
      (beforeLast, last) = (last, current)
    }
    return last[name.count]
  }
}
