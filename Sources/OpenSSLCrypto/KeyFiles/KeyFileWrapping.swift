import Encodings
import Messages
internal import Signing
import System

/// Unwraps a file of keys or certificates from the forms of people, shells and services, until PEM, DER or a PFX is
/// left.
///
/// A wrapper is removed only if it can mean just one thing and every byte of it is accounted for: UTF-16, quotation
/// marks, base64, the JSON of a vault or a service, line breaks written as `\n` or as carriage returns, and
/// indentation. All of this happens in memory that is wiped.
struct KeyFileWrapping {
  /// The purpose of reading the file.
  let wanted: KeyFileContent
  /// Names the file in messages.
  let subject: String

  /// The most wrappers around each other: a quoted text in UTF-16 around JSON around base64 has four.
  private static let mostLayers = 6

  /// Calls the closure with the content and its kind; a file without a wrapper is passed as it is.
  func withContents<Result: ~Copyable>(
    of file: borrowing SecretBytes, _ body: (borrowing SecretBytes, KeyFileFormat) throws(KeyError) -> Result
  ) throws(KeyError) -> Result {
    try withContents(of: file, layer: 0, body)
  }

  private func withContents<Result: ~Copyable>(
    of file: borrowing SecretBytes, layer: Int,
    _ body: (borrowing SecretBytes, KeyFileFormat) throws(KeyError) -> Result
  ) throws(KeyError) -> Result {
    let format = file.withBytes { bytes in KeyFileFormat(of: bytes) }
    if layer < Self.mostLayers {
      switch try file.withBytes({ (bytes) throws(KeyError) in try inside(bytes, format) }) {
      case .some(let inner): return try withContents(of: inner, layer: layer + 1, body)
      case .none: break
      }
    }
    return try body(file, format)
  }

  /// True for JSON around a key or a certificate, also in UTF-16.
  func isJSON(_ file: borrowing SecretBytes) -> Bool {
    file.withBytes { bytes in
      switch UTF16Text.utf8(bytes) {
      case .some(let text): text.withBytes { KeyFileJSON.isAround($0.extracting(Self.trimmed($0))) }
      case .none: KeyFileJSON.isAround(bytes.extracting(Self.trimmed(bytes)))
      }
    }
  }

  /// The content of one wrapper; nil if there is no known wrapper.
  private func inside(_ bytes: Span<UInt8>, _ format: KeyFileFormat) throws(KeyError) -> SecretBytes? {
    switch format {
    case .pem:
      if let text = PEMText.undoingCarriageReturns(bytes) { return text }
      return PEMText.undoingEscapes(bytes)
    case .der, .pfx, .foreign: return nil
    case .unrecognised: break
    }
    if let text = UTF16Text.utf8(bytes) { return text }
    let text = bytes.extracting(Self.trimmed(bytes))
    guard let first = text.isEmpty ? nil : text[0] else { return nil }
    if first == UInt8(ascii: "{") {
      guard let json = KeyFileJSON(text, wanting: wanted, of: subject) else { return nil }
      return try json.contents(of: text)
    }
    if let inner = Self.unquoted(text) { return inner }
    if let decoded = DERText.decoded(text) { return decoded }
    if let text = PEMText.undoingCarriageReturns(text) { return text }
    return PEMText.undoingIndentation(text)
  }

  /// Without white space at either end and without a byte order mark.
  private static func trimmed(_ bytes: Span<UInt8>) -> Range<Int> {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    var start = bytes.count >= mark.count && mark.indices.allSatisfy { bytes[$0] == mark[$0] } ? mark.count : 0
    var end = bytes.count
    while start < end, ASCII.isWhiteSpace(bytes[start]) { start += 1 }
    while end > start, ASCII.isWhiteSpace(bytes[end - 1]) { end -= 1 }
    return start..<end
  }

  /// The text between two quotation marks of the same kind, with none inside, or in one JSON string.
  private static func unquoted(_ text: Span<UInt8>) -> SecretBytes? {
    let mark = text[0]
    guard text.count > 2, mark == UInt8(ascii: "\"") || mark == UInt8(ascii: "'"), text[text.count - 1] == mark else {
      return nil
    }
    if mark == UInt8(ascii: "\""), let string = SecretJSON.string(whole: text) { return string }
    let inner = text.extracting(1..<text.count - 1)
    if inner.indices.contains(where: { inner[$0] == mark }) { return nil }
    return SecretBytes(copying: inner)
  }
}

/// Text in UTF-16, as Windows saves it.
enum UTF16Text {
  /// The text in UTF-8. Nil if it neither begins with a byte order mark nor alternates ASCII with zero bytes, and if it
  /// is not UTF-16.
  static func utf8(_ bytes: Span<UInt8>) -> SecretBytes? {
    guard bytes.count >= 4, bytes.count.isMultiple(of: 2) else { return nil }
    let isMarked = bytes[0] ^ bytes[1] == 0xFE ^ 0xFF && (bytes[0] == 0xFE || bytes[0] == 0xFF)
    let isBigEndian = isMarked ? bytes[0] == 0xFE : bytes[0] == 0
    func unit(_ index: Int) -> Int {
      let (first, second) = (Int(bytes[index]), Int(bytes[index + 1]))
      return isBigEndian ? first << 8 | second : second << 8 | first
    }
    if !isMarked {
      let isASCII = stride(from: 0, to: bytes.count, by: 2).allSatisfy { (0x09..<0x7F).contains(unit($0)) }
      if !isASCII { return nil }
    }
    var text = SecretBytes(capacity: bytes.count / 2 * 3)
    var index = isMarked ? 2 : 0
    while index < bytes.count {
      var scalar = unit(index)
      index += 2
      if (0xD800..<0xDC00).contains(scalar) {
        guard index < bytes.count, (0xDC00..<0xE000).contains(unit(index)) else { return nil }
        scalar = 0x10000 + (scalar - 0xD800) << 10 + (unit(index) - 0xDC00)
        index += 2
      } else if (0xDC00..<0xE000).contains(scalar) {
        return nil
      }
      SecretJSON.append(scalar, to: &text)
    }
    return text
  }
}

/// Base64 text of a PFX, key or certificate without PEM around it, or of PEM, as vaults and clusters return it.
enum DERText {
  /// The beginning of every SEQUENCE.
  static let firstByte: UInt8 = 0x30

  private static let pem = Array("-----BEGIN ".utf8)

  /// The decoded bytes; nil for anything except strict base64 of bytes that begin as a SEQUENCE, as PEM or as JSON does.
  static func decoded(_ text: Span<UInt8>) -> SecretBytes? {
    guard let bytes = PEMText.decoded(base64: text), bytes.withBytes(beginsAsExpected) else { return nil }
    return bytes
  }

  private static func beginsAsExpected(_ bytes: Span<UInt8>) -> Bool {
    bytes[0] == firstByte || bytes[0] == UInt8(ascii: "{")
      || bytes.count > pem.count && pem.indices.allSatisfy { bytes[$0] == pem[$0] }
  }
}

/// A form of key file that keyroll does not open, recognised by its beginning, and the command that converts it.
struct ForeignKeyFile: Sendable {
  /// After "is": `a Java key store (JKS)`.
  let name: String
  let hint: String

  /// Nil for a file that begins like none of them.
  init?(of bytes: Span<UInt8>) {
    func begins(_ prefix: [UInt8]) -> Bool {
      bytes.count >= prefix.count && prefix.indices.allSatisfy { bytes[$0] == prefix[$0] }
    }
    func begins(_ prefix: String) -> Bool { begins(Array(prefix.utf8)) }
    func holds(_ text: String) -> Bool { bytes.firstOffset(of: Array(text.utf8)) != nil }
    if let other = OtherFile(of: bytes) {
      self.init(name: other.name, hint: other.hint)
    } else if begins([0xFE, 0xED, 0xFE, 0xED]) {
      self.init(name: "a Java key store (JKS)", hint: Self.keytool("JKS"))
    } else if begins([0xCE, 0xCE, 0xCE, 0xCE]) {
      self.init(name: "a Java key store (JCEKS)", hint: Self.keytool("JCEKS"))
    } else if begins("PuTTY-User-Key-File-") {
      self.init(
        name: "a key of PuTTY (PPK)", hint: "convert it: puttygen FILE -O private-openssh -o key.pem")
    } else if begins("ssh-") || begins("ecdsa-sha2-") {
      self.init(
        name: "a public key in the format of OpenSSH", hint: "convert it: ssh-keygen -e -m PKCS8 -f FILE > public.pem")
    } else if holds("<RSAKeyValue") {
      self.init(
        name: "a key in XML (RSAKeyValue), as .NET writes it",
        hint:
          "convert it in PowerShell 7: $k = [Security.Cryptography.RSA]::Create(); $k.FromXmlString((Get-Content -Raw FILE)); $k.ExportPkcs8PrivateKeyPem() > key.pem"
      )
    } else if begins("SQLite format 3\0") {
      self.init(
        name: "a database, perhaps the keys of NSS", hint: "export the key: pk12util -d sql:FOLDER -n NAME -o key.p12")
    } else if Self.isOpenPGP(bytes) || holds("private-key (") || begins("(21:protected-private-key")
      || begins("(11:private-key")
    {
      self.init(name: Self.gnuPG, hint: Self.gpgsm)
    } else {
      return nil
    }
  }

  /// The same for the label of a PEM block.
  init?(label: String) {
    switch label.utf8 {
    case let label where label.elementsEqual("OPENSSH PRIVATE KEY".utf8):
      self.init(
        name: "a key in the format of OpenSSH", hint: "convert a copy of it: ssh-keygen -p -m PKCS8 -f COPY")
    case let label where label.elementsEqual("PGP PRIVATE KEY BLOCK".utf8):
      self.init(name: Self.gnuPG, hint: Self.gpgsm)
    case let label where label.elementsEqual("AGE ENCRYPTED FILE".utf8):
      self.init(name: "a file that age has encrypted", hint: "decrypt it: age -d -o key.pem FILE")
    default: return nil
    }
  }

  private init(name: String, hint: String) {
    self.name = name
    self.hint = hint
  }

  private static let gnuPG = "a key of GnuPG"
  private static let gpgsm =
    "export a key that has a certificate: gpgsm --export-secret-key-p12 USER-ID > key.p12; a key of OpenPGP has none"

  private static func keytool(_ type: String) -> String {
    "convert it: keytool -importkeystore -srcstoretype \(type) -srckeystore FILE -deststoretype PKCS12 -destkeystore key.p12"
  }

  /// A secret key packet of an existing version (RFC 9580, sections 4.2 and 5.5.1.3).
  private static func isOpenPGP(_ bytes: Span<UInt8>) -> Bool {
    guard bytes.count > 16 else { return false }
    let versionPlace: Int
    switch bytes[0] {
    case 0x94: versionPlace = 2
    case 0x95: versionPlace = 3
    case 0xC5: versionPlace = bytes[1] < 192 ? 2 : bytes[1] < 224 ? 3 : 6
    default: return false
    }
    return (3...6).contains(bytes[versionPlace])
  }

  /// `unrecognised-key-file`, with the command that converts it.
  func error(_ subject: String) -> KeyError {
    KeyError(.unrecognisedKeyFile, "\(naming: subject) is \(name), which is not read here", hint: hint)
  }
}
