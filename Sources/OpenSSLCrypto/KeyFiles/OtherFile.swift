import Encodings

/// A file in which a key or a certificate was expected and that is something else, or a damaged copy of one.
struct OtherFile: Sendable {
  /// After "is": `an empty file`.
  let name: String
  let hint: String

  /// Nil for a file that is none of them by what it begins with or holds.
  init?(of bytes: Span<UInt8>) {
    let head = [UInt8](copying: bytes.extracting(first: Self.judgedCount))
    let text = head.drop { ASCII.isWhiteSpace($0) }
    func begins(_ prefix: String) -> Bool { ASCII.isEqualIgnoringCase(text.prefix(prefix.utf8.count), prefix.utf8) }
    func holds(_ words: String) -> Bool { head.span.firstOffset(of: Array(words.utf8)) != nil }
    if text.isEmpty, bytes.count <= Self.judgedCount {
      self.init("an empty file", "copy it again")
    } else if begins("version https://git-lfs") {
      self.init("a pointer of Git LFS, not the file itself", "fetch the file: git lfs pull")
    } else if begins("$ANSIBLE_VAULT") {
      self.init("a file that Ansible Vault has encrypted", "decrypt a copy of it: ansible-vault decrypt COPY")
    } else if begins("age-encryption.org/") {
      self.init("a file that age has encrypted", "decrypt it: age -d -o key.pem FILE")
    } else if begins("<!DOCTYPE html") || begins("<html") {
      self.init("a web page", "download the file itself: a page for signing in may have come in its place")
    } else if holds("X509Certificate>") {
      self.init(
        "XML with a certificate in it, such as the metadata of SAML",
        "copy the text of the element X509Certificate into a file of its own")
    } else if holds("apiVersion:"), holds("kind: Secret") {
      self.init(
        "a Secret of Kubernetes in YAML",
        "take the file out of it: kubectl get secret NAME -o jsonpath='{.data.tls\\.key}' | base64 -d > key.pem")
    } else if Self.isHexadecimal(text) {
      self.init("the hexadecimal text of a file", "make the file of it: xxd -r -p FILE > key.der")
    } else if text.starts(with: [0x30, 0xC2, 0x82]) || text.starts(with: [0x30, 0xEF, 0xBF, 0xBD]) {
      self.init(
        "a binary file that was saved as text, which has changed its bytes",
        "copy it again as a binary file, or in base64")
    } else if let damage = Self.damage(to: text, holds) {
      self = damage
    } else {
      return nil
    }
  }

  private init(_ name: String, _ hint: String) {
    self.name = name
    self.hint = hint
  }

  /// What says what a file is stands before this place.
  private static let judgedCount = 65_536

  /// Digits alone, of a SEQUENCE.
  private static func isHexadecimal(_ text: ArraySlice<UInt8>) -> Bool {
    guard text.starts(with: "30".utf8) else { return false }
    let digits = text.filter { !ASCII.isWhiteSpace($0) && $0 != UInt8(ascii: ":") }
    return digits.count >= 128 && digits.allSatisfy { Hexadecimal.value($0) != nil }
  }

  /// What has become of PEM whose first line is not there as it was written.
  private static func damage(to text: ArraySlice<UInt8>, _ holds: (String) -> Bool) -> OtherFile? {
    if holds("-----BEGIN%20") || holds("-----BEGIN+") {
      return OtherFile(
        "PEM with percent escapes, as an address has it", "undo the escapes: the file then begins with -----BEGIN")
    }
    let dashes = ["\u{2014}", "\u{2013}", "\u{2010}", "\u{2212}"]
    if dashes.contains(where: { holds("\($0)BEGIN ") || holds("\($0)-BEGIN ") || holds("\($0)--BEGIN ") }) {
      return OtherFile(
        "PEM whose hyphens a text program has made into dashes", "write five hyphens before and after BEGIN … and END …"
      )
    }
    if let line = text.split(separator: 0x0A).first {
      let rest = line.drop { ASCII.isDigit($0) || ASCII.isWhiteSpace($0) || $0 == UInt8(ascii: ":") }
      if line.first.map(ASCII.isDigit) ?? false, rest.starts(with: "-----BEGIN ".utf8) {
        return OtherFile(
          "PEM with a number before each line",
          "take the numbers away: sed 's/^[^-A-Za-z0-9+/]*[0-9]*[: \\t]*//' FILE > key.pem")
      }
    }
    if holds("-----END "), !holds("-----BEGIN ") {
      return OtherFile("PEM without its first line", "copy the file whole, from -----BEGIN on")
    }
    return nil
  }
}
