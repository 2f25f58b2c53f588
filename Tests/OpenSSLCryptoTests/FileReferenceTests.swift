import Signing
import Testing

@testable import OpenSSLCrypto

@Suite("FileReference")
struct FileReferenceTests {
  private func read(_ rest: String) throws(KeyError) -> FileReference {
    try FileReference(KeyReference("pem:\(rest)", schemes: ["pem"]), attributes: ["cert", "id"])
  }

  @Test(
    "the path is what stands before the first semicolon, without its escapes",
    arguments: [
      ("a.pem", "a.pem"), ("-", "-"), ("/a b/c.pem", "/a b/c.pem"), ("a%3Bb", "a;b"), ("a%3bb", "a;b"),
      ("100%25", "100%"), ("%CE%BA.pem", "κ.pem"),
      ("κ.pem", "κ.pem"), ("a=b", "a=b"), ("a.pem;id=00", "a.pem"),
    ])
  func path(_ rest: String, _ path: String) throws { #expect(try read(rest).path.utf8.elementsEqual(path.utf8)) }

  @Test("attributes come in any order") func attributes() throws {
    let file = try read("a.pem;id=0aFF;cert=b%3B.pem")
    #expect(file["cert"] == "b;.pem")
    let selection = try file.keySelection(of: KeyReference("pem:a.pem", schemes: ["pem"]))
    #expect(selection == KeySelection(name: nil, id: [0x0A, 0xFF]))
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

  @Test("an id that is not hexadecimal is refused", arguments: ["0", "0g", "zz", "００"])
  func badID(_ id: String) throws {
    let file = try read("a;id=\(id)")
    #expect((try? file.keySelection(of: KeyReference("pem:a", schemes: ["pem"]))) == nil)
  }
}
