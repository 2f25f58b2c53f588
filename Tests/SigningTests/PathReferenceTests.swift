import Messages
import Signing
import Testing

@Suite("KeyReference with a path")
struct PathReferenceTests {
  private func read(_ rest: String) throws(KeyError) -> KeyReference {
    try KeyReference("pem:\(rest)", of: [KeyReferenceSyntax("pem", attributes: [.init("cert", .path), .init("id")])])
  }

  @Test(
    "the path is the part before the first semicolon, unescaped",
    arguments: [
      ("a.pem", "a.pem"), ("-", "-"), ("/a b/c.pem", "/a b/c.pem"), ("a%3Bb", "a;b"), ("a%3bb", "a;b"),
      ("100%25", "100%"), ("%CE%BA.pem", "κ.pem"),
      ("κ.pem", "κ.pem"), ("a=b", "a=b"), ("a.pem;id=00", "a.pem"),
    ])
  func path(_ rest: String, _ path: String) throws { #expect(try read(rest).path.utf8.elementsEqual(path.utf8)) }

  @Test("attributes come in any order") func attributes() throws {
    let reference = try read("a.pem;id=0aFF;cert=b%3B.pem")
    #expect(reference["cert"] == "b;.pem")
    #expect(reference["id"] == "0aFF")
  }

  @Test(
    "anything else is refused",
    arguments: [
      "a;", "a;;id=00", "a;id", "a;id=", "a;ID=00", "a;name=x", "a;id=00;id=00", "a;cert=", ";id=00", "a%", "a%3",
      "a%3G", "a%00", "a%FF",
      "a;id=00%3", "a; id=00", "a%+1",
    ])
  func refused(_ rest: String) {
    do throws(KeyError) {
      _ = try read(rest)
      Issue.record("it is read")
    } catch {
      #expect(error.code == .malformedKeyReference)
      #expect(error.hint?.contains("%3B") == true)
    }
  }
}
