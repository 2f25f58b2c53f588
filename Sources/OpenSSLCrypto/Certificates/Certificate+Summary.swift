internal import Signing

extension Certificate {
  /// For a list to choose from: the subject, which comes from the file, and the thumbprint that portals show.
  var summary: String { "\"\(subject)\" (SHA-1 \(Hexadecimal.text(sha1Thumbprint).uppercased()))" }

  /// At most eight of them, in an order that does not depend on the file's.
  static func list(_ certificates: some Sequence<Certificate>) -> String {
    let ordered = certificates.sorted { ($0.notBefore, $0.summary) < ($1.notBefore, $1.summary) }
    let shown = ordered.prefix(8).map(\.summary).joined(separator: ", ")
    return ordered.count > 8 ? "\(shown) and \(ordered.count - 8) more" : shown
  }
}
