internal import Signing

/// Something that signers are known to sign, by right or by mistake, when a message or its digest is handed to them.
struct SignedContent {
  /// What it is of the message.
  enum Kind: Hashable {
    case message
    case messageWithNewline
    case digest
    case digestInfo
    case hexText(of: String)
    case base64Text(of: String)
  }

  let kind: Kind
  let bytes: [UInt8]

  /// All of them; `digest` is the digest that belongs to the signature asked for.
  static func candidates(for message: [UInt8], digest: [UInt8], _ algorithm: DigestAlgorithm) -> [SignedContent] {
    var contents = [
      SignedContent(kind: .message, bytes: message), SignedContent(kind: .digest, bytes: digest),
    ]
    let newlines: [[UInt8]] = [[0x0A], [0x0D, 0x0A]]
    contents += newlines.map { SignedContent(kind: .messageWithNewline, bytes: message + $0) }
    var sources = [("digest", digest), ("signing input", message)]
    if let digestInfo = DigestInfo.encoding(digest, of: algorithm) {
      contents.append(SignedContent(kind: .digestInfo, bytes: digestInfo))
      sources.append(("DigestInfo", digestInfo))
    }
    for (name, bytes) in sources {
      let hexadecimal = Hexadecimal.text(bytes)
      let texts: [(Kind, String)] =
        [(.hexText(of: name), hexadecimal), (.hexText(of: name), hexadecimal.uppercased())]
        + Base64Text.spellings(of: bytes).map { (.base64Text(of: name), $0) }
      for (kind, text) in texts {
        for ending in [[]] + newlines {
          contents.append(SignedContent(kind: kind, bytes: Array(text.utf8) + ending))
        }
      }
    }
    return contents
  }
}
