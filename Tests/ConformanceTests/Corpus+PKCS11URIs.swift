import Foundation
import Messages
import PKCS11
import Signing

/// URIs of PKCS #11 tokens from other projects, right and wrong: only those that are strict RFC 7512 may be
/// read.
extension Corpus {
  static let pkcs11URIs = Corpus(name: "pkcs11-uris", knownCaseCount: 85) { corpora in
    let text = try String(contentsOf: corpora.appending(path: "pkcs11-uris.txt"), encoding: .utf8)
    return text.split(separator: "\n").map(String.init).map { uri in
      let found: String
      do throws(KeyError) {
        _ = try PKCS11URI(uri)
        found = "read"
      } catch { found = "refused: \(error.id)" }
      let isStrict = StrictPKCS11URI.matches(uri)
      return CorpusOutcome(
        uri, expected: isStrict ? "read" : "refused", found: found, isPass: (found == "read") == isStrict)
    }
  }
}

/// The rules of the README, written a second time as regular expressions, because the corpus has no labels.
private enum StrictPKCS11URI {
  static func matches(_ uri: String) -> Bool {
    let names = uri.dropFirst(7).split { ";?&".contains($0) }.map { $0.prefix { $0 != "=" } }
    return uri.range(of: "^\(pattern)$", options: .regularExpression) != nil && uri.count > 7
      && Set(names).count == names.count
  }

  private static let pattern: String = {
    let character = "(?:[A-Za-z0-9._~:\\[\\]@!$'()*+,=-]|%[0-9A-Fa-f]{2})"
    func text(_ most: Int) -> String { "(?!.*%00)(?:\(character)|&){1,\(most)}" }
    let number = "(?:[0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])"
    let path = [
      "(?:token|manufacturer|library-manufacturer|library-description|slot-manufacturer)=\(text(32))",
      "(?:serial|model)=\(text(16))", "slot-description=\(text(64))", "slot-id=[0-9]{1,18}", "object=\(text(999))",
      "library-version=\(number)(?:\\.\(number))?", "id=(?:\(character)|&)+",
      "type=(?:public|private|cert|secret-key|data)",
    ].joined(separator: "|")
    let query = [
      "module-name=(?![^&]*%2[Ff])\(character)+", "module-path=(?:/|%2[Ff])(?:\(character)|/)+",
      "pin-source=file:/[a-z_/]+",
    ].joined(separator: "|")
    // The longest fields of the corpus have escapes, so lengths are counted as written, and no line comes
    // near the limit.
    return "(?:pkcs11|PKCS11):(?:(?:\(path))(?:;(?:\(path)))*)?(?:\\?(?:\(query))(?:&(?:\(query)))*)?"
  }()
}
