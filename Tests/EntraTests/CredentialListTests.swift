import Encodings
import Entra
import Messages
import OpenSSLCrypto
import Signing
import TestSupport
import Testing
import Tokens

@Suite("CredentialList")
struct CredentialListTests {
  private static let now = NumericDate(seconds: 1_700_000_000)

  /// An entry that begins and ends so many days from now; a usage of nil makes a secret.
  private static func entry(
    _ id: Int, from start: Int64 = -100, to end: Int64, usage: String? = "Verify", thumbprint: String? = nil
  ) -> String {
    let kind = usage.map { #""type": "AsymmetricX509Cert", "usage": "\#($0)", "# } ?? ""
    let identifier = thumbprint.map { #""customKeyIdentifier": "\#($0)", "# } ?? ""
    let (start, end) = (now + TimeSpan(seconds: start * 86_400), now + TimeSpan(seconds: end * 86_400))
    return #"{\#(kind)\#(identifier)"keyId": "\#(guid(id))", "startDateTime": "\#(start)", "endDateTime": "\#(end)"}"#
  }

  private static func guid(_ id: Int) -> String {
    "00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - "\(id)".count) + "\(id)"
  }

  private static func object(_ id: Int, keys: [String] = [], secrets: [String]? = []) -> String {
    let secrets = secrets.map { #", "passwordCredentials": [\#($0.joined(separator: ", "))]"# } ?? ""
    return #"{"id": "\#(guid(id))", "keyCredentials": [\#(keys.joined(separator: ", "))]\#(secrets)}"#
  }

  private static func page(_ objects: [String], next: String? = nil, count: Int? = nil) -> String {
    let next = next.map { #", "@odata.nextLink": "\#($0)""# } ?? ""
    let count = count.map { #", "@odata.count": \#($0)"# } ?? ""
    return #"{"@odata.context": "x#applications", "value": [\#(objects.joined(separator: ", "))]\#(next)\#(count)}"#
  }

  private static func list(_ files: [String]) throws -> CredentialList {
    var list = CredentialList()
    for (index, file) in files.enumerated() {
      try list.add(Array(file.utf8).span, of: "file-\(index + 1)", cryptography: OpenSSLCryptography())
    }
    try list.requireComplete()
    return list
  }

  /// The flags of each credential of each object, by the last digits of the key id of its first entry.
  private static func flags(_ files: [String], maximum: TimeSpan? = nil, skipsEnded: Bool = false) throws -> [String] {
    let report = CredentialReport(
      on: try list(files), by: CredentialPolicy(at: now, maximumLifetime: maximum, skipsEnded: skipsEnded))
    return report.objects.flatMap(\.credentials).map { judged in
      let id = judged.credential.entries.map { $0.keyID.text.suffix(1) }.joined(separator: "+")
      return ([id] + judged.flags.map(\.rawValue)).joined(separator: " ")
    }
  }

  private static let (one, two) = (String(repeating: "AB", count: 20), String(repeating: "CD", count: 20))

  @Test("What ends within the time is due, to the second, and what ends after it is not")
  func due() throws {
    #expect(try Self.flags([Self.object(1, keys: [Self.entry(1, to: 30), Self.entry(2, to: 31)])]) == ["1 DUE", "2"])
    let list = try Self.list([Self.object(1, keys: [Self.entry(1, to: 30)])])
    func dueCount(_ period: TimeSpan) -> Int {
      CredentialReport(on: list, by: CredentialPolicy(at: Self.now, within: period)).count(of: .due)
    }
    #expect(dueCount(TimeSpan(seconds: 30 * 86_400 - 1)) == 0)
    #expect(dueCount(TimeSpan(seconds: 30 * 86_400)) == 1)
  }

  @Test(
    "What is due is alone where nothing of its kind goes on when it ends",
    arguments: [
      ([entry(1, to: 5)], [], ["1 DUE ALONE"]),
      ([entry(1, to: 5), entry(2, to: 300)], [], ["1 DUE", "2"]),
      // A secret takes the place of a key.
      ([entry(1, to: 5)], [entry(2, to: 300, usage: nil)], ["1 DUE", "2"]),
      // Of two that are due the last one leaves nothing.
      ([entry(1, to: 5), entry(2, to: 10)], [], ["1 DUE", "2 DUE ALONE"]),
      ([entry(1, to: 5), entry(2, to: 5)], [], ["1 DUE ALONE", "2 DUE ALONE"]),
      // One that begins too late leaves a gap.
      ([entry(1, to: 5), entry(2, from: 6, to: 300)], [], ["1 DUE ALONE", "2"]),
      ([entry(1, to: 5), entry(2, from: 5, to: 300)], [], ["1 DUE", "2"]),
      // What has ended, and what is there today.
      ([entry(1, to: -50), entry(2, from: -10, to: 300)], [], ["1 DUE", "2"]),
      ([entry(1, to: -50)], [], ["1 DUE ALONE"]),
      // A key to encrypt for the application signs nobody in, and neither does one for SAML.
      ([entry(1, to: 5), entry(2, to: 300, usage: "Encrypt")], [], ["1 DUE ALONE", "2"]),
      ([entry(1, to: 5), entry(2, to: 300, usage: "Sign")], [], ["1 DUE ALONE", "2 SAML"]),
    ] as [([String], [String], [String])])
  func alone(keys: [String], secrets: [String], expected: [String]) throws {
    #expect(try Self.flags([Self.object(1, keys: keys, secrets: secrets)]) == expected)
  }

  @Test("What has ended is left out where that is asked for, unless nothing has taken its place")
  func ended() throws {
    let files = [
      Self.object(1, keys: [Self.entry(1, to: -50), Self.entry(2, to: 300)]),
      Self.object(2, keys: [Self.entry(3, to: -50)]),
    ]
    #expect(try Self.flags(files, skipsEnded: true) == ["2", "3 DUE ALONE"])
  }

  @Test("What lives longer than the limit is long, to the second")
  func long() throws {
    let file = Self.object(1, keys: [Self.entry(1, from: -100, to: 265), Self.entry(2, from: -100, to: 266)])
    #expect(try Self.flags([file], maximum: TimeSpan(seconds: 365 * 86_400)) == ["1", "2 LONG"])
  }

  @Test("A certificate that is registered twice is named, on one object or on two, and an entry in two files is one")
  func twice() throws {
    let keys = [Self.entry(1, to: 300, thumbprint: Self.one), Self.entry(2, to: 300, thumbprint: Self.one)]
    #expect(try Self.flags([Self.object(1, keys: keys)]) == ["1 TWICE", "2 TWICE"])
    #expect(
      try Self.flags([Self.object(1, keys: [keys[0]]), Self.object(2, keys: [keys[1]])]) == ["1 TWICE", "2 TWICE"])
    #expect(try Self.flags([Self.object(1, keys: [keys[0]]), "[\(keys[0])]"]) == ["1", "1"])
    #expect(try Self.flags([Self.object(1, keys: keys), Self.object(1, keys: keys)]) == ["1 TWICE", "2 TWICE"])
  }

  @Test("The entries of a SAML certificate are one credential, and its secret belongs to it by the key id too")
  func saml() throws {
    let sign = Self.entry(1, to: 300, usage: "Sign", thumbprint: Self.one)
    let verify = Self.entry(2, to: 300, thumbprint: Self.one)
    let secret = Self.entry(1, to: 300, usage: nil)
    let other = Self.entry(4, to: 300, thumbprint: Self.two)
    for keys in [[sign, other, verify], [verify, sign, other]] {
      let flags = try Self.flags([Self.object(1, keys: keys, secrets: [secret])])
      #expect(flags.contains("1+2+1 SAML") || flags.contains("2+1+1 SAML"), "\(flags)")
      #expect(flags.contains("4") && flags.count == 2)
    }
    let again = Self.entry(5, to: 300, usage: "Sign", thumbprint: Self.one)
    #expect(try Self.flags([Self.object(1, keys: [sign, verify, again])]) == ["1+2+5 TWICE SAML"])
  }

  @Test("A page that names a next one is not enough, in whatever order the others are given")
  func pages() throws {
    let (first, second) = ("https://graph.microsoft.com/v1.0/applications?$skiptoken=a", "https://x/?$skiptoken=b")
    let pages = [
      Self.page([Self.object(1)], next: first), Self.page([Self.object(2)], next: second), Self.page([Self.object(3)]),
    ]
    #expect(try Self.list(pages).objects.count == 3)
    #expect(try Self.list(pages.reversed()).objects.count == 3)
    #expect(try Self.list([pages.joined(separator: "\n")]).objects.count == 3)
    #expect(try Self.list(["[\(pages.joined(separator: ","))]"]).objects.count == 3)
    #expect(error { _ = try Self.list([pages[0]]) }?.id == "incomplete-answer")
    let missing = error { _ = try Self.list([pages[0], pages[1]]) }
    #expect(
      missing?.message
        == "file-2 is one page of several: it ends with an @odata.nextLink, and the page that follows is missing")
    // Of a listing of something else the last page is no help.
    let other = #"{"@odata.context": "x#servicePrincipals", "value": []}"#
    #expect(error { _ = try Self.list([pages[0], other]) }?.id == "incomplete-answer")
  }

  @Test("Pages that go round in a circle, and a page that is given twice, are refused")
  func circle() throws {
    let link = "https://graph.microsoft.com/v1.0/applications?$skiptoken=a"
    let repeated = error {
      _ = try Self.list([
        Self.page([Self.object(1)], next: link), Self.page([Self.object(2)], next: link), Self.page([]),
      ])
    }
    #expect(repeated?.description.hasPrefix("two pages have the same next page: one in file-1, one in file-2") == true)
    #expect(repeated?.id == "repeated-page")
  }

  @Test("A page that is missing in between is found where the service said how many objects there are")
  func count() throws {
    let link = "https://graph.microsoft.com/v1.0/applications?$skiptoken=a"
    let pages = [Self.page([Self.object(1)], next: link, count: 3), Self.page([Self.object(3)])]
    #expect(
      error { _ = try Self.list(pages) }?.message == "the pages hold 2 objects, and by their @odata.count there are 3")
    let all = try Self.list(pages + [Self.page([Self.object(2)], next: link + "b")])
    #expect(all.objects.count == 3 && all.uncertainPageCount == 0)
  }

  @Test("A page that is missing in between is found where the requests are known that the pages answer")
  func requests() throws {
    let base = "https://graph.microsoft.com/v1.0/applications?$select=id&$skiptoken="
    let pages = [
      Self.page([Self.object(1)], next: base + "a"), Self.page([Self.object(2)], next: base + "b"),
      Self.page([Self.object(3)]),
    ]
    let listings = try [nil, "a", "b"].map {
      try GraphListing(collection: .applications, scope: .all(after: $0.flatMap(SkipToken.init)))
    }
    func list(_ places: [Int], unknown: Int? = nil) throws -> CredentialList {
      var list = CredentialList()
      for place in places {
        try list.add(
          Array(pages[place].utf8).span, of: "page-\(place + 1)", answering: place == unknown ? nil : listings[place],
          cryptography: OpenSSLCryptography())
      }
      try list.requireComplete()
      return list
    }
    #expect(try list([0, 1, 2]).uncertainPageCount == 0)
    #expect(try list([2, 0, 1]).uncertainPageCount == 0)
    for missing in [[0, 2], [2], [1, 2]] {
      #expect(error { _ = try list(missing) }?.id == "incomplete-answer", "\(missing)")
    }
    #expect(
      error { _ = try list([0, 2]) }?.message
        == "page-3 is one page of several, and the page before it is missing: no other page names it as the next")
    // Of files alone nothing can be told: the third page may follow the first one, or not.
    #expect(try list([0, 2], unknown: 2).uncertainPageCount == 2)
    #expect(try Self.list(pages).uncertainPageCount == 3)
    // A first page that is not known to be the first may have one before it.
    #expect(try list([0, 1, 2], unknown: 0).uncertainPageCount == 3)
    #expect(try Self.list([pages[2]]).uncertainPageCount == 0)
  }

  @Test("An object in two files is one, with what each has, and refused where they contradict each other")
  func merged() throws {
    let (key, secret) = (Self.entry(1, to: 300), Self.entry(2, to: 300, usage: nil))
    let files = [Self.object(1, keys: [key], secrets: nil), Self.object(1, keys: [key], secrets: [secret])]
    let list = try Self.list(files)
    #expect(list.objects.count == 1)
    #expect(list.objects.first?.entries.count == 2)
    #expect(list.objects.first?.hasSecrets == true)
    let differing = error { _ = try Self.list([files[1], Self.object(1, keys: [], secrets: [secret])]) }
    #expect(differing?.id == "object-differs")
    #expect(
      differing?.message == "the object \(Self.guid(1)) is in file-1 and in file-2, and the two list different keys")
  }

  @Test("Of a batch with a response that failed the others are listed, and the report says that it is not whole")
  func batch() throws {
    let failed = #"{"id": "2", "status": 429, "body": {"error": {"code": "TooManyRequests"}}}"#
    let list = try Self.list([
      #"{"responses": [{"id": "1", "status": 200, "body": \#(Self.object(1))}, \#(failed)]}"#, Self.object(2),
    ])
    #expect(list.objects.map(\.objectID?.text) == [Self.guid(1), Self.guid(2)])
    let report = CredentialReport(on: list, by: CredentialPolicy(at: Self.now))
    #expect(
      report.failures.map(\.message) == [
        #"file-1 has a response with the id "2" that failed with the status 429, "TooManyRequests""#
      ])
    #expect(report.failures.map(\.id) == ["incomplete-answer"])
    // With nothing to list it is not a listing.
    #expect(error { _ = try Self.list([#"{"responses": [\#(failed)]}"#]) }?.id == "malformed-key-credentials")
  }

  @Test("A date without a time zone is read as UTC, and the file is named")
  func timeZone() throws {
    let (zone, none) = (Self.object(1, keys: [Self.entry(1, to: 300)]), Self.object(2, keys: [Self.entry(2, to: 300)]))
    let list = try Self.list([zone, none.replacing("Z\"", with: ".1234567\"")])
    #expect(list.filesWithoutTimeZone == ["file-2"])
    let (first, second) = (list.objects.first?.entries.first, list.objects.last?.entries.first)
    #expect(first?.end != nil && first?.end == second?.end && first?.start == second?.start)
    for other in ["T", " 2026-12-01T10:00:00", "+01:00Z"] {
      let differing = none.replacing("Z\"", with: "\(other)\"")
      #expect(error { _ = try Self.list([differing]) }?.id == "malformed-key-credentials", "\(other)")
    }
  }

  @Test("A certificate of one's own is found by either thumbprint, and tells the subject")
  func named() throws {
    let bytes = try Fixtures.bytes("certificates/leaf.pem")
    let leaf = try #require(try CertificateFile.read(bytes.span).first)
    for thumbprint in [leaf.sha1Thumbprint, leaf.sha256Thumbprint] {
      var list = CredentialList(naming: [("own.cer", leaf), ("idle.cer", try other())])
      let key = Self.entry(1, to: 300, thumbprint: Hexadecimal.upperCase(thumbprint))
      try list.add(Array(Self.object(1, keys: [key]).utf8).span, of: "file", cryptography: OpenSSLCryptography())
      let entry = try #require(list.objects.first?.entries.first)
      #expect(entry.certificateNames == ["own.cer"])
      #expect(entry.subject == leaf.subject)
      #expect(entry.thumbprint?.bytes == leaf.sha1Thumbprint)
      #expect(list.unmatchedCertificates == ["idle.cer"])
    }
  }

  @Test("Work grows with the entries of an object and not with their square")
  func many() throws {
    let count = 20_000
    let keys = (0..<count).map {
      Self.entry($0, to: Int64($0 % 40), usage: $0 % 2 == 0 ? "Sign" : "Verify", thumbprint: Self.one)
    }
    let report = CredentialReport(on: try Self.list([Self.object(1, keys: keys)]), by: CredentialPolicy(at: Self.now))
    #expect(report.credentialCount == 1)
    #expect(report.objects.first?.credentials.first?.occurrences == count / 2)
  }

  private func other() throws -> Certificate {
    let bytes = try Fixtures.bytes("certificates/other.pem")
    return try #require(try CertificateFile.read(bytes.span).first)
  }

  private func error(_ body: () throws -> Void) -> KeyCredentialsError? {
    do {
      try body()
      return nil
    } catch { return error as? KeyCredentialsError }
  }
}

@Suite("GraphListing")
struct GraphListingTests {
  private static let all = try? GraphListing(collection: .applications, scope: .all(after: nil))

  private static func next(_ link: String) throws -> String {
    let answer = #"{"value": [], "@odata.nextLink": "\#(link)"}"#
    return try #require(all).next(after: Array(answer.utf8).span, of: "answer").description
  }

  @Test("The next page is asked for at our own address, with the token alone")
  func next() throws {
    let base = try #require(Self.all).description
    #expect(
      base
        == "https://graph.microsoft.com/v1.0/applications?$select=id,appId,displayName,keyCredentials,passwordCredentials&$top=999"
    )
    for link in [
      "https://graph.microsoft.com/v1.0/applications?$skiptoken=RFNwdAIAAQ%3d_-",
      "https://graph.microsoft.com/v1.0/applications?$select=owners&%24skiptoken=RFNwdAIAAQ%3d_-&$top=1",
      "https://GRAPH.microsoft.com/v1.0/applications?evil=1&$skipToken=RFNwdAIAAQ%3d_-",
    ] { #expect(try Self.next(link) == "\(base)&$skiptoken=RFNwdAIAAQ%3d_-", "\(link)") }
  }

  @Test(
    "Another host, collection or version is refused, and so is a token that could be more than one",
    arguments: [
      ("https://graph.microsoft.com.example/v1.0/applications?$skiptoken=x", "foreign-next-page"),
      ("https://graph.microsoft.com@example.com/v1.0/applications?$skiptoken=x", "foreign-next-page"),
      ("https://graph.microsoft.com:444/v1.0/applications?$skiptoken=x", "foreign-next-page"),
      ("https://graph.microsoft.us/v1.0/applications?$skiptoken=x", "foreign-next-page"),
      ("http://graph.microsoft.com/v1.0/applications?$skiptoken=x", "foreign-next-page"),
      ("//graph.microsoft.com/v1.0/applications?$skiptoken=x", "foreign-next-page"),
      ("https://graph.microsoft.com/v1.0/users?$skiptoken=x", "foreign-next-page"),
      ("https://graph.microsoft.com/beta/applications?$skiptoken=x", "foreign-next-page"),
      ("https://graph.microsoft.com/v1.0/applications/../users?$skiptoken=x", "foreign-next-page"),
      ("https://graph.microsoft.com/v1.0/applications?$skip=2", "no-next-page"),
      ("https://graph.microsoft.com/v1.0/applications?$skiptoken=", "no-next-page"),
      ("https://graph.microsoft.com/v1.0/applications?$skiptoken=x&$skiptoken=y", "no-next-page"),
      (#"https://graph.microsoft.com/v1.0/applications?$skiptoken=x\"\\noutput = \"y"#, "no-next-page"),
      ("https://graph.microsoft.com/v1.0/applications?$skiptoken=x%2", "no-next-page"),
      ("https://graph.microsoft.com/v1.0/applications?$skiptoken=x#y", "no-next-page"),
      ("https://graph.microsoft.com/v1.0/applications?$skiptoken=x\\u000ay", "no-next-page"),
    ])
  func foreign(link: String, id: String) throws {
    do {
      let address = try Self.next(link)
      Issue.record("\(address)")
    } catch { #expect((error as? KeyCredentialsError)?.id == id, "\(error)") }
  }

  @Test("An address that was written is read again, and no other one is")
  func address() throws {
    let id = ExactText("10000000-0000-4000-8000-000000000001")
    let scopes: [GraphListing.Scope] = [
      .object(.objectID(id)), .object(.appID(id)), .all(after: nil), .all(after: SkipToken("RFNwdA%3d/x=")),
    ]
    for scope in scopes {
      for collection in GraphAddress.Collection.allCases {
        let listing = try GraphListing(host: "graph.example", version: .beta, collection: collection, scope: scope)
        let text = listing.description
        #expect(GraphListing(text) == listing, "\(text)")
        for other in [
          text + "&", text.replacing("https", with: "http"), text.replacing("$select", with: "$filter"),
          text.replacing("beta", with: "v2.0"), text.replacing("example", with: "example:443"), String(text.dropLast()),
        ] where other != text {
          // A shorter token is another one.
          let read = GraphListing(other)
          #expect(read == nil || read?.description == other, "\(other)")
          if case .object = scope { #expect(read == nil, "\(other)") }
        }
      }
    }
    #expect(GraphListing("https://graph.microsoft.com/v1.0/applications/\(id)/addKey") == nil)
  }

  @Test("The last page has no next one")
  func last() throws {
    let answer = Array(#"{"value": []}"#.utf8)
    let all = try #require(Self.all)
    do throws(KeyCredentialsError) {
      Issue.record("\(try all.next(after: answer.span, of: "answer"))")
    } catch { #expect(error.id == "no-next-page") }
  }
}
