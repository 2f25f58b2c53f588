import Messages
import Signing
import Testing

@Suite("DistinguishedName")
struct DistinguishedNameTests {
  private func parts(_ text: String) throws -> [[String]] {
    try DistinguishedName(text).relativeNames.map { $0.map { "\($0.type.rawValue)|\($0.value)" } }
  }

  private func refusal(_ text: String) -> CertificateError? {
    do { _ = try DistinguishedName(text) } catch { return error }
    return nil
  }

  @Test("text without an equals sign is one common name") func plain() throws {
    #expect(try parts("Payroll exporter 2027, Zürich") == [["CN|Payroll exporter 2027, Zürich"]])
    #expect(try DistinguishedName("Payroll").commonName == "Payroll")
  }

  @Test("the encoding has the parts of an RFC 4514 name in reverse order") func reversed() throws {
    #expect(try parts("CN=Payroll,OU=IT,O=Example,C=DE") == [["C|DE"], ["O|Example"], ["OU|IT"], ["CN|Payroll"]])
  }

  @Test("types are read in any case and by their numbers, and spaces around separators do not matter") func types()
    throws
  {
    #expect(try parts(" cn = a , 2.5.4.10=b+dc=c") == [["O|b", "DC|c"], ["CN|a"]])
  }

  @Test(
    "escapes stand for characters",
    arguments: [
      (#"CN=a\,b"#, "a,b"), (#"CN=\ a\ "#, " a "), (##"CN=\#a"##, "#a"), (#"CN=a\\b"#, #"a\b"#), (#"CN=\C3\A4"#, "ä"),
      (#"CN=a=b"#, "a=b"), (#"CN=\22a\3C"#, "\"a<"), (#"CN=a\20\20"#, "a  "),
    ])
  func escapes(_ text: String, _ value: String) throws {
    #expect(try DistinguishedName(text).commonName == value)
  }

  @Test(
    "a text that is not a name is refused, each for its own reason",
    arguments: [
      ("", CertificateError.Code.subjectEmpty), ("   ", .subjectEmpty), ("CN=", .subjectEmpty),
      ("CN= ,O=a", .subjectEmpty),
      (" a", .subjectMalformed), ("a ", .subjectMalformed), ("a\nb", .subjectMalformed),
      ("CN=a\\0Ab", .subjectMalformed),
      ("=a", .subjectMalformed), ("CN=a,", .subjectMalformed), ("CN=a,b", .subjectMalformed),
      ("XX=a", .subjectMalformed),
      ("1.2.3=a", .subjectMalformed), ("CN=#0c0161", .subjectMalformed), ("CN=\"a\"", .subjectMalformed),
      ("CN=a;O=b", .subjectMalformed), ("CN=a\\", .subjectMalformed), ("CN=a\\x", .subjectMalformed),
      ("CN=a\\4", .subjectMalformed), ("CN=\\FF", .subjectMalformed), ("CN=<a>", .subjectMalformed),
      ("ＣＮ=a", .subjectMalformed),
    ])
  func refused(_ text: String, _ code: CertificateError.Code) {
    #expect(refusal(text)?.code == code)
  }

  @Test("a common name has at most 64 characters, however many bytes they take") func length() throws {
    let longest = String(repeating: "ä", count: 64)
    #expect(try DistinguishedName(longest).commonName == longest)
    #expect(refusal(longest + "a")?.code == .subjectTooLong)
    #expect(refusal("CN=\(longest)a,O=b")?.code == .subjectTooLong)
  }
}
