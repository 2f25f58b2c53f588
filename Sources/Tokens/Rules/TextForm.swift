public import Encodings

/// The form that the text of a claim must have, besides not being empty.
@nonexhaustive
public enum TextForm: String, Sendable, Hashable, CaseIterable {
  /// Any text.
  case text
  /// 8-4-4-4-12 hexadecimal digits of either case.
  case guid
  /// An absolute `https` address without spaces and without user information; its host is ASCII.
  case httpsAddress = "https-address"
  /// The full name of a host, which has a dot, and nothing before or after it.
  case hostName = "host-name"
  /// No lower-case ASCII letter.
  case upperCase = "upper-case"
  /// 16 to 128 characters.
  case nonce = "16-to-128-characters"

  /// True for a text of this form.
  public func matches(_ string: ExactText) -> Bool {
    if string.isEmpty { return false }
    let bytes = string.text.utf8
    switch self {
    case .text: return true
    case .guid: return string.withUTF8(isGUID)
    case .httpsAddress:
      return bytes.starts(with: "https://".utf8) && !bytes.contains { $0 <= 0x20 || $0 == 0x7F } && isAuthority(bytes)
    case .hostName: return isHostName(Array(bytes))
    case .upperCase: return !bytes.contains { ASCII.isLowerCase($0) }
    case .nonce: return (16...128).contains(string.text.unicodeScalars.count)
    }
  }

  /// For messages: `a GUID`.
  public var summary: String {
    switch self {
    case .text: "text that is not empty"
    case .guid: "a GUID"
    case .httpsAddress: "an https address"
    case .hostName: "the name of a host alone"
    case .upperCase: "upper-case text"
    case .nonce: "text of 16 to 128 characters"
    }
  }

  private func isHostName(_ bytes: [UInt8]) -> Bool {
    bytes.contains(UInt8(ascii: "."))
      && bytes.allSatisfy { ASCII.isLetterOrDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }
  }

  /// The host and perhaps a port after `https://` (RFC 3986, section 3.2), without letters that look like others.
  private func isAuthority(_ bytes: String.UTF8View) -> Bool {
    let authority = bytes.dropFirst(8).prefix { !"/?#".utf8.contains($0) }
    guard let first = authority.first, first != UInt8(ascii: ":") else { return false }
    return authority.allSatisfy { ASCII.isLetterOrDigit($0) || "-._:[]".utf8.contains($0) }
  }

  private func isGUID(_ bytes: Span<UInt8>) -> Bool {
    guard bytes.count == 36 else { return false }
    for index in bytes.indices {
      switch index {
      case 8, 13, 18, 23: if bytes[index] != UInt8(ascii: "-") { return false }
      default: if Hexadecimal.value(bytes[index]) == nil { return false }
      }
    }
    return true
  }
}
