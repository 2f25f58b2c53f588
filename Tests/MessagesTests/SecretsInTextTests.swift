import Messages
import Testing

@Suite struct SecretsInTextTests {
  private static let secret = "CANARY-x9"

  @Test(
    "the value behind the name of a secret is left out, however the two are joined",
    arguments: [
      ("a client_secret=\(secret) b", "a client_secret=(left out) b"),
      ("client_secret: \(secret), scope: x", "client_secret: (left out), scope: x"),
      ("{'password': '\(secret) two', 'a': 1}", "{'password': '(left out)', 'a': 1}"),
      ("{\"secretText\":\"\(secret)\"}", "{\"secretText\":\"(left out)\"}"),
      (#"{\"refresh_token\":\"\#(secret)\"}"#, #"{\"refresh_token\":\"(left out)\"}"#),
      ("ARM_CLIENT_SECRET='\(secret)'", "ARM_CLIENT_SECRET='(left out)'"),
      ("az login --password \(secret) --tenant x", "az login --password (left out) --tenant x"),
      ("-ClientSecret \(secret)", "-ClientSecret (left out)"),
      ("'access_token' => '\(secret)'", "'access_token' => '(left out)'"),
      ("client_assertion%3D\(secret)&a=b", "client_assertion%3D(left out)&a=b"),
      ("PIN=1234;x", "PIN=(left out);x"), ("password = b'\(secret)'", "password = b'(left out)'"),
    ])
  func named(text: String, expected: String) {
    #expect(SecretsInText.shown(maskingSecretsOf: text) == expected)
  }

  @Test(
    "a client secret in the form of Entra is left out wherever it is",
    arguments: [
      ("secret was aB38Q~abc.def_ghi-jkl.", "secret was (left out)"), ("'x.y1Q~longer'", "'(left out)'"),
    ])
  func clientSecret(text: String, expected: String) {
    #expect(SecretsInText.shown(maskingSecretsOf: text) == expected)
  }

  @Test(
    "words about secrets stay",
    arguments: [
      "Invalid client secret provided.", "the password has expired", "'passwordCredential': null", "password: null",
      "Access Token missing or malformed.", "--password", "FAQ~ 8Q~", "secretText", "",
    ])
  func kept(text: String) { #expect(SecretsInText.shown(maskingSecretsOf: text) == text) }

  @Test("a masked text is as long as it was, and a token in it is left out when it is shown")
  func length() {
    let token = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhIn0.c2lnbmF0dXJl"
    let text = Array("sent \(token) with password=hunter2".utf8)
    let masked = SecretsInText.masked(text)
    #expect(masked.count == text.count)
    #expect(
      SecretsInText.shown(String(validating: masked, as: UTF8.self) ?? "") == "sent (left out) with password=(left out)"
    )
  }
}
