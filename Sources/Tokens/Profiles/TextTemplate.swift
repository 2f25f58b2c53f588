import Encodings
import Messages
import Signing

/// Text with `{name}` in place of the value of a parameter; `{{` and `}}` stand for the braces themselves.
struct TextTemplate: Sendable, Hashable {
  private enum Part: Sendable, Hashable {
    case text(String)
    case parameter(String)
    /// Standard base64 of the SHA-256 of the public key's SubjectPublicKeyInfo.
    case publicKeyFingerprint
  }

  private let parts: [Part]

  static let fingerprintName: ExactText = "public-key-sha256"

  init(_ text: ExactText, _ parameters: [ProfileParameter]) throws(ProfileError) {
    func malformed(_ problem: String) -> ProfileError {
      ProfileError(.malformedProfile, "the profile's template \(quoting: text) \(problem)")
    }
    var parts: [Part] = []
    var literal = ""
    var rest = text.text.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      if (scalar == "{" || scalar == "}") && rest.first == scalar {
        rest.removeFirst()
        literal.unicodeScalars.append(scalar)
      } else if scalar == "{" {
        guard let end = rest.firstIndex(of: "}") else { throw malformed("has a brace that is not closed") }
        let name = String(rest[..<end])
        rest = rest[rest.index(after: end)...]
        if !literal.isEmpty { parts.append(.text(literal)) }
        literal = ""
        if ExactText(name) == Self.fingerprintName {
          parts.append(.publicKeyFingerprint)
        } else if parameters.contains(where: { $0.name.utf8.elementsEqual(name.utf8) }) {
          parts.append(.parameter(name))
        } else {
          throw malformed("uses \(quoting: name), which is not a parameter")
        }
      } else if scalar == "}" {
        throw malformed("has a brace that was not opened")
      } else {
        literal.unicodeScalars.append(scalar)
      }
    }
    if !literal.isEmpty { parts.append(.text(literal)) }
    self.parts = parts
  }

  func uses(_ parameter: ProfileParameter) -> Bool { parts.contains(.parameter(parameter.name)) }

  /// Nil if a value that it needs is not known.
  func filled(_ parameters: [String: ExactText], publicKey: PublicKey?) -> ExactText? {
    var text = ""
    for part in parts {
      switch part {
      case .text(let literal): text += literal
      case .parameter(let name):
        guard let value = parameters[name] else { return nil }
        text += value.text
      case .publicKeyFingerprint:
        guard let publicKey else { return nil }
        text += Base64.standard.text(publicKey.sha256Fingerprint)
      }
    }
    return ExactText(text)
  }

  /// The values of its parameters in a text that it may have made, and how many bytes of the text it fixes; nil for any other text.
  func values(in text: ExactText) -> (values: [(name: String, value: ExactText)], fixedByteCount: Int)? {
    var values: [(name: String, value: ExactText)] = []
    var rest = Array(text.text.utf8)[...]
    var fixed = 0
    for (index, part) in parts.enumerated() {
      if case .text(let literal) = part {
        guard rest.starts(with: literal.utf8) else { return nil }
        rest = rest.dropFirst(literal.utf8.count)
        fixed += literal.utf8.count
        continue
      }
      // What is not fixed ends where the next fixed text begins.
      var value = rest
      if index + 1 < parts.count {
        guard case .text(let next) = parts[index + 1] else { return nil }
        let bytes = Array(rest)
        guard let end = bytes.span.firstOffset(of: Array(next.utf8)) else { return nil }
        value = rest.prefix(end)
      }
      guard !value.isEmpty, let text = String(validating: value, as: UTF8.self) else { return nil }
      if case .parameter(let name) = part { values.append((name, ExactText(text))) }
      rest = rest.dropFirst(value.count)
    }
    return rest.isEmpty ? (values, fixed) : nil
  }
}
