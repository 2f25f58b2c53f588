import Encodings
import Entra
import JSON
import Messages
import Tokens
import OpenSSLCrypto
import Signing
import System
import TestSupport
import Testing

@Suite struct ServiceRequestTests {
  private static let guid: ExactText = "0b5f2f6e-7a8a-4d4e-9f53-3f6c2b1a9d01"

  private static func address(_ action: GraphAddress.Action) throws -> RequestAddress {
    .graph(try GraphAddress(collection: .applications, name: .objectID(guid), action: action))
  }

  private func text(_ bytes: consuming SecretBytes?) -> String? {
    switch bytes {
    case .none: nil
    case .some(let bytes): bytes.withBytes { String(validating: [UInt8](copying: $0), as: UTF8.self) }
    }
  }

  @Test(
    "a password is carried exactly, is read back exactly, and is JSON as any reader takes it",
    arguments: [
      "correct horse", "", "\"", "\\", "a\"},\"proof\":\"b", "\"secretText\":\"x\"",
      "tab\tline\nreturn\r\u{1}\u{1F}\u{7F}",
      "κωδικός 🔑", "/\\/\\\\u0041", "%41&=+",
    ])
  func passwords(password: String) throws {
    let secret = SecretBytes(copying: Array(password.utf8).span)
    // A display name that tries to pass for the member with the password.
    let name: ExactText = "\"secretText\":\"no\" \\\"secretText\\\":\\\"no"
    let request = try ServiceRequest(
      try Self.address(.addKey), .pfx([0x30, 1, 2], displayName: name, proof: "a.b.c"), password: secret)
    let bytes = request.bytes()
    let body = try bytes.withBytes { (bytes) throws(JSONError) in try JSONReader.object(bytes) }
    #expect(body["passwordCredential"]?.object?["secretText"]?.string == ExactText(password))
    #expect(body["keyCredential"]?.object?["displayName"]?.string == name)
    let again = try bytes.withBytes { (bytes) throws(RequestError) in
      try ServiceRequest.reading(bytes, to: request.address)
    }
    #expect(again.body == request.body)
    let known = text(again.password())
    #expect(known?.utf8.elementsEqual(password.utf8) == true)

    // The same in a file for curl.
    let configuration = CurlConfiguration.bytes(for: request, body: .inline, comment: ["url = \"https://no\"", ""])
    let address = configuration.withBytes { CurlConfiguration.address(in: $0) }
    #expect(address == request.address)
    let inline = text(configuration.withBytes { CurlConfiguration.inlineBody(in: $0) })
    #expect(inline != nil && inline == text(request.bytes()))
  }

  @Test("a password that is not UTF-8 is refused")
  func notText() throws {
    let secret = SecretBytes(copying: [0x61, 0xFF].span)
    let address = try Self.address(.addKey)
    let error = #expect(throws: RequestError.self) {
      _ = try ServiceRequest(address, .pfx([0x30], displayName: nil, proof: "a.b.c"), password: secret)
    }
    #expect(error?.id == "password-not-text")
  }

  @Test("a body belongs to its address", arguments: GraphAddress.Action.allCases)
  func belonging(action: GraphAddress.Action) throws {
    let address = try Self.address(action)
    let bodies: [RequestBody] = [
      .certificate(der: [0x30], displayName: nil, proof: "a.b.c"), .removeKey(keyID: Self.guid, proof: "a.b.c"),
      .pfx([0x30], displayName: nil, proof: "a.b.c"), .token(clientID: Self.guid, assertion: "a.b.c", scope: "s"),
    ]
    var accepted = 0
    for body in bodies {
      do {
        _ = try ServiceRequest(address, body)
        accepted += 1
      } catch { #expect(error.id == "body-malformed") }
    }
    #expect(accepted == 1)
  }

  @Test(
    "an address is read only in the spelling in which it is written",
    arguments: [
      ("https://graph.microsoft.com/v1.0/applications/0b5f2f6e-7a8a-4d4e-9f53-3f6c2b1a9d01/addKey", "add-key"),
      (
        "https://dod-graph.microsoft.us/beta/servicePrincipals(appId='0b5f2f6e-7a8a-4d4e-9f53-3f6c2b1a9d01')/removeKey",
        "remove-key"
      ),
      ("https://login.microsoftonline.us/contoso.onmicrosoft.com/oauth2/v2.0/token", "token"),
      ("http://graph.microsoft.com/v1.0/applications/0b5f2f6e-7a8a-4d4e-9f53-3f6c2b1a9d01/addKey", nil),
      ("https://graph.microsoft.com/v1.0/applications/0b5f2f6e-7a8a-4d4e-9f53-3f6c2b1a9d01/addKey/", nil),
      ("https://graph.microsoft.com/v1.0/applications/0b5f2f6e-7a8a-4d4e-9f53-3f6c2b1a9d01/addPassword", nil),
      ("https://graph.microsoft.com/v1.0/users/0b5f2f6e-7a8a-4d4e-9f53-3f6c2b1a9d01/addKey", nil),
      ("https://graph.microsoft.com:8443/v1.0/applications/0b5f2f6e-7a8a-4d4e-9f53-3f6c2b1a9d01/addKey", nil),
      ("https://a@graph.microsoft.com/v1.0/applications/0b5f2f6e-7a8a-4d4e-9f53-3f6c2b1a9d01/addKey", nil),
      ("https://graph.microsoft.com/v1.0/applications(appId='')/addKey", nil),
      ("https://graph.microsoft.com/v1.0/applications/..%2f/addKey", nil),
      ("https://login.microsoftonline.com/common/oauth2/v2.0/token", nil),
      ("https://login.microsoftonline.com/contoso.com/oauth2/token", nil), ("https://", nil), ("", nil),
    ] as [(String, String?)])
  func addresses(text: String, name: String?) {
    let address = RequestAddress(text)
    #expect(address?.requestName == name)
    #expect(address == nil || address?.description == text)
  }

  @Test(
    "a form is read only in the spelling in which it is written",
    arguments: [
      (
        "client_id=a&client_assertion=b&grant_type=client_credentials&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&scope=c%20d",
        nil
      ),
      ("client_id=a", "body-malformed"), ("client_id=a&client_id=b", "body-malformed"),
      ("client_id=%6", "body-malformed"),
      (
        "client_id=a&client_assertion=b&grant_type=client_credentials&client_assertion_type=urn%3aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&scope=c",
        "body-malformed"
      ),
      (
        "client_id=a&client_assertion=b&grant_type=password&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&scope=c",
        "body-malformed"
      ),
      (
        "client_id=a+b&client_assertion=b&grant_type=client_credentials&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&scope=c&client_secret=d",
        "body-malformed"
      ),
    ] as [(String, String?)])
  func forms(text: String, id: String?) throws {
    let address = RequestAddress.token(try TokenAddress(tenant: "contoso.onmicrosoft.com"))
    var found: String?
    do { _ = try ServiceRequest.reading(Array(text.utf8).span, to: address) } catch { found = error.id }
    #expect(found == id)
  }

  /// The reasons, or the status if there is none, of the checks about what was meant.
  private func comparisons(_ request: borrowing ServiceRequest, _ expected: RequestExpectation) -> [String] {
    var verifier = RequestVerifier(keys: [], cryptography: OpenSSLCryptography()) {
      (_, _) throws(KeyError) in throw KeyError(.malformedKey, "no PFX is opened here")
    }
    verifier.expected = expected
    let ids = ["address", "object", "host", "new-certificate", "key-id", "scope"]
    return verifier.verify(request, at: NumericDate(seconds: 1_800_000_000)).checks.filter { ids.contains($0.id) }
      .map { "\($0.id) \($0.finding?.reason ?? $0.status.rawValue)" }
  }

  @Test(
    "the hosts and the scope of a token request are those of one cloud",
    arguments: [
      ("login.microsoftonline.com", "graph.microsoft.com", nil, "passed", "not-compared", "not-compared"),
      ("login.microsoftonline.us", "dod-graph.microsoft.us", nil, "passed", "not-compared", "not-compared"),
      ("login.microsoftonline.us", "graph.microsoft.us", .cloud(.usGovDoD), "passed", "passed", "scope-mismatch"),
      ("login.chinacloudapi.cn", "microsoftgraph.chinacloudapi.cn", .cloud(.china), "passed", "passed", "passed"),
      ("login.microsoftonline.com", "graph.microsoft.us", nil, "passed", "not-compared", "scope-mismatch"),
      ("login.example.fr", "graph.example.fr", nil, "host-unknown", "not-reached", "scope-mismatch"),
      (
        "login.example.fr", "graph.example.fr", .named(login: nil, graph: "graph.example.fr"), "host-unknown",
        "not-reached", "passed"
      ),
      (
        "login.example.fr", "graph.example.fr", .named(login: "login.example.fr", graph: nil), "passed", "passed",
        "scope-mismatch"
      ),
      (
        "login.example.fr", "graph.example.fr", .named(login: "login.example.com", graph: "graph.example.fr"), "passed",
        "host-mismatch", "passed"
      ),
    ] as [(String, String, RequestExpectation.Hosts?, String, String, String)])
  func clouds(
    login: String, graph: String, hosts: RequestExpectation.Hosts?, address: String, host: String, scope: String
  ) throws {
    let request = try ServiceRequest(
      .token(try TokenAddress(host: login, tenant: "contoso.onmicrosoft.com")),
      .token(clientID: Self.guid, assertion: "a.b.c", scope: try TokenAddress.graphScope(host: graph)))
    #expect(
      comparisons(request, RequestExpectation(hosts: hosts))
        == ["address \(address)", "object not-applicable", "host \(host)", "scope \(scope)"])
  }

  @Test("ids are compared as GUIDs, and scopes as texts, letter by letter")
  func spelling() throws {
    let upper = ExactText(Self.guid.text.uppercased())
    let removal = try ServiceRequest(try Self.address(.removeKey), .removeKey(keyID: Self.guid, proof: "a.b.c"))
    let hosts = RequestExpectation.Hosts.named(login: nil, graph: "graph.microsoft.com")
    #expect(
      comparisons(removal, RequestExpectation(keyID: upper, objectID: upper, hosts: hosts))
        == ["address passed", "object passed", "host passed", "key-id passed"])
    let token = try ServiceRequest(
      .token(try TokenAddress(tenant: "contoso.onmicrosoft.com")),
      .token(clientID: Self.guid, assertion: "a.b.c", scope: "caf\u{E9}"))
    #expect(comparisons(token, RequestExpectation(scope: "caf\u{E9}")).last == "scope passed")
    #expect(comparisons(token, RequestExpectation(scope: "cafe\u{301}")).last == "scope scope-mismatch")
  }
}
