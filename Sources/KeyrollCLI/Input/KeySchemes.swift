import Glibc
import Keyroll

/// The schemes of key references that the command opens.
enum KeySchemes {
  static let all = [
    FileBackend.syntax, PEMBackend.syntax, PFXBackend.syntax, PKCS11URI.syntax, CommandBackend.syntax,
  ]

  /// Reads a reference as the user wrote it: see `KeyReference.init(_:of:)`.
  static func reference(_ text: String) throws(KeyError) -> KeyReference { try KeyReference(text, of: all) }

  /// The reference as the user wrote it: a plain path without the scheme that it got.
  static func text(of reference: KeyReference) -> String {
    reference.scheme.utf8.elementsEqual(KeyReference.plainPathScheme.utf8) ? reference.path : reference.description
  }

  /// What was meant by a text that was taken for a path, where no file of that name is there; nil where it was a path, and
  /// for a reference of a scheme.
  static func misreading(of reference: KeyReference) -> KeyError? {
    let path = reference.path
    guard reference.scheme.utf8.elementsEqual(KeyReference.plainPathScheme.utf8) else { return nil }
    if unsafe access(path, F_OK) == 0 { return nil }
    if let scheme = scheme(of: path) {
      return KeyError(
        .unknownKeyScheme,
        "nothing here opens key references of the scheme \(naming: scheme), and no file has that name",
        hint: "known schemes: \(all.map(\.scheme).joined(separator: ", "))")
    }
    // What follows the semicolon may be a secret.
    let parts = path.utf8.split(separator: UInt8(ascii: ";"), maxSplits: 1, omittingEmptySubsequences: false)
    if parts.count > 1 {
      return KeyError(
        .fileUnreadable, "\(naming: Substring(parts[0])) with the attributes behind it is not the name of a file",
        hint: "attributes go with a scheme: pem:PATH;name=value or pfx:PATH;name=value")
    }
    return nil
  }

  /// RFC 3986, section 3.1; a single letter is the drive of a path.
  private static func scheme(of text: String) -> String? {
    guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else { return nil }
    let scheme = text.utf8[..<colon]
    let isScheme =
      scheme.count > 1
      && scheme.allSatisfy { byte in
        switch byte | 0x20 {
        case UInt8(ascii: "a")...UInt8(ascii: "z"): true
        default: (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
      }
    return isScheme ? String(Substring(scheme)) : nil
  }
}
