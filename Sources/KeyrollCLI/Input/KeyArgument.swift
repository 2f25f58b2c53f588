import Glibc
import Keyroll

/// A key as the command line names it.
struct KeyArgument {
  let text: String

  /// Where the key and its certificate may be: the text itself, and as a reference without its scheme and attributes.
  var paths: [String] {
    let reference = parts.first.map { hasScheme ? $0.drop { $0 != UInt8(ascii: ":") }.dropFirst() : $0 }
    let files = parts.dropFirst().flatMap { part in
      ["cert=", "public="].filter { part.starts(with: $0.utf8) }.map { part.dropFirst($0.utf8.count) }
    }
    return [text] + ([reference].compactMap(\.self) + files).map { String(Substring($0)) }
  }

  private var parts: [Substring.UTF8View] {
    text[...].utf8.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
  }

  /// True where the path is `-`: a reference names it after its scheme, before any attribute.
  var readsStandardInput: Bool {
    ["-", "pem:-", "pfx:-"].contains { parts.first?.elementsEqual($0.utf8) == true }
  }

  /// True where the reference says itself where the PIN is (RFC 7512, section 2.4).
  var namesPINSource: Bool {
    text.utf8.split { Array(";?&".utf8).contains($0) }.contains { $0.starts(with: "pin-source=".utf8) }
  }

  /// True where a reference, which a plain path is not, says itself in which file the certificate is.
  var namesCertificate: Bool {
    let hasAttributes = ["pem:", "pfx:", "command:"].contains { text.lowercased().utf8.starts(with: $0.utf8) }
    return hasAttributes && parts.dropFirst().contains { $0.starts(with: "cert=".utf8) }
  }

  /// What was meant by a text that was taken for a path, where no file of that name is there; nil where it was a path, and
  /// for a reference.
  func misreading(schemes: [String]) -> KeyError? {
    if unsafe access(text, F_OK) == 0 { return nil }
    if isReference(of: schemes) { return nil }
    if hasScheme {
      return KeyError(
        .unknownKeyScheme, "key reference \(text) has a scheme that nothing here opens, and no file has that name",
        hint: "known schemes: \(schemes.joined(separator: ", "))")
    }
    if parts.count > 1 {
      return KeyError(
        .fileUnreadable, "\(text) cannot be read: no file has that name",
        hint: "attributes go with a scheme: pem:PATH;name=value or pfx:PATH;name=value")
    }
    return nil
  }

  /// True for a reference, which was read as one whatever came of it.
  private func isReference(of schemes: [String]) -> Bool {
    (try? KeyReference(text, schemes: schemes)).map { $0.rest.utf8.count < text.utf8.count } ?? false
  }

  /// RFC 3986, section 3.1; a single letter is the drive of a path.
  private var hasScheme: Bool {
    guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else { return false }
    let scheme = text.utf8[..<colon]
    return scheme.count > 1
      && scheme.allSatisfy { byte in
        switch byte | 0x20 {
        case UInt8(ascii: "a")...UInt8(ascii: "z"): true
        default: (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
      }
  }
}
