import Encodings
import Messages
import OpenSSLCrypto
import Signing
import TestSupport
import Testing

@Suite("CertificateSubject")
struct CertificateSubjectTests {
  private func subject(_ text: String) throws -> CertificateSubject {
    try NewCertificate.encoder.subject(DistinguishedName(text))
  }

  @Test(
    "a name is encoded as X.509 requires, and its text is read back as the same name",
    arguments: [
      ("Payroll exporter 2027", "CN=Payroll exporter 2027"), ("a, b + c", #"CN=a\, b \+ c"#),
      ("CN=a,O=b,C=DE", "CN=a,O=b,C=DE"), ("cn=a + ou=b", "OU=b+CN=a"), ("Ελλάδα ä 漢", "CN=Ελλάδα ä 漢"),
      (#"CN=\ a\ "#, #"CN=\ a\ "#), ("DC=example,DC=org", "DC=example,DC=org"),
      ("STREET=a,L=b,ST=c,UID=d", "street=a,L=b,ST=c,UID=d"),
      (##"CN=\#1\"\\\;\<\>="##, ##"CN=\#1\"\\\;\<\>="##),
    ])
  func text(_ written: String, _ expected: String) throws {
    let subject = try subject(written)
    #expect(Set(subject.text.split(separator: "+")) == Set(expected.split(separator: "+")))
    #expect(try self.subject(subject.text) == subject)
  }

  @Test("a common name is a UTF8String, a country a PrintableString") func types() throws {
    #expect(try subject("ab").der == [0x30, 13, 0x31, 11, 0x30, 9, 0x06, 3, 0x55, 4, 3, 0x0C, 2, 0x61, 0x62])
    #expect(try subject("C=DE").der == [0x30, 13, 0x31, 11, 0x30, 9, 0x06, 3, 0x55, 4, 6, 0x13, 2, 0x44, 0x45])
  }

  @Test(
    "a value that X.509 does not accept is refused",
    arguments: [
      ("C=DEU", "subject-too-long"), ("C=D", "subject-malformed"), ("C=ÄÖ", "subject-malformed"),
      ("DC=ä", "subject-malformed"),
      ("O=" + String(repeating: "o", count: 65), "subject-too-long"),
    ])
  func refused(_ text: String, _ id: String) {
    #expect(NewCertificate.id { _ = try subject(text) } == id)
  }

  @Test("OpenSSL's command reads the intended subject") func judged() throws {
    let certificate = try NewCertificate.make("CN=Ünïcode\\, Inc,O=Example,C=DE")
    let outcome = try Judge.run(
      "/usr/bin/openssl",
      ["x509", "-inform", "DER", "-noout", "-subject", "-issuer", "-nameopt", "utf8,sep_comma_plus"],
      input: certificate.der)
    #expect(
      outcome.output == "subject=C=DE,O=Example,CN=Ünïcode, Inc\nissuer=C=DE,O=Example,CN=Ünïcode, Inc\n",
      "\(outcome)")
  }

  @Test(
    "a certificate has a part of several attributes in either order", arguments: ["CN=a+OU=b,O=c", "OU=b+CN=a,O=c"])
  func several(_ text: String) throws {
    let certificate = try NewCertificate.make(text)
    #expect(try certificate.subject == subject("CN=a+OU=b,O=c").text)
    #expect(try certificate.subject == subject("OU=b+CN=a,O=c").text)
  }
}
