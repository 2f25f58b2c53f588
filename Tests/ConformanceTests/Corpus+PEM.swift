import Foundation
import Signing

@testable import OpenSSLCrypto

/// PEM and DER files that others made, by their labels.
extension Corpus {
  static let pemFiles = Corpus(name: "pem", knownCaseCount: 283) { corpora in
    try KeyFileCase.read("pem/manifest.jsonl", in: corpora).map { item in
      let bytes = [UInt8](try Data(contentsOf: corpora.appending(path: item.path)))
      let key = item.description(item.opened(by: PEMBackend(), in: corpora))
      let holdsCertificate = (try? CertificateFile.read(bytes.span)).map { !$0.isEmpty }
      let holdsPublicKey = (try? PublicKeyFile.read(bytes.span)).map { !$0.isEmpty }
      // An entry that stays in the queue would be taken for the reason of a later failure.
      let found = OpenSSLErrors.drain().entries.isEmpty ? key : "errors left behind in OpenSSL's queue"

      if let due = item.dueRefusal {
        return CorpusOutcome(item.path, expected: "refused: \(due.rawValue)", found: found)
      }
      switch item.label {
      case "LOAD":
        let isSmall = item.path == smallExponent
        return CorpusOutcome(
          item.path, expected: isSmall ? "refused: rsa-exponent-too-small" : "opens", found: found)
      case "LOAD_LEGACY":
        return CorpusOutcome(
          item.path, expected: "opens, or names the algorithm", found: found,
          isPass: ["opens", "refused: unsupported-protection"].contains(found))
      case "REFUSE":
        let isRefused = found.hasPrefix("refused") && holdsCertificate == nil && holdsPublicKey == nil
        return CorpusOutcome(
          item.path, expected: "refused by every reader", found: isRefused ? found : "read",
          isPass: isRefused && found != "refused: wrong-password")
      case "CERT":
        return CorpusOutcome(item.path, expected: "read", found: holdsCertificate == true ? "read" : "refused")
      case "PUBKEY":
        return CorpusOutcome(item.path, expected: "read", found: holdsPublicKey == true ? "read" : "refused")
      default:
        return CorpusOutcome(
          item.path, .unscored, expected: "any answer that does not contradict itself", found: found,
          isPass: found != "opens as another key" && holdsCertificate != false && holdsPublicKey != false)
      }
    }
  }

  /// The README's ruling: an RSA exponent below 65537 verifies and never signs.
  private static let smallExponent = "pem/made/ad4a45-rsa_e3.key"
}
