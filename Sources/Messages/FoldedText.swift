/// Folds lines for a terminal, so that the terminal never wraps one itself: foreign text could then begin a line.
///
/// A code point of ASCII takes one column. Any other counts as two, so that wide letters never make a line too long.
/// The rows of a line, without the indentation, joined together are the line again, with all its spaces.
package struct FoldedText {
  /// The most columns that a row takes.
  package let width: Int

  /// The least width for folding: a letter with its marks takes up to eight columns.
  package static let leastWidth = 16

  /// `width` is at least `leastWidth`.
  package init(width: Int) { self.width = max(width, Self.leastWidth) }

  /// The indentation of the second row and those below, if the caller asks for `indentation` columns.
  package func depth(_ indentation: Int) -> Int { min(max(indentation, 0), width / 2) }

  /// The rows of one line, which has no line breaks, and only marks that `VisibleText` allows.
  package func rows(of line: String, indentation: Int) -> [String] {
    let letters = Self.letters(of: line)
    let margin = String(repeating: " ", count: depth(indentation))
    var rows: [String] = []
    var start = 0
    repeat {
      let lead = rows.isEmpty ? "" : margin
      let end = end(of: letters[start...], after: lead.utf8.count)
      rows.append(lead + letters[start..<end].map(\.text).joined())
      start = end
    } while start < letters.count
    return rows
  }

  /// A code point and its combining marks, which stay together.
  private struct Letter {
    var text: String
    var columns: Int
  }

  private static func letters(of line: String) -> [Letter] {
    var letters: [Letter] = []
    for scalar in line.unicodeScalars {
      let columns = scalar.isASCII ? 1 : 2
      if VisibleText.isMark(scalar), let last = letters.indices.last {
        letters[last].text.unicodeScalars.append(scalar)
        letters[last].columns += columns
      } else {
        letters.append(Letter(text: String(scalar), columns: columns))
      }
    }
    return letters
  }

  /// The end of the row that begins with these letters: after the last space, unless that would leave half of the row
  /// empty.
  private func end(of letters: ArraySlice<Letter>, after lead: Int) -> Int {
    var columns = lead
    var space: Int?
    for index in letters.indices {
      columns += letters[index].columns
      if columns > width { return max(space ?? index, letters.startIndex + 1) }
      if letters[index].text == " ", columns > width / 2 { space = index + 1 }
    }
    return letters.endIndex
  }
}
