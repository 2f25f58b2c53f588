import Encodings
internal import Signing

/// Something that signers are known to sign, by right or by mistake, when a message or its digest is handed to them.
struct SignedContent {
  /// What it is of the message.
  enum Kind: Hashable {
    case message
    case messageWithNewline
    case digest(DigestAlgorithm)
    case digestInfo
    case hexText(of: String)
    case base64Text(of: String)
  }

  let kind: Kind
  let bytes: [UInt8]

  private static let newlines: [[UInt8]] = [[0x0A], [0x0D, 0x0A]]

  /// All of them, for a signature that was to rest on this hash function; throws `cryptography-failed`.
  static func candidates(for message: [UInt8], _ algorithm: DigestAlgorithm) throws(KeyError) -> [SignedContent] {
    var contents = [SignedContent(kind: .message, bytes: message)]
    contents += newlines.map { SignedContent(kind: .messageWithNewline, bytes: message + $0) }
    var texts = Self.texts("signing input", message)
    for digest in DigestAlgorithm.allCases {
      let value = try Digest.hash(message.span, with: digest)
      contents.append(SignedContent(kind: .digest(digest), bytes: value))
      texts += Self.texts("\(digest.rawValue) digest", value)
      guard digest == algorithm, let digestInfo = DigestInfo.encoding(value, of: digest) else { continue }
      contents.append(SignedContent(kind: .digestInfo, bytes: digestInfo))
      texts += Self.texts("DigestInfo", digestInfo)
    }
    return contents + texts
  }

  /// The bytes as text in every spelling, with a line break behind it and without.
  private static func texts(_ name: String, _ bytes: [UInt8]) -> [SignedContent] {
    let hexadecimal = Hexadecimal.text(bytes)
    let texts: [(Kind, String)] =
      [(.hexText(of: name), hexadecimal), (.hexText(of: name), hexadecimal.uppercased())]
      + Base64Text.spellings(of: bytes).map { (.base64Text(of: name), $0) }
    return texts.flatMap { kind, text in
      ([[]] + newlines).map { SignedContent(kind: kind, bytes: Array(text.utf8) + $0) }
    }
  }
}
