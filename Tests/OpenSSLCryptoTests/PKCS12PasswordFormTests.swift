import Signing
import System
import Testing

@testable import OpenSSLCrypto

@Suite("PasswordForm")
struct PKCS12PasswordFormTests {
  private func bytes(_ form: PasswordForm) -> [UInt8]? {
    unsafe form.withCharacters { characters, count in
      guard let characters = unsafe characters else { return nil }
      return unsafe UnsafeBufferPointer(start: characters, count: Int(count)).map { UInt8(bitPattern: $0) }
    }
  }

  private func forms(_ password: String) -> [[UInt8]?] {
    PasswordForm.forms(of: SecretBytes(copying: Array(password.utf8).span)).map(bytes)
  }

  @Test("a password in ASCII has one form") func plain() { #expect(forms("pass word") == [Array("pass word".utf8)]) }

  @Test("a password outside ASCII is also tried byte by byte, as OpenSSL before 1.1 did")
  func byteWise() {
    #expect(forms("aé").prefix(2) == [Array("aé".utf8), Array("a\u{C3}\u{A9}".utf8)])
    #expect(forms("🔑") == [Array("🔑".utf8), Array("\u{F0}\u{9F}\u{94}\u{91}".utf8)])
  }

  @Test("a password in Latin-1 is also tried in that form, as Bouncy Castle can write it")
  func latin1() {
    #expect(forms("aéÿ").dropFirst(2) == [[0x61, 0xE9, 0xFF]])
    #expect(forms("é€").count == 2)
  }

  @Test("no password and the empty password are two forms, in this order")
  func withoutPassword() {
    #expect(PasswordForm.withoutPassword().map(bytes) == [nil, []])
    #expect(forms("") == [nil, []])
  }
}
