import Keyroll

/// The files of a request that is carried to another machine.
enum RequestFile: String, CaseIterable {
  case configuration
  case summary
  case body
  case token
  case newCertificate = "new-certificate"
  case signingCertificate = "signing-certificate"
  case keyCredentials = "key-credentials"

  func name(for address: RequestAddress) -> String {
    switch (self, address) {
    case (.configuration, _): "request.curl"
    case (.summary, _): "summary.txt"
    case (.body, .token): "body.form"
    case (.body, _): "body.json"
    case (.token, .token): "assertion.jwt"
    case (.token, _): "proof.jwt"
    case (.newCertificate, _): "new-certificate.cer"
    case (.signingCertificate, _): "signing-certificate.cer"
    case (.keyCredentials, _): "key-credentials.json"
    }
  }

  /// Whether a request to this address has such a file, or may have it.
  func belongs(to address: RequestAddress) -> Bool {
    switch (self, address) {
    case (.newCertificate, .graph(let graph)): graph.action == .addKey
    case (.keyCredentials, .graph(let graph)): graph.action == .removeKey
    case (.newCertificate, .token), (.keyCredentials, .token): false
    case (.configuration, _), (.summary, _), (.body, _), (.token, _), (.signingCertificate, _): true
    }
  }

  /// The id of the check that compares it.
  var checkID: String { "\(rawValue)-file" }

  /// The most that is read of one, in bytes.
  static let mostBytes = 1 << 20
}
