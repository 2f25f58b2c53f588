import Encodings
import Entra
import Messages
import Testing
import Tokens

@Suite struct SignInReportTests {
  private static let client: ExactText = "2f1e9c44-5a0b-4c1d-8e2f-7b6a5c4d3e02"
  private static let key: ExactText = "9a0b1c2d-3e4f-4a5b-8c6d-7e8f9a0b1c2d"

  /// As the documentation of the resource type signIn shows one, shortened.
  private static func entry(
    client: ExactText = client, key: String = "\"\(key)\"", at time: String = "2026-12-01T08:15:30.1234567Z",
    code: Int = 0
  ) -> String {
    """
    {"id": "66ea54eb", "createdDateTime": "\(time)", "appId": "\(client)", "appDisplayName": "Payroll", \
    "signInEventTypes": ["servicePrincipal"], "servicePrincipalCredentialKeyId": \(key), \
    "servicePrincipalCredentialThumbprint": "88891A232D3C4BC784E94A802B73C3479A7EE1A0", \
    "status": {"errorCode": \(code), "failureReason": "Other.", "additionalDetails": null}}
    """
  }

  private static func page(_ entries: [String]) -> String {
    """
    {"@odata.context": "https://graph.microsoft.com/beta/$metadata#auditLogs/signIns", \
    "@odata.nextLink": "https://graph.microsoft.com/beta/auditLogs/signIns?$skiptoken=a", \
    "value": [\(entries.joined(separator: ", "))]}
    """
  }

  private static func read(_ text: String) throws(ResponseError) -> SignInReport? {
    try SignInReport(Array(text.utf8).span, of: "report.json")
  }

  @Test("A page, pages in an array, sign-ins in an array and one alone are read, with a header too")
  func shapes() throws {
    let two = [Self.entry(), Self.entry(code: 700_027)]
    for (text, count) in [
      (Self.page(two), 2), ("[\(Self.page(two)), \(Self.page([Self.entry()]))]", 3),
      ("[\(two.joined(separator: ","))]", 2),
      (Self.entry(), 1), ("HTTP/1.1 200 OK\r\nDate: Tue, 01 Dec 2026 09:00:00 GMT\r\n\r\n\(Self.page(two))", 2),
      ("\u{FEFF}\(Self.page(two))", 2), (Self.page([]), 0),
    ] {
      let report = try #require(try Self.read(text), "\(text)")
      #expect(report.signIns.count == count, "\(text)")
      #expect(report.names(Self.client) == (count > 0))
    }
    let first = try #require(try Self.read(Self.page(two))?.signIns.first)
    #expect(first.created == NumericDate(rfc3339: "2026-12-01T08:15:30Z") && first.isSuccess && first.keyID == Self.key)
  }

  @Test("What PowerShell makes of them is read, too")
  func powerShell() throws {
    let text = """
      [{"AppId": "\(Self.client)", "CreatedDateTime": "2026-12-01T08:15:30Z", \
      "ServicePrincipalCredentialKeyId": "\(Self.key)", "Status": {"ErrorCode": 0}}]
      """
    let report = try #require(try Self.read(text))
    #expect(report.signIns(of: Self.client, with: Self.key).map(\.isSuccess) == [true])
  }

  @Test("Entries are found by client id and key id in letters of either case, and by nothing else")
  func found() throws {
    let other: ExactText = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
    let text = Self.page([
      Self.entry(), Self.entry(client: other), Self.entry(key: "\"\(other)\""), Self.entry(key: "null"),
      Self.entry(key: "\"\(Self.key.text.uppercased())\"", code: 50_126),
    ])
    let report = try #require(try Self.read(text))
    #expect(report.signIns.count == 5)
    #expect(report.signIns(of: Self.client, with: Self.key).map(\.isSuccess) == [true, false])
    #expect(report.signIns(of: ExactText(Self.client.text.uppercased()), with: Self.key).count == 2)
  }

  @Test("A sign-in without a status, or with one that is no number, is no success")
  func status() throws {
    for status in ["", #""status": null,"#, #""status": {"errorCode": "0"},"#, #""status": {},"#] {
      let text = """
        [{\(status) "appId": "\(Self.client)", "createdDateTime": "2026-12-01T08:15:30Z", \
        "servicePrincipalCredentialKeyId": "\(Self.key)"}]
        """
      #expect(try Self.read(text)?.signIns.map(\.isSuccess) == [false], "\(text)")
    }
  }

  @Test(
    "Anything else is not taken for a report",
    arguments: [
      "", "{}", "[]", "nothing", "{\"value\": []}", "{\"value\": [{}]}", "[1]", "null",
      "{\"id\": \"a\", \"appId\": \"b\", \"createdDateTime\": \"2026-12-01T08:15:30Z\", \"keyCredentials\": []}",
      "{\"id\": \"a\", \"appId\": \"b\", \"createdDateTime\": \"2026-12-01T08:15:30Z\"}",
      "HTTP/1.1 403 Forbidden\r\n\r\n\(page([entry()]))", "[\(entry()), {\"keyId\": \"a\"}]", "[\(entry()), 7]",
      String(page([entry()]).dropLast()),
    ])
  func others(text: String) throws { #expect(try Self.read(text) == nil) }

  @Test(
    "A report with an entry that cannot be read is refused by its number",
    arguments: [entry(at: "yesterday"), entry(at: ""), entry().replacing("\"\(client)\"", with: "7")])
  func malformed(entry: String) {
    do throws(ResponseError) {
      _ = try Self.read(Self.page([Self.entry(), entry]))
      Issue.record("it was read")
    } catch {
      #expect(error.code == .malformed && error.message.contains("number 2"), "\(error)")
    }
  }
}
