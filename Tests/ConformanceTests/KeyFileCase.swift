import Foundation
import Messages
import Signing
import SigningTesting

/// A row of the manifest of a corpus of key files.
struct KeyFileCase: Decodable {
  let path: String
  let password: String?
  let label: String
  let fingerprint: String?

  enum CodingKeys: String, CodingKey {
    case path, password
    case label = "expected"
    case fingerprint = "key_spki_sha256"
  }

  static func read(_ manifest: String, in corpora: URL) throws -> [KeyFileCase] {
    try String(contentsOf: corpora.appending(path: manifest), encoding: .utf8).split(separator: "\n")
      .map { try JSONDecoder().decode(KeyFileCase.self, from: Data($0.utf8)) }
  }

  /// The reason that a label requires, if it requires exactly one.
  var dueRefusal: KeyError.Code? {
    switch label {
    case "NONRSA": .keyNotRSA
    case "NOKEY": .noPrivateKey
    case "PSSKEY": .keyRestricted
    case "MULTIKEY": .severalKeys
    case "MISMATCH": .certificateMismatch
    case "WEAKKEY": .rsaKeyTooSmall
    default: nil
    }
  }

  /// Opens the file for RS256, as the command would.
  func opened(by backend: any KeyBackend, in corpora: URL) -> Result<any Signer, KeyError> {
    do throws(KeyError) {
      let registry = KeyRegistry(backend)
      let reference = try registry.reference("\(backend.scheme):\(corpora.appending(path: path).path)")
      return .success(
        try registry.signer(for: KeyRequest(reference, algorithm: .rs256, at: 0, secrets: FixedSecrets(password))))
    } catch { return .failure(error) }
  }

  /// True if the key is the one of the manifest, and signs.
  func isRight(_ signer: any Signer) -> Bool {
    let message = Array("message".utf8)
    let found = signer.publicKey.sha256Fingerprint.map { String(format: "%02x", $0) }.joined()
    return (fingerprint == nil || found == fingerprint) && (try? signer.sign(message.span))?.algorithm == .rs256
  }

  /// `opens`, `opens as another key`, or the reason why not.
  func description(_ result: Result<any Signer, KeyError>) -> String {
    switch result {
    case .success(let signer): isRight(signer) ? "opens" : "opens as another key"
    case .failure(let error): "refused: \(error.id)"
    }
  }
}
