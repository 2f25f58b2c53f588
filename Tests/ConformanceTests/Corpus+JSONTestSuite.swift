import Foundation
import JSON
import Tokens

/// JSONTestSuite: the first letter says whether a text must be read, must be refused, or may be either.
extension Corpus {
  static let jsonTestSuite = Corpus(name: "json-test-suite", knownCaseCount: 318) { corpora in
    let files = try FileManager.default.contentsOfDirectory(
      at: corpora.appending(path: "json-test-suite"), includingPropertiesForKeys: nil)
    return try files.filter { $0.pathExtension == "json" }.sorted { $0.path < $1.path }.map { file in
      let name = file.lastPathComponent
      let text = [UInt8](try Data(contentsOf: file))
      let found: String
      do throws(JSONError) {
        _ = try JSONReader.value(text.span)
        found = "read"
      } catch { found = "refused: \(error.id)" }
      switch name.first {
      // The README's ruling: the grammar allows a name to occur twice, and two readers may then see two tokens.
      case "y" where name.contains("duplicated_key"):
        return CorpusOutcome(name, expected: "refused: json-duplicate-name", found: found)
      case "y": return CorpusOutcome(name, expected: "read", found: found)
      case "n": return CorpusOutcome(name, expected: "refused", found: found, isPass: found != "read")
      default: return CorpusOutcome(name, .unscored, expected: "either", found: found, isPass: true)
      }
    }
  }
}
