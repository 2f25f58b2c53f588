import Messages
import Signing
import Testing

@Suite("KeyReference")
struct KeyReferenceTests {
  private func read(_ text: String) throws(KeyError) -> KeyReference {
    try KeyReference(text, of: [KeyReferenceSyntax("pem", attributes: [.init("id")]), KeyReferenceSyntax("pfx")])
  }

  @Test(
    "a known scheme before the first colon is taken off, in any case",
    arguments: [
      ("pem:a.pem", "pem", "a.pem"), ("PEM:a.pem", "pem", "a.pem"), ("Pfx:a:b", "pfx", "a:b"), ("pem:-", "pem", "-"),
      ("a.pem", "file", "a.pem"), ("pkcs12:a", "file", "pkcs12:a"), ("C:\\key.pem", "file", "C:\\key.pem"),
      (":a", "file", ":a"),
      ("pemx:a", "file", "pemx:a"), ("pe:a", "file", "pe:a"), ("ｐem:a", "file", "ｐem:a"), ("[pem:a", "file", "[pem:a"),
    ])
  func scheme(_ text: String, _ scheme: String, _ path: String) throws {
    let reference = try read(text)
    #expect(reference.scheme == scheme)
    #expect(reference.path == path)
  }

  @Test("a reference is written as it is read") func description() throws {
    #expect(try read("PEM:a;id=00").description == "pem:a;id=00")
  }

  @Test(
    "with a folder before its relative paths a reference means the same from everywhere",
    arguments: [
      ("a.pem", "/x y;z/a.pem"), ("./a.pem", "/x y;z/a.pem"), ("/a.pem", "/a.pem"), ("-", "-"),
      ("pem:a.pem;id=00", "pem:/x y%3Bz/a.pem;id=00"), ("pem:-", "pem:-"),
      ("pem:/a.pem;cert=b", "pem:/a.pem;cert=/x y%3Bz/b"),
      ("pem:../a%3B.pem;id=a;cert=/b", "pem:/x y%3Bz/../a%3B.pem;id=a;cert=/b"),
      ("uri:token=a;object=b", "uri:token=a;object=b"), ("uri:token=a?certificate=/b", "uri:token=a?certificate=/b"),
      ("uri:token=a?other=c&certificate=b.pem", "uri:token=a?other=c&certificate=/x%20y%3Bz/b.pem"),
    ])
  func anchored(_ text: String, _ anchored: String) throws {
    let syntaxes = [
      KeyReferenceSyntax("pem", attributes: [.init("id"), .init("cert", .path)]),
      KeyReferenceSyntax(
        "uri", .uri,
        attributes: [
          .init("token"), .init("object"), .init("other", isInQuery: true),
          .init("certificate", .path, isInQuery: true),
        ]),
    ]
    let reference = try KeyReference(text, of: syntaxes)
    #expect(reference.text(startingAt: "/x y;z") == anchored)
    #expect(try KeyReference(anchored, of: syntaxes).text(startingAt: "/elsewhere") == anchored)
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
    "a password or PIN in a reference is refused by its name, of whatever scheme and case, and not repeated",
    arguments: [
      "pem:a;pin-value=1234", "pem:a?pin-value=1234", "pem:a?x=y&pin-value=1234", "pem:pin-value=1234",
      "pkcs11:pin-value=1234",
      "pkcs11:token=a;object=b?pin-value=1234", "a;pin-value=1234",
      "pkcs11:token=a?PIN-VALUE=1234", "pkcs11:token=a?pin%2Dvalue=1234", "pfx:a.p12;password=1234",
      "pfx:a.p12;Pass_Phrase=1234", "tpm2:a;passwd=1234", "a.p12;PIN=1234",
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

  @Test(
    "a reference that cannot be read shows the names of its attributes and none of their values",
    arguments: [
      "pem:a;colour=1234", "pem:a;id=00;colour=1234", "pem:a;id=1234%3", "pem:a;id=1234;id=1234", "pem:a;1234",
      "pem:%;id=1234",
    ])
  func values(_ text: String) {
    do throws(KeyError) {
      _ = try read(text)
      Issue.record("it is read")
    } catch {
      #expect(error.code == .malformedKeyReference)
      #expect(!"\(error.description) \(error.hint ?? "")".contains("1234"), "\(error)")
    }
  }

  @Test("a reference lists every file that opening its key reads")
  func inputFiles() throws {
    let syntax = KeyReferenceSyntax("x", attributes: [.init("cert", .path), .init("id")])
    let uri = KeyReferenceSyntax(
      "u", .uri, attributes: [.init("id", .bytes), .init("source", .fileURI, isInQuery: true)])
    func files(_ text: String) throws -> [String] { try KeyReference(text, of: [syntax, uri]).inputFiles }
    #expect(try files("x:a%3Bb;id=1;cert=%25c") == ["a;b", "%c"])
    #expect(try files("plain;cert=a") == ["plain;cert=a"])
    #expect(try files("x:-;cert=-") == ["-", "-"])
    #expect(try files("u:id=a") == [])
    #expect(try files("u:id=a?source=file:///p%20q") == ["/p q"])
  }
}
