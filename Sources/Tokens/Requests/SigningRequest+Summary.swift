import Encodings
import JSON
import Messages
import Signing

extension SigningRequest {
  /// What a request file says of itself: `name: value` lines, made of the other parts and of nothing else.
  ///
  /// Part of the format, version 1: texts stand in it as they are, and any other value as JSON.
  public var summary: [String] { lines.map(\.stored) }

  /// The same for a person who reads it before signing; every claim and every header name is among them.
  ///
  /// Names and values from elsewhere are in it as `ForeignText` shows them.
  public var summaryFields: [(name: String, value: String)] { lines.map(\.shown) }

  /// One line in both forms.
  private struct Line {
    let stored: String
    let shown: (name: String, value: String)

    /// What we say ourselves.
    init(_ name: String, _ value: String) {
      stored = "\(name): \(value)"
      shown = (name, value)
    }

    init(_ kind: String, foreign value: String, shown: String) {
      stored = "\(kind): \(value)"
      self.shown = (kind, shown)
    }

    /// A member of the claims or the header.
    init(_ kind: String, _ member: JSONMember) {
      let (name, value) = (member.name, member.value)
      // A chain by its length alone: it is that of the certificate, or the profile refuses it.
      if kind == "header", name == "x5c", let chain = value.array {
        let count = "\(chain.count) \(chain.count == 1 ? "certificate" : "certificates")"
        stored = "\(kind) \(name): \(count)"
        shown = ("\(kind) \(quoting: name)", count)
      } else {
        stored = "\(kind) \(name): \(value.string?.text ?? JSONWriter.text(value))"
        shown = ("\(kind) \(quoting: name)", value.printed)
      }
    }
  }

  private var lines: [Line] {
    let rules = profile.document == nil ? "" : profile.isBuiltIn ? ", built in" : ", as this request describes it"
    var lines = [
      Line("profile", foreign: profile.id + rules, shown: "\(naming: profile.id)\(rules)"),
      Line("window", window.description),
    ]
    lines += claims.members.map { Line("claim", $0) } + header.members.map { Line("header", $0) }
    if let leaf = certificates.first {
      lines += [
        Line("certificate", foreign: leaf.subject, shown: "\(quoting: leaf.subject)"),
        Line("SHA-1 thumbprint", Hexadecimal.upperCase(leaf.sha1Thumbprint)),
        Line("certificate ends", leaf.validity.notAfter.description), Line("key", leaf.publicKey.summary),
      ]
    }
    return lines + [Line("\(algorithm.digest.rawValue) to sign", Hexadecimal.lowerCase(digest))]
  }
}
