import Messages
import PKCS11
import Signing
import Testing

@Suite struct PKCS11URITests {
  private func error(_ text: String) -> KeyError? {
    do throws(KeyError) {
      _ = try PKCS11URI(text)
      return nil
    } catch { return error }
  }

  @Test(
    "everything that the standard allows is read, and written in one way",
    arguments: [
      ("pkcs11:token=a", "pkcs11:token=a"),
      ("pkcs11:token=ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEF", "pkcs11:token=ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEF"),
      ("pkcs11:serial=1234567890123456", "pkcs11:serial=1234567890123456"),
      ("PKCS11:token=a", "pkcs11:token=a"),
      ("pkcs11:id=%01%aB;token=A%20b%3b", "pkcs11:token=A%20b%3B;id=%01%AB"),
      ("pkcs11:object=a,b+c=d&e", "pkcs11:object=a%2Cb%2Bc%3Dd%26e"),
      ("pkcs11:library-version=2.101", "pkcs11:library-version=2.101"),
      ("pkcs11:slot-id=0?module-path=/usr/lib/m.so", "pkcs11:slot-id=0?module-path=/usr/lib/m.so"),
      ("pkcs11:token=a?pin-source=file:/run/pin", "pkcs11:token=a?pin-source=file:/run/pin"),
      ("pkcs11:token=a?certificate=leaf.pem", "pkcs11:token=a?certificate=leaf.pem"),
    ])
  func reads(text: String, canonical: String) throws {
    #expect(try PKCS11URI(text).description == canonical)
    #expect(try PKCS11URI(canonical).description == canonical)
  }

  @Test(
    "a URI that would match more than was meant, load other code or run a command is refused",
    arguments: [
      "http:token=a", "token=a", "pkcs11:", "pkcs11:?", "pkcs11:;", "pkcs11:=", "pkcs11:token=a;", "pkcs11:;token=a",
      "pkcs11:token", "pkcs11:token=", "pkcs11:object=;type=cert", "pkcs11:id=;type=private", "pkcs11:serial=;token=a",
      "pkcs11:Token=a", "pkcs11:token=a;token=b", "pkcs11:x-blah=a", "pkcs11:object=%2", "pkcs11:object=%zz",
      "pkcs11:object=a b", "pkcs11:object=%ff", "pkcs11:token=%00", "pkcs11:token=a/b", "pkcs11:type=unknown",
      "pkcs11:slot-id=18446744073709551615", "pkcs11:slot-id=99999999999999999999", "pkcs11:slot-id=-1",
      "pkcs11:slot-id=0x1",
      "pkcs11:library-version=1.256", "pkcs11:library-version=.1", "pkcs11:library-version=1.",
      "pkcs11:library-version=1.2.3",
      "pkcs11:token=ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG", "pkcs11:serial=12345678901234567", "pkcs11:module-path=/m.so",
      "pkcs11:?module-path=m.so", "pkcs11:?module-name=a/b", "pkcs11:?token=a", "pkcs11:token=a?pin-source=|id",
      "pkcs11:token=a?pin-source=pin", "pkcs11:token=a?pin-source=file:pin",
      "pkcs11:token=a?pin-source=file://host/pin",
      "pkcs11:token=a?pin-source=file:////pin", "pkcs11:token=a?vendor=b",
    ])
  func refuses(text: String) {
    #expect(error(text)?.code == .malformedKeyReference)
  }

  @Test(
    "a PIN in a reference is refused in any case, and never repeated",
    arguments: [
      "pkcs11:token=a?pin-value=12345678", "pkcs11:token=a;pin-value=12345678", "pkcs11:token=a?Pin-Value=12345678",
      "pkcs11:token=a?pin-source=file:/x&PIN-VALUE=12345678",
    ])
  func secret(text: String) throws {
    let refusal = try #require(error(text))
    #expect(refusal.code == .secretInReference)
    #expect(!refusal.message.contains("12345678"))
  }

  @Test(
    "no refusal repeats a value",
    arguments: [
      "pkcs11:token=a?pin%2Dvalue=12345678", "pkcs11:token=a?12345678", "pkcs11:pinvalue=12345678",
      "pkcs11:token=12345678%",
    ])
  func quiet(text: String) throws {
    let refusal = try #require(error(text))
    #expect(!refusal.message.contains("12345678"))
  }
}
