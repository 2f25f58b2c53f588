internal import COpenSSL
import Encodings
internal import Signing

/// How a signature was made, by what the public key recovers from it.
struct SignatureAnatomy {
  /// How the digest is encoded (RFC 8017, section 9).
  enum Encoding: Hashable {
    /// PKCS #1 v1.5 around bytes without a DigestInfo.
    case bare
    case digestInfo
    case digestInfoWithoutNull
    case pss(mask: DigestAlgorithm, saltByteCount: Int)
  }

  let encoding: Encoding
  /// Nil if no DigestInfo names one.
  let digest: DigestAlgorithm?
  /// Nil for unknown content.
  let content: SignedContent.Kind?
  /// False if the content is in the place of a digest.
  let isHashed: Bool

  /// Nil if no signer encodes like this: another key made the signature, or it is not a signature.
  ///
  /// Throws `cryptography-failed`.
  init?(_ encoded: [UInt8], bitCount: Int, _ contents: [SignedContent]) throws(KeyError) {
    if let anatomy = try Self.pkcs1(encoded, contents) {
      self = anatomy
    } else if let anatomy = try Self.pss(encoded, bitCount, contents) {
      self = anatomy
    } else {
      return nil
    }
  }

  private init(_ encoding: Encoding, _ digest: DigestAlgorithm?, _ found: (kind: SignedContent.Kind, isHashed: Bool)?) {
    self.encoding = encoding
    self.digest = digest
    content = found?.kind
    isHashed = found?.isHashed ?? true
  }

  // MARK: PKCS #1 v1.5

  private static func pkcs1(_ encoded: [UInt8], _ contents: [SignedContent]) throws(KeyError) -> SignatureAnatomy? {
    guard encoded.starts(with: [0, 1]) else { return nil }
    let padding = encoded.dropFirst(2).prefix { $0 == 0xFF }
    guard padding.count >= 8, padding.endIndex < encoded.endIndex, encoded[padding.endIndex] == 0 else { return nil }
    let rest = Array(encoded[(padding.endIndex + 1)...])
    for digest in DigestAlgorithm.allCases {
      let value = Array(rest.suffix(digest.byteCount))
      if DigestInfo.encoding(value, of: digest) == rest {
        return SignatureAnatomy(.digestInfo, digest, try content(behind: value, digest, contents))
      }
      if DigestInfo.encodingWithoutNull(value, of: digest) == rest {
        return SignatureAnatomy(.digestInfoWithoutNull, digest, try content(behind: value, digest, contents))
      }
    }
    // Content that was passed on whole comes first, because a digest is itself one of the contents.
    if let content = contents.first(where: { $0.bytes == rest }) {
      return SignatureAnatomy(.bare, nil, (content.kind, false))
    }
    for digest in DigestAlgorithm.allCases where digest.byteCount == rest.count {
      if let found = try content(behind: rest, digest, contents) { return SignatureAnatomy(.bare, digest, found) }
    }
    return SignatureAnatomy(.bare, nil, nil)
  }

  private static func content(
    behind value: [UInt8], _ digest: DigestAlgorithm, _ contents: [SignedContent]
  ) throws(KeyError) -> (kind: SignedContent.Kind, isHashed: Bool)? {
    for content in contents where try Digest.hash(content.bytes.span, with: digest) == value {
      return (content.kind, true)
    }
    return contents.first { $0.bytes == value }.map { ($0.kind, false) }
  }

  // MARK: PSS

  /// If nothing known was signed, this many zero bytes before the salt are no accident.
  private static let leastPadding = 8

  private static func pss(
    _ encoded: [UInt8], _ bitCount: Int, _ contents: [SignedContent]
  ) throws(KeyError) -> SignatureAnatomy? {
    // The encoded message has one bit less than the modulus (RFC 8017, section 8.1.1).
    let byteCount = (bitCount - 1 + 7) / 8
    guard byteCount > 0, encoded.dropLast(byteCount).allSatisfy({ $0 == 0 }), encoded.last == 0xBC else { return nil }
    let message = Array(encoded.suffix(byteCount))
    var unknown: SignatureAnatomy?
    for digest in DigestAlgorithm.allCases where message.count > digest.byteCount + 2 {
      let block = message.prefix(message.count - digest.byteCount - 1)
      let hash = message.dropLast().suffix(digest.byteCount)
      for mask in DigestAlgorithm.allCases {
        let stream = try MaskGeneration.mask(of: hash, byteCount: block.count, with: mask)
        var data = zip(block, stream).map { $0 ^ $1 }
        data[0] &= 0xFF >> UInt8(truncatingIfNeeded: 8 * byteCount - (bitCount - 1))
        guard let mark = data.firstIndex(where: { $0 != 0 }), data[mark] == 1 else { continue }
        let salt = Array(data[(mark + 1)...])
        let encoding = Encoding.pss(mask: mask, saltByteCount: salt.count)
        if let found = try content(behind: Array(hash), salt: salt, digest, contents) {
          return SignatureAnatomy(encoding, digest, found)
        }
        if mark >= leastPadding, unknown == nil { unknown = SignatureAnatomy(encoding, digest, nil) }
      }
    }
    return unknown
  }

  private static func content(
    behind hash: [UInt8], salt: [UInt8], _ digest: DigestAlgorithm, _ contents: [SignedContent]
  ) throws(KeyError) -> (kind: SignedContent.Kind, isHashed: Bool)? {
    let zeros = [UInt8](repeating: 0, count: 8)
    for content in contents {
      let value = try Digest.hash(content.bytes.span, with: digest)
      if try Digest.hash((zeros + value + salt).span, with: digest) == hash { return (content.kind, true) }
    }
    for content in contents where content.bytes.count == digest.byteCount {
      if try Digest.hash((zeros + content.bytes + salt).span, with: digest) == hash { return (content.kind, false) }
    }
    return nil
  }
}

/// Something that signers are known to sign, by right or by mistake, when they get a message or its digest.
struct SignedContent {
  /// Its relation to the message.
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

  /// All of them, for a signature that should use this hash function; throws `cryptography-failed`.
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

  /// The bytes as text in every spelling, with a line break after it and without.
  private static func texts(_ name: String, _ bytes: [UInt8]) -> [SignedContent] {
    let texts: [(Kind, String)] =
      [Hexadecimal.lowerCase(bytes), Hexadecimal.upperCase(bytes)].map { (.hexText(of: name), $0) }
      + Base64.spellings(of: bytes).map { (.base64Text(of: name), $0) }
    return texts.flatMap { kind, text in
      ([[]] + newlines).map { SignedContent(kind: kind, bytes: Array(text.utf8) + $0) }
    }
  }
}

/// The bare public operation of RSA, RSAVP1 (RFC 8017, section 5.2.2): to examine a signature, never to accept one.
enum RSAPublicOperation {
  /// The signed content, encoded and as long as the modulus; nil if the number is not below the modulus.
  static func encodedMessage(of signature: [UInt8], under numbers: RSAPublicNumbers) -> [UInt8]? {
    defer { OpenSSLErrors.clear() }
    guard let key = unsafe try? RSAKeyBuilder.key(numbers) else { return nil }
    defer { unsafe EVP_PKEY_free(key) }
    let context = unsafe EVP_PKEY_CTX_new_from_pkey(LibraryContext.standard.pointer, key, nil)
    defer { unsafe EVP_PKEY_CTX_free(context) }
    guard unsafe EVP_PKEY_verify_recover_init(context) == 1,
      unsafe EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING) == 1
    else { return nil }
    var encoded = [UInt8](repeating: 0, count: numbers.modulus.count)
    var count = encoded.count
    guard unsafe EVP_PKEY_verify_recover(context, &encoded, &count, signature, signature.count) == 1,
      count == encoded.count
    else { return nil }
    return encoded
  }
}

/// The mask generation function MGF1 (RFC 8017, appendix B.2.1).
enum MaskGeneration {
  /// Throws `cryptography-failed`.
  static func mask(of seed: ArraySlice<UInt8>, byteCount: Int, with digest: DigestAlgorithm) throws(KeyError) -> [UInt8]
  {
    var mask: [UInt8] = []
    var counter: UInt32 = 0
    while mask.count < byteCount {
      let block = Array(seed) + (0..<4).map { UInt8(truncatingIfNeeded: counter >> (24 - 8 * $0)) }
      mask += try Digest.hash(block.span, with: digest)
      counter += 1
    }
    return Array(mask.prefix(byteCount))
  }
}
