import Foundation
import Signing
import Testing

/// The examples of RFC 7515 and RFC 7520, as files and as the cookbook's JSON.
extension Corpus {
  static let joseVectors = Corpus(name: "jose-vectors", knownCaseCount: 9) { corpora in
    let folder = corpora.appending(path: "jose-vectors")
    return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension.hasPrefix("jws") }.sorted { $0.path < $1.path }
      .map { file in
        let name = file.lastPathComponent
        let text = try String(contentsOf: file, encoding: .utf8)
        if file.pathExtension != "jwsc" { return JOSEExample.json(name, text) }
        let example = file.deletingPathExtension()
        let key = try #require(
          try JSONSerialization.jsonObject(with: Data(contentsOf: example.appendingPathExtension("jwk")))
            as? [String: Any])
        // The files end in a newline, which is not part of the examples.
        return try JOSEExample.compact(
          name, text.filter { $0 != "\n" }, key: key, algorithm: algorithms[example.lastPathComponent])
      }
  }

  /// The properties of the examples, by the text of their sections.
  private static let algorithms: [String: SignatureAlgorithm] = [
    "rfc7515_A.2": .rs256, "rfc7520_4.1": .rs256, "rfc7520_4.2": .ps384,
  ]

  static let joseCookbook = Corpus(name: "jose-cookbook", knownCaseCount: 20) { corpora in
    let folder = corpora.appending(path: "jose-cookbook")
    return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "json" }.sorted { $0.path < $1.path }
      .flatMap { file in
        let example = try #require(
          try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
        let input = try #require(example["input"] as? [String: Any])
        let output = try #require(example["output"] as? [String: Any])
        return try output.sorted { $0.key < $1.key }.map { form, value in
          let name = "\(file.deletingPathExtension().lastPathComponent):\(form)"
          if let text = value as? String {
            return try JOSEExample.compact(
              name, text, key: #require(input["key"] as? [String: Any]),
              algorithm: (input["alg"] as? String).flatMap { SignatureAlgorithm(name: $0) })
          }
          let text = try JSONSerialization.data(withJSONObject: value)
          return JOSEExample.json(name, try #require(String(data: text, encoding: .utf8)))
        }
      }
  }
}
