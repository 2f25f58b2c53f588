import Encodings
public import JSON
import Messages
import Tokens
public import Signing

/// The thumbprint that an error says was received: the hexadecimal digits of whatever the header carried.
public struct ReceivedThumbprint: Sendable, Hashable {
  /// What the bytes are by their number and content.
  @nonexhaustive
  public enum Form: String, Sendable, Hashable, CaseIterable {
    /// 20 bytes: right in `x5t`.
    case sha1 = "sha-1"
    /// 32 bytes: right in `x5t#S256`.
    case sha256 = "sha-256"
    /// The ASCII digits of a thumbprint, or those digits taken for base64url.
    case hexadecimalText = "hexadecimal-text"
    case other
  }

  public let bytes: [UInt8]
  public let form: Form
  /// The thumbprint itself: for hexadecimal text what the text says.
  public let thumbprint: [UInt8]

  /// Finds it in the message of an error: the first long run of hexadecimal digits.
  init?(_ error: ServiceError) {
    guard let message = error.message else { return nil }
    // GUIDs have no run of more than 12 digits; a thumbprint of a key that was found stands behind the client's.
    let run = message.text.utf8.split { !Self.isDigit($0) }.first { $0.count >= 32 }.map { Substring($0) }
    guard let run, let bytes = Hexadecimal.decode(ExactText("\(run)")) else { return nil }
    self.init(bytes)
  }

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    let inner = Self.thumbprint(inTextOf: bytes) ?? Self.thumbprint(inTextOf: Base64.url.encode(bytes.span))
    thumbprint = inner ?? bytes
    if inner != nil {
      form = .hexadecimalText
    } else {
      form = bytes.count == 20 ? .sha1 : bytes.count == 32 ? .sha256 : .other
    }
  }

  public var hexadecimal: String { Hexadecimal.upperCase(bytes) }

  /// What to do about bytes that are wrong wherever they stand; nil where they may be right.
  public var nextStep: String? {
    switch form {
    case .sha1, .sha256: nil
    case .hexadecimalText, .other:
      "write base64url of the thumbprint's bytes: the 20 of the SHA-1 into x5t, or the 32 of the SHA-256 into x5t#S256"
    }
  }

  /// Says which of the known mistakes it is, or where it is right, as far as the token's header and the certificates tell.
  public func remarks(header: JSONObject?, certificates: [Certificate]) -> [String] {
    var remarks = [meaning(header)]
    if header != nil, carrier(in: header) == nil {
      remarks.append("the header of the token given carries no such thumbprint: this is not the token that was sent")
    }
    var owners: [String] = []
    for certificate in certificates {
      for kind in Thumbprint.allCases where kind.bytes(of: certificate) == thumbprint {
        owners.append("it is the \(kind.digest.rawValue) of a certificate given, \(quoting: certificate.subject)")
      }
    }
    if owners.isEmpty, !certificates.isEmpty { owners = ["it is of none of the certificates given"] }
    return remarks + owners
  }

  private func meaning(_ header: JSONObject?) -> String {
    let carrier = carrier(in: header)
    switch form {
    case .hexadecimalText:
      return "it is the hexadecimal text of a thumbprint, \(bytes.count) bytes, instead of the thumbprint's own bytes"
    case .sha1, .sha256:
      let right: Thumbprint = form == .sha1 ? .sha1 : .sha256
      let name = "it has the \(bytes.count) bytes of a \(right.digest.rawValue)"
      guard let carrier else {
        return "\(name), which is right in \(right.headerName) and wrong in \(right.other.headerName)"
      }
      return carrier == right
        ? "\(name), which is right in \(right.headerName): its form is not the mistake"
        : "\(name), which belongs into \(right.headerName), and \(carrier.headerName) carried it"
    case .other: return "it has \(bytes.count) bytes, which no thumbprint has"
    }
  }

  /// The header name that carried these bytes.
  private func carrier(in header: JSONObject?) -> Thumbprint? {
    Thumbprint.allCases.first { kind in
      guard let text = header?[kind.headerName]?.string else { return false }
      return (try? Base64.url.decodeReportingIrregularities(text))?.bytes == bytes
    }
  }

  /// The bytes of text that is the hexadecimal of a thumbprint.
  private static func thumbprint(inTextOf bytes: [UInt8]) -> [UInt8]? {
    String(validating: bytes, as: UTF8.self).flatMap { Thumbprint.bytes(ofHexadecimal: ExactText($0)) }
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "F"),
      UInt8(ascii: "a")...UInt8(ascii: "f"):
      true
    default: false
    }
  }
}
