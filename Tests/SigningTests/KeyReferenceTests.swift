import Signing
import Testing

@Suite("KeyReference")
struct KeyReferenceTests {
  private func read(_ text: String) throws(KeyError) -> KeyReference {
    try KeyReference(text, schemes: ["pem", "pfx"])
  }

  @Test(
    "a known scheme before the first colon is taken off, in any case",
    arguments: [
      ("pem:a.pem", "pem", "a.pem"), ("PEM:a.pem", "pem", "a.pem"), ("Pfx:a:b", "pfx", "a:b"), ("pem:-", "pem", "-"),
      ("a.pem", "file", "a.pem"), ("pkcs12:a", "file", "pkcs12:a"), ("C:\\key.pem", "file", "C:\\key.pem"),
      (":a", "file", ":a"),
      ("pemx:a", "file", "pemx:a"), ("pe:a", "file", "pe:a"), ("ｐem:a", "file", "ｐem:a"), ("[pem:a", "file", "[pem:a"),
    ])
  func scheme(_ text: String, _ scheme: String, _ rest: String) throws {
    let reference = try read(text)
    #expect(reference.scheme == scheme)
    #expect(reference.rest == rest)
  }

  @Test("a reference is written as it is read") func description() throws {
    #expect(try read("PEM:a;id=00").description == "pem:a;id=00")
  }

  @Test("empty text, a NUL and a scheme alone are refused", arguments: ["", "a\0b", "pem:"])
  func malformed(_ text: String) {
    do throws(KeyError) {
      _ = try read(text)
      Issue.record("it is read")
    } catch {
      #expect(error.code == .malformedKeyReference)
    }
  }

  @Test(
    "a PIN in a reference is refused, of whatever scheme, and not repeated",
    arguments: [
      "pem:a;pin-value=1234", "pem:a?pin-value=1234", "pem:a?x=y&pin-value=1234", "pem:pin-value=1234",
      "pkcs11:pin-value=1234",
      "pkcs11:token=a;object=b?pin-value=1234", "a;pin-value=1234",
    ])
  func secret(_ text: String) {
    do throws(KeyError) {
      _ = try read(text)
      Issue.record("it is read")
    } catch {
      #expect(error.code == .secretInReference)
      #expect(!error.description.contains("1234") && error.hint?.contains("1234") != true)
    }
  }
}
