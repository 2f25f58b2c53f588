import Foundation
import OpenSSLCrypto
import Signing

/// PFX files that others made, by their labels; every password in the manifest is the right one.
extension Corpus {
  static let pkcs12Files = Corpus(name: "pkcs12", knownCaseCount: 105) { corpora in
    try KeyFileCase.read("pkcs12/manifest.jsonl", in: corpora).map { item in
      let result = item.opened(by: PFXBackend(), in: corpora)
      let found = item.description(result)
      if let due = item.dueRefusal {
        return CorpusOutcome(item.path, expected: "refused: \(due.rawValue)", found: found)
      }
      switch item.label {
      case "LOAD": return CorpusOutcome(item.path, expected: "opens", found: found)
      case "LOAD_LEGACY", "OPTIONAL":
        return CorpusOutcome(
          item.path, expected: "opens, or names the algorithm", found: found,
          isPass: ["opens", "refused: unsupported-protection"].contains(found))
      case "REFUSE":
        let blamesPassword = ["refused: wrong-password", "refused: password-required"].contains(found)
        return CorpusOutcome(
          item.path, expected: "refused, and not for its password", found: found,
          isPass: found.hasPrefix("refused") && !blamesPassword)
      default: return item.open(result, found)
      }
    }
  }
}

extension KeyFileCase {
  /// What the README rules on beyond the labels, by the name of the file.
  fileprivate func open(_ result: Result<any Signer, KeyError>, _ found: String) -> CorpusOutcome {
    switch path {
    case "pkcs12/made/d_base64.p12": return CorpusOutcome(path, .ruling, expected: "opens", found: found)
    case "pkcs12/made/o_nomac.p12", "pkcs12/made/o_nomac_noenc.p12":
      let warns = (try? result.get())?.notes.contains { $0.contains("no MAC") } ?? false
      return CorpusOutcome(
        path, .ruling, expected: "opens with a warning", found: warns ? "\(found) with a warning" : found)
    default:
      return CorpusOutcome(
        path, .unscored, expected: "any answer but a wrong password or another key", found: found,
        isPass: !["refused: wrong-password", "opens as another key"].contains(found))
    }
  }
}
