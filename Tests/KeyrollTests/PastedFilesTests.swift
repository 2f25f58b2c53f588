import Keyroll
import TestSupport
import Testing

/// Tokens and certificates inside of what people save: what is said of them, and that nothing is accepted because of it.
@Suite struct PastedFilesTests {
  private static let now = NumericDate(seconds: 1_700_000_300)
  private static let objectID: ExactText = "0b5f2f6e-7a8a-4d4e-9f53-3f6c2b1a9d01"
  private let toolkit = Toolkit.openSSL()

  private static func token(_ name: String) throws -> String {
    try #require(String(validating: try Fixtures.bytes("tokens/\(name).jwt"), as: UTF8.self)).filter { $0 != "\n" }
  }

  private static func url(_ text: String) -> String { Base64.url.text(Array(text.utf8)) }

  private func verify(_ text: String) throws -> Verification {
    var trust = Trust()
    for certificate in try toolkit.certificates(from: Fixtures.path("certificates/leaf.pem")) {
      trust.add(certificate, with: toolkit)
    }
    return trust.verify(
      Array(text.utf8).span, by: try .graphProof(objectID: Self.objectID), at: Self.now, with: toolkit)
  }

  @Test("of several tokens in a text the proof is judged, and the text is rejected all the same")
  func several() throws {
    let (proof, other) = (try Self.token("proof"), try Self.token("assertion-rs256"))
    for text in [
      "{\"client_assertion\":\"\(other)\",\"proof\":\"\(proof)\"}", "proof=\(proof)&client_assertion=\(other)",
      "Authorization: Bearer \(other)\n\n{\"proof\": \"\(proof)\"}",
    ] {
      let verification = try verify(text)
      #expect(!verification.isAccepted)
      #expect(verification.unwrapped?.report.isAccepted == true, "\(text)")
      #expect(
        verification.report.failedChecks.first?.finding?.message.contains("holds 2 tokens") == true,
        "\(verification.report.failedChecks)")
      #expect(verification.unwrapped?.dropped.first?.id == "other-tokens")
    }
    let two = try verify("\(other)\n\(other)\n")
    #expect(
      two.report.failedChecks.first?.finding?.message == "the text holds 2 tokens, of which the first is judged alone")
    #expect(two.unwrapped?.report.isAccepted == false)
  }

  @Test("a token of another kind in the place of a proof is named")
  func misplaced() throws {
    let header = Self.url(#"{"alg":"RS256","typ":"JWT"}"#)
    let access = Self.url(
      #"{"aud":"https://graph.microsoft.com","iss":"https://sts.windows.net/x/","appid":"a","exp":1700000600}"#)
    let sent = try verify("\(header).\(access).AAAA")
    #expect(sent.misplaced == .accessToken && !sent.isAccepted)
    #expect(sent.json["misplaced"]?.string == "access-token")
    #expect(try verify(try Self.token("proof")).misplaced == nil)
    #expect(try verify(try Self.token("proof-expired")).misplaced == nil)
  }

  @Test("a signature that is missing is said once")
  func unsigned() throws {
    let proof = try Self.token("proof")
    let end = try #require(proof.lastIndex(of: "."))
    let report = try verify(String(proof[...end])).report
    #expect(report.failedChecks.map(\.id) == ["signature-encoding"])
    #expect(!report.isAccepted)
  }

  @Test(
    "a token of an issuer whose profile is built in is recognised by what only that issuer has",
    arguments: [
      (
        #"{"iss":"a@p.iam.gserviceaccount.com","scope":"s","aud":"https://accounts.google.com/o/oauth2/token","iat":1,"exp":2}"#,
        "google-service-account", "email=a@p.iam.gserviceaccount.com scope=s"
      ),
      (
        #"{"iss":"c","sub":"1","box_sub_type":"user","aud":"https://api.box.com/oauth2/token","jti":"0123456789abcdef","exp":2}"#,
        "box", "client-id=c subject=1 subject-type=user"
      ),
      (#"{"iss":123456,"iat":1,"exp":2}"#, "github-app", "client-id=123456"),
      (#"{"iss":"A.U.SHA256:x+/=","sub":"A.U","iat":1,"exp":2}"#, "snowflake", "account=A user=U"),
      (
        #"{"iss":"c","sub":"c","aud":"https://x.eu.auth0.com/","jti":"j","iat":1,"exp":2}"#, "auth0",
        "client-id=c domain=x.eu.auth0.com"
      ),
      (#"{"iss":"c","sub":"d","aud":"https://x.eu.auth0.com/","jti":"j","iat":1,"exp":2}"#, nil, ""),
      (#"{"iss":"c","sub":"1","aud":"https://api.box.com/oauth2/other","jti":"0123456789abcdef"}"#, nil, ""),
      (#"{"iss":"c","iat":1,"exp":2,"more":1}"#, nil, ""), ("{}", nil, ""),
    ] as [(String, String?, String)])
  func recognised(_ claims: String, _ name: String?, _ parameters: String) throws {
    let profile = RecognisedProfile(try JSONReader.object(Array(claims.utf8).span))
    #expect(profile?.name == name)
    let told = profile?.parameters.map { "\($0.name)=\($0.value?.text ?? "?")" }.joined(separator: " ") ?? ""
    #expect(told == parameters)
  }

  @Test("the address of another issuer's endpoint is not one of Entra, and an id token is told from an access token")
  func kinds() throws {
    for address in ["https://accounts.google.com/o/oauth2/token", "https://www.box.com/api/oauth2/token"] {
      #expect(EntraAudience(ExactText(address)) == nil)
    }
    for address in [
      "https://login.microsoftonline.com/x/oauth2/v2.0/token", "https://x.ciamlogin.com/x.example/oauth2/v2.0/token",
      "https://login.example/72f988bf-86f1-41af-91ab-2d7cd011db47/oauth2/token",
    ] {
      #expect(EntraAudience(ExactText(address)) != nil)
    }
    let header = Self.url(#"{"alg":"RS256"}"#)
    for (claims, kind) in [
      (#"{"iss":"https://i/","sub":"a","aud":"c","nonce":"n","tid":"t","ver":"2.0"}"#, TokenKind.idToken),
      (#"{"iss":"https://i/","sub":"a","aud":"c","azp":"x","nonce":"n","tid":"t","ver":"2.0"}"#, .accessToken),
    ] {
      let text = "\(header).\(Self.url(claims)).AAAA"
      #expect(TokenKind(of: try UnverifiedToken(Array(text.utf8).span)) == kind)
    }
  }

  /// Writes contents into a file of a folder that goes with it.
  private func refusal(_ contents: String) throws -> KeyError? {
    let folder = try TemporaryFolder()
    let path = try folder.write(Array(contents.utf8), to: "FILE")
    do throws(KeyError) {
      _ = try toolkit.certificates(from: path, secrets: NoSecrets())
      return nil
    } catch { return error }
  }

  @Test("a certificate in the JSON of any service is named by its place")
  func certificateInJSON() throws {
    let certificate = try #require(try toolkit.certificates(from: Fixtures.path("certificates/leaf.pem")).first)
    let (pem, base64) = (JSONWriter.text(.string(ExactText(certificate.pem))), Base64.standard.text(certificate.der))
    let bytes = certificate.der.map { "\($0)" }.joined(separator: ",")
    for (text, path) in [
      ("{\"data\":{\"certificate\":\(pem)}}", ".data.certificate"),
      ("{\"Certificate\":\(pem),\"Chain\":1}", ".Certificate"),
      (
        "{\"keyCredential\":{\"type\":\"AsymmetricX509Cert\",\"usage\":\"Verify\",\"key\":\"\(base64)\"}}",
        ".keyCredential.key"
      ),
      ("{\"alg\":\"RS256\",\"x5c\":[\"\(base64)\"]}", ".x5c[0]"), ("[\"\(base64)\"]", ".[0]"),
      ("{\"RawData\":[\(bytes)]}", ".RawData"),
      ("{\"Certificate\":{\"RawData\":\"\(base64)\"},\"KeyId\":\"k\"}", ".Certificate.RawData"),
      ("{\"keyId\":\"k\",\"type\":\"AsymmetricX509Cert\",\"usage\":\"Verify\",\"key\":\"\(base64)\"}", ".key"),
    ] {
      let error = try refusal(text)
      #expect(
        error?.message.hasSuffix("is JSON with a certificate in it, at \(path)") == true, "\(error?.message ?? "read")")
    }
    // Registered keys with a fault stay what they are.
    let broken =
      "{\"keyCredentials\":[{\"keyId\":\"k\",\"type\":\"AsymmetricX509Cert\",\"usage\":\"Verify\",\"key\":\"\(base64)\"}]}"
    #expect(try refusal(broken)?.id == "malformed-key-credentials")
    #expect(try refusal("{\"a\":1}")?.id == "malformed-key-credentials")
  }

  @Test(
    "what is registered is read with the lines of a command around it, and no line that says something of keys is passed over"
  )
  func linesAround() throws {
    let saved = try #require(String(validating: try Fixtures.bytes("key-credentials/application.json"), as: UTF8.self))
    let folder = try TemporaryFolder()
    for (name, text) in [
      ("az", "WARNING: this command is in preview.\n\(saved)"), ("colours", "\u{1B}[1;39m\(saved)\u{1B}[0m\n"),
      ("trace", "* Connected to x\n> GET /v1.0/applications/x HTTP/1.1\n< HTTP/1.1 200 OK\n<\n\(saved)\n* Closing\n"),
      (
        "transcript",
        "**********\nPS C:\\> Get-MgApplication -ApplicationId $id | ConvertTo-Json\n\(saved)\nPS C:\\> \n"
      ),
    ] {
      let path = try folder.write(Array(text.utf8), to: name)
      #expect(try toolkit.certificates(from: path, secrets: NoSecrets()).count == 2, "\(name)")
      guard case .registered(let credentials) = try toolkit.contents(of: path) else {
        Issue.record("\(name) is not read as what is registered")
        continue
      }
      #expect(credentials.entries.count == 2)
    }
    let cut = try folder.write(Array("\(saved)\n\"keyId\": \"x\"\n".utf8), to: "cut")
    #expect(throws: KeyError.self) { _ = try toolkit.contents(of: cut) }
  }
}
