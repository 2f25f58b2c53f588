internal import COpenSSL
import Messages
internal import Signing

/// The outer layers of a PFX (RFC 7292, section 4): what can be read without a password, and nothing of it verified
/// yet.
struct PFX: ~Copyable {
  /// Nil for a file without protection against changes.
  let mac: MACData?
  let safes: [Safe]
  /// Windows leaves a few zero bytes after a file.
  let trailingZeroCount: Int
  private let contents: ContentInfo

  /// Reads BER or DER; `subject` names the file in messages.
  ///
  /// Throws `unrecognised-key-file`, `malformed-pfx`, `trailing-data`, `unsupported-protection` or
  /// `iteration-count-too-high`. It derives no key.
  init(_ bytes: Span<UInt8>, of subject: String) throws(KeyError) {
    var trailingZeroCount = 0
    let elements = try Self.elements(of: bytes, of: subject, trailingZeroCount: &trailingZeroCount)
    guard let contents = elements.withSequence(at: 1, { bytes in ContentInfo(bytes) }) else {
      throw KeyError(.malformedPFX, "\(naming: subject) has contents that cannot be read")
    }
    if contents.type == NID_pkcs7_signed {
      throw KeyError(
        .unsupportedProtection,
        "\(naming: subject) is protected by a signature instead of a password (public-key integrity mode)",
        hint: "export the key again under a password")
    }
    let safes = try Self.safes(in: contents, of: subject)
    let mac = try elements.withSequence(at: 2) { (bytes) throws(KeyError) in try MACData(bytes, of: subject) }
    if elements.count == 3 && mac == nil {
      throw KeyError(.malformedPFX, "\(naming: subject) has integrity data that cannot be read")
    }
    self.mac = mac
    self.safes = safes
    self.contents = contents
    self.trailingZeroCount = trailingZeroCount
  }

  var hasEnvelopedPart: Bool {
    safes.contains { if case .enveloped = $0 { true } else { false } }
  }

  var encryptedParts: [EncryptedPart] {
    safes.compactMap { if case .encrypted(let part) = $0 { part } else { nil } }
  }

  /// True if the password made the MAC, which is over the contents of the outer octet string (RFC 7292, section 5.1).
  func isMACMade(with password: PasswordForm) throws(KeyError) -> Bool {
    guard let mac, let data = unsafe contents.data else { return false }
    defer { withExtendedLifetime(contents) {} }
    return try unsafe ASN1Reading.withBytes(of: data) { (bytes) throws(KeyError) in
      try mac.isMade(over: bytes, with: password)
    }
  }

  private static func elements(
    of bytes: Span<UInt8>, of subject: String, trailingZeroCount: inout Int
  ) throws(KeyError) -> ASN1Elements {
    guard bytes.count > 0, bytes[0] == DERText.firstByte else {
      let hint = bytes.count > 0 && bytes[0] == UInt8(ascii: "-") ? "PEM text is named as pem:PATH" : nil
      throw KeyError(
        .unrecognisedKeyFile, "\(naming: subject) is \(bytes.isEmpty ? "empty" : "not a PFX file")", hint: hint)
    }
    var consumed = 0
    guard let elements = ASN1Elements(bytes, consumed: &consumed) else {
      let isCutShort = ASN1Elements.isCutShort(bytes)
      throw KeyError(
        .malformedPFX,
        "\(naming: subject) \(isCutShort ? "is cut short: it announces more bytes than it has" : "cannot be read as ASN.1")",
        hint: isCutShort ? "copy the file again" : nil)
    }
    guard (2...3).contains(elements.count), unsafe ASN1Reading.integer(elements.integer(at: 0)) == 3 else {
      throw KeyError(.malformedPFX, "\(naming: subject) is not a PFX of version 3 (RFC 7292, section 4)")
    }
    trailingZeroCount = bytes.count - consumed
    if (consumed..<bytes.count).contains(where: { bytes[$0] != 0 }) {
      throw KeyError(
        .trailingData, "\(naming: subject) goes on after its end, for \(bytes.count - consumed) bytes",
        hint: "the file was altered or joined with another: export it again")
    }
    return elements
  }

  private static func safes(in contents: borrowing ContentInfo, of subject: String) throws(KeyError) -> [Safe] {
    guard let data = unsafe contents.data,
      let parts = unsafe ASN1Reading.withBytes(of: data, { bytes in ASN1Elements(whole: bytes) })
    else {
      throw KeyError(
        .malformedPFX, "\(naming: subject) has contents that are not an AuthenticatedSafe (RFC 7292, section 4.1)")
    }
    if parts.count > KeyFileLimits.partCount {
      throw KeyError(
        .malformedPFX, "\(naming: subject) has \(parts.count) parts, and at most \(KeyFileLimits.partCount) are read")
    }
    var safes: [Safe] = []
    for index in 0..<parts.count {
      guard let part = parts.withSequence(at: index, { bytes in ContentInfo(bytes) }) else {
        throw KeyError(.malformedPFX, "\(naming: subject) has a part that cannot be read")
      }
      safes.append(try Safe(part, of: subject))
    }
    return safes
  }
}

/// One part of the AuthenticatedSafe (RFC 7292, section 4.1).
enum Safe {
  /// A `STACK_OF(PKCS12_SAFEBAG)` in the clear.
  case plain(ASN1Item)
  case encrypted(EncryptedPart)
  /// Encrypted for a certificate (public-key privacy mode), so a password cannot open it.
  case enveloped
  /// Encrypted without a recipient, so it can never be opened.
  case lost

  /// Throws `malformed-pfx` or `unsupported-protection`.
  init(_ part: borrowing ContentInfo, of subject: String) throws(KeyError) {
    switch part.type {
    case NID_pkcs7_data:
      guard let data = unsafe part.data,
        let bags = unsafe ASN1Reading.withBytes(
          of: data, { bytes in unsafe ASN1Item(whole: bytes, as: PKCS12_SAFEBAGS_it()) })
      else { throw KeyError(.malformedPFX, "\(naming: subject) has a part that does not hold safe bags") }
      self = .plain(bags)
    case NID_pkcs7_encrypted:
      guard let encrypted = try part.encryptedPart(of: subject) else {
        throw KeyError(.malformedPFX, "\(naming: subject) has an encrypted part that cannot be read")
      }
      self = .encrypted(encrypted)
    case NID_pkcs7_enveloped:
      self = part.recipientCount == 0 ? .lost : .enveloped
    default:
      throw KeyError(.malformedPFX, "\(naming: subject) has a part of the type \(part.typeName), which no PFX has")
    }
  }
}

/// A ContentInfo (RFC 2315, section 7). Its type is read before its content, so that a kind that passwords cannot open
/// is named as such. Plain content is wiped when it is freed.
struct ContentInfo: ~Copyable {
  /// The NID of the content type.
  let type: Int32
  let typeName: String
  /// A `PKCS7`, or nil if the content does not fit its type.
  private let item: ASN1Item?

  /// Nil for anything except a SEQUENCE that begins with an object identifier.
  init?(_ bytes: Span<UInt8>) {
    guard let elements = ASN1Elements(whole: bytes), let object = unsafe elements.object(at: 0) else { return nil }
    type = unsafe OBJ_obj2nid(object)
    typeName = unsafe ASN1Text.name(of: object)
    item = unsafe ASN1Item(whole: bytes, as: PKCS7_it())
  }

  deinit {
    if let data = unsafe data { unsafe ASN1Reading.wipe(data) }
  }

  /// The octets of plain content; nil for another type, or if there are none.
  var data: UnsafeMutablePointer<ASN1_STRING>? {
    type == NID_pkcs7_data ? unsafe item?.structure(PKCS7.self).pointee.d.data : nil
  }

  /// The number of recipients of enveloped content; nil for another type, or if it cannot be read.
  var recipientCount: Int32? {
    guard type == NID_pkcs7_enveloped, let enveloped = unsafe item?.structure(PKCS7.self).pointee.d.enveloped else {
      return nil
    }
    return unsafe OPENSSL_sk_num(enveloped.pointee.recipientinfo)
  }

  /// The ciphertext of content that a password encrypts; nil for another type, or if there is none.
  func encryptedPart(of subject: String) throws(KeyError) -> EncryptedPart? {
    guard type == NID_pkcs7_encrypted, let item,
      let content = unsafe item.structure(PKCS7.self).pointee.d.encrypted?.pointee.enc_data,
      let identifier = unsafe content.pointee.algorithm, let ciphertext = unsafe content.pointee.enc_data
    else { return nil }
    return try unsafe EncryptedPart(ciphertext, by: identifier, in: item, of: subject)
  }
}
