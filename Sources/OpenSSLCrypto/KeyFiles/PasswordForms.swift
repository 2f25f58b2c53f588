import Messages
internal import Signing
import System

/// The password of one file, asked for once and only when something needs it.
struct FilePassword: ~Copyable {
  /// Names the file in the request and in messages.
  let subject: String
  private let secrets: any SecretProvider
  private var known: [PasswordForm] = []

  init(of subject: String, from secrets: any SecretProvider) {
    self.subject = subject
    self.secrets = secrets
  }

  /// The possible forms of the password; throws `password-required` if there is no password.
  mutating func forms() throws(KeyError) -> [PasswordForm] {
    if known.isEmpty {
      guard let password = try secrets.secret(for: SecretRequest(purpose: .password, subject: subject)) else {
        throw .passwordRequired(by: subject)
      }
      known = PasswordForm.forms(of: password)
    }
    return known
  }

  /// `wrong-password`: no form of the password decrypted to something valid.
  var wrong: KeyError { .wrongPassword(for: subject) }
}

/// One form in which a derivation can get a password; tools differ in this.
///
/// A class, so that the forms of one password can be listed; its bytes are wiped with the last reference.
final class PasswordForm: Sendable {
  /// True for no password at all, which is not the empty one.
  let isAbsent: Bool
  /// True if each byte of the UTF-8 counts as one code point.
  let isByteWise: Bool
  /// True for Latin-1, which is not UTF-8.
  let isLatin1: Bool
  /// UTF-8, in the form for every derivation here.
  private let bytes: SecretBytes

  private init(
    _ bytes: consuming SecretBytes, isAbsent: Bool = false, isByteWise: Bool = false, isLatin1: Bool = false
  ) {
    self.bytes = bytes
    self.isAbsent = isAbsent
    self.isByteWise = isByteWise
    self.isLatin1 = isLatin1
  }

  /// The two forms of no password: nothing, and the two zero bytes of an empty BMPString (RFC 7292, appendix B.1).
  static func withoutPassword() -> [PasswordForm] {
    [PasswordForm(SecretBytes(capacity: 0), isAbsent: true), PasswordForm(SecretBytes(capacity: 0))]
  }

  /// The possible forms of a password: as UTF-8, byte by byte as in OpenSSL before 1.1, and as Latin-1 as in Bouncy
  /// Castle.
  ///
  /// The second form takes each byte of the UTF-8 for one code point. It differs only for passwords outside ASCII. So
  /// does the third, which exists only for passwords in Latin-1.
  static func forms(of password: consuming SecretBytes) -> [PasswordForm] {
    if password.isEmpty { return withoutPassword() }
    let byteWise = password.withBytes { bytes in byteWiseForm(of: bytes) }
    let latin1 = password.withBytes { bytes in latin1Form(of: bytes) }
    return [PasswordForm(password)] + [byteWise, latin1].compactMap(\.self)
  }

  /// Calls the closure with the bytes in the form of a C password: nil for no password; otherwise never nil, even for
  /// the empty one.
  func withCharacters<Result: ~Copyable, E: Error>(
    _ body: (UnsafePointer<CChar>?, Int32) throws(E) -> Result
  ) throws(E) -> Result {
    if isAbsent { return try body(nil, 0) }
    return try bytes.withBytes { (span: Span<UInt8>) throws(E) -> Result in
      try unsafe span.withUnsafeBufferPointer { (buffer) throws(E) -> Result in
        // `SecretBytes` has memory behind it even if it is empty.
        try unsafe body(
          UnsafeRawPointer(buffer.baseAddress)?.assumingMemoryBound(to: CChar.self), Int32(clamping: buffer.count))
      }
    }
  }

  private static func byteWiseForm(of bytes: Span<UInt8>) -> PasswordForm? {
    var highByteCount = 0
    for index in bytes.indices where bytes[index] >= 0x80 { highByteCount += 1 }
    if highByteCount == 0 { return nil }
    return PasswordForm(
      unsafe SecretBytes(capacity: bytes.count + highByteCount) { memory in
        var end = 0
        for index in bytes.indices {
          let byte = bytes[index]
          if byte >= 0x80 {
            unsafe memory[end] = 0xC0 | byte >> 6
            unsafe memory[end + 1] = 0x80 | byte & 0x3F
            end += 2
          } else {
            unsafe memory[end] = byte
            end += 1
          }
        }
        return end
      }, isByteWise: true)
  }

  /// Nil for ASCII, and for text with a character outside Latin-1.
  private static func latin1Form(of bytes: Span<UInt8>) -> PasswordForm? {
    var characters = SecretBytes(capacity: bytes.count)
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      if byte < 0x80 {
        characters.append(byte)
        index += 1
      } else {
        guard byte == 0xC2 || byte == 0xC3, index + 1 < bytes.count, bytes[index + 1] & 0xC0 == 0x80 else { return nil }
        characters.append(byte << 6 | bytes[index + 1] & 0x3F)
        index += 2
      }
    }
    if characters.count == bytes.count { return nil }
    return PasswordForm(characters, isLatin1: true)
  }
}

extension KeyError {
  static func passwordRequired(by subject: String) -> KeyError {
    KeyError(.passwordRequired, "\(naming: subject) needs a password, and none was given")
  }

  static func wrongPassword(for subject: String) -> KeyError {
    KeyError(
      .wrongPassword, "the password for \(naming: subject) is wrong, or the file was altered",
      hint: "check the password and try again")
  }
}
