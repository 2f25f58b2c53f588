import Foundation
import Testing

/// One folder or file with cases of another project, and the only place that says what passes.
struct Corpus: Sendable, CustomTestStringConvertible {
  /// The name of its folder, or of its file without the extension.
  let name: String
  /// The number of known cases, so that none is lost in reading.
  let knownCaseCount: Int
  /// Judges every case; the argument is the folder of all corpora.
  let outcomes: @Sendable (URL) throws -> [CorpusOutcome]

  var testDescription: String { name }

  static let all = [
    joseCookbook, joseVectors, jsonTestSuite, jsonWebTokens, pemFiles, pkcs11URIs, pkcs12Files, wycheproof,
  ]
}
