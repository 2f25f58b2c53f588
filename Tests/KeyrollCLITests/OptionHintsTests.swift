import Foundation
import KeyrollCLI
import TestSupport
import Testing

@Suite struct OptionHintsTests {
  @Test("every hint that the command words as an option is one that a library gives")
  func hintsAreGiven() throws {
    let sources = checkout.appending(path: "Sources")
    let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
    var text = ""
    for case let file as URL in files where file.pathExtension == "swift" && !file.path.contains("/KeyrollCLI/") {
      text += try String(contentsOf: file, encoding: .utf8)
    }
    for hint in OptionHints.table.keys {
      // Hints about a comparison consist of a sentence and the name of the value.
      let (beginning, end) = ("give ", " that is meant")
      var parts = hint.components(separatedBy: "then name it as ")
      if hint.hasPrefix(beginning), hint.hasSuffix(end) {
        parts = hint.dropFirst(beginning.count).dropLast(end.count).components(separatedBy: " or ")
      }
      for part in parts { #expect(text.contains(part), "\(hint)") }
    }
  }
}
