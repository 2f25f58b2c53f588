import Foundation
import TestSupport
import Testing

/// What a courier can put beside a proof that stays valid, and the options that find it: `keyroll request check`.
@Suite(.tags(.process)) struct RequestExpectationTests {
  private static let third = Fixtures.path("certificates/rsa-4096.pem")
  private static let (keyID, otherID) = ("9a0b1c2d-3e4f-4a5b-8c6d-7e8f9a0b1c2d", "11111111-3e4f-4a5b-8c6d-7e8f9a0b1c2d")
  private static let token = ["token", "--tenant", SignCommandTests.tenant, "--client-id", SignCommandTests.clientID]
  private static let add = ["add-key", "--new-certificate", RequestCommandTests.other] + RequestCommandTests.graph
  private static let remove = ["remove-key", "--key-id", keyID] + RequestCommandTests.graph
  private static let trusted = ["--certificate", SignCommandTests.certificate]

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func make(
    _ arguments: [String], by key: [String] = RequestCommandTests.key, as name: String = "request"
  ) throws -> String {
    let path = folder.path(name)
    let made = try BuiltCommand.run(["request"] + arguments + key + ["--output", path])
    try #require(made.status == 0, "\(made)")
    return path
  }

  private func check(_ path: String, _ options: [String] = [], at time: String = "2027-01-15T08:04:00Z") throws
    -> Outcome
  {
    try BuiltCommand.run(["request", "check", path, "--at", time] + options)
  }

  /// The ids of the checks that have this status and this reason.
  private func ids(_ status: String, _ reason: String, in outcome: Outcome) -> [String] {
    outcome.output.split(separator: "\n").filter { $0.hasPrefix("  \(status) ") && $0.hasSuffix("[\(reason)]") }
      .map { String($0.dropFirst(11).prefix { $0 != " " }) }
  }

  /// A request that a courier makes from another with keyroll itself, so that everything in it fits together.
  struct Swap: CustomTestStringConvertible {
    let check, reason: String
    /// The intended request, what is swapped in it, and the user's expectation.
    let meant, swapped, expected: [String]
    /// What the report shows of the swapped one.
    let shown: String
    /// Whether the token stays as it is; for another object the courier has one that the same key signed.
    var keepsToken = true
    var testDescription: String { check }
  }

  private static let swaps = [
    Swap(
      check: "new-certificate", reason: "new-certificate-mismatch", meant: add,
      swapped: ["add-key", "--new-certificate", third] + RequestCommandTests.graph,
      expected: ["--new-certificate", RequestCommandTests.other], shown: "new certificate  \"CN=rsa-4096"),
    Swap(
      check: "key-id", reason: "key-id-mismatch", meant: remove,
      swapped: ["remove-key", "--key-id", otherID] + RequestCommandTests.graph, expected: ["--key-id", keyID],
      shown: "key id       \(otherID)"),
    Swap(
      check: "host", reason: "host-mismatch", meant: remove, swapped: remove + ["--cloud", "usgov"],
      expected: ["--cloud", "global"], shown: "host         graph.microsoft.us"),
    Swap(
      check: "host", reason: "host-mismatch", meant: remove, swapped: remove + ["--cloud", "china"],
      expected: ["--graph-host", "graph.microsoft.com"], shown: "host         microsoftgraph.chinacloudapi.cn"),
    Swap(
      check: "scope", reason: "scope-mismatch", meant: token + ["--cloud", "usgov"],
      swapped: token + ["--cloud", "usgov-dod"], expected: ["--cloud", "usgov"],
      shown: "scope        https://dod-graph.microsoft.us/.default"),
    Swap(
      check: "object", reason: "object-mismatch", meant: remove,
      swapped: ["remove-key", "--key-id", keyID, "--application", SignCommandTests.clientID],
      expected: ["--object-id", SignCommandTests.objectID.uppercased()],
      shown: "object       \(SignCommandTests.clientID)", keepsToken: false),
    Swap(
      check: "object", reason: "object-mismatch", meant: remove,
      swapped: ["remove-key", "--key-id", keyID, "--application", otherID, "--app-id", SignCommandTests.clientID],
      expected: ["--object-id", SignCommandTests.objectID], shown: "object       \(otherID)", keepsToken: false),
  ]

  @Test("a swapped value is rejected if the expected one was given, and otherwise gives a warning", arguments: swaps)
  func swapped(swap: Swap) throws {
    let meant = try make(swap.meant, as: "meant")
    let isToken = swap.meant.first == "token"
    let token = isToken ? ["--assertion", "\(meant)/assertion.jwt"] : ["--proof", "\(meant)/proof.jwt"]
    let path = try make(
      swap.swapped,
      by: swap.keepsToken ? token + Self.trusted + ["--at", SignCommandTests.at] : RequestCommandTests.key)

    let accepted = try check(meant, Self.trusted + swap.expected)
    #expect(accepted.status == 0 && accepted.output.contains("\n  passed   \(swap.check) "), "\(accepted)")
    let rejected = try check(path, Self.trusted + swap.expected)
    #expect(rejected.status == 1 && rejected.output.hasPrefix("REJECTED  "), "\(rejected)")
    #expect(ids("FAILED  ", swap.reason, in: rejected) == [swap.check], "\(rejected)")

    let unaware = try check(path, Self.trusted)
    #expect(unaware.status == 0, "\(unaware)")
    #expect(ids("warning ", "not-compared", in: unaware).filter { $0 == swap.check }.count == 1, "\(unaware)")
    #expect(unaware.output.contains("\n\(swap.shown)"), "\(unaware)")
  }

  @Test(
    "each value that was not compared gives one warning, and a compared one gives none",
    arguments: [
      (
        add, ["object", "host", "new-certificate"],
        ["--object-id", SignCommandTests.objectID, "--cloud", "global", "--new-certificate", RequestCommandTests.other]
      ),
      (
        remove, ["object", "host", "key-id"],
        ["--object-id", SignCommandTests.objectID, "--graph-host", "graph.microsoft.com", "--key-id", keyID]
      ),
      (token, ["host", "scope"], ["--cloud", "global"]),
      (
        token, ["host", "scope"],
        ["--login-host", "login.microsoftonline.com", "--scope", "https://graph.microsoft.com/.default"]
      ),
    ])
  func comparisons(request: [String], ids expected: [String], options: [String]) throws {
    let path = try make(request)
    let bare = try check(path)
    #expect(bare.status == 0 && ids("warning ", "not-compared", in: bare) == expected, "\(bare)")
    #expect(ids("warning ", "signer-not-named", in: bare) == ["signer"])
    #expect(
      bare.output.contains("\"CN=leaf,O=keyroll fixtures\" with SHA-1 88891A232D3C4BC784E94A802B73C3479A7EE1A0 ["))
    let compared = try check(path, Self.trusted + options)
    let head = "ACCEPTED  request \(request[0]), judged for 2027-01-15T08:04:00Z\n"
    #expect(compared.status == 0 && compared.output.hasPrefix(head), "\(compared)")
  }

  @Test("an application id in the address is not part of the proof, and is compared with the expected one")
  func applicationID() throws {
    let address = ["--app-id", SignCommandTests.clientID]
    let path = try make(["remove-key", "--key-id", Self.keyID] + RequestCommandTests.graph + address)
    let object = ["--object-id", SignCommandTests.objectID]
    #expect(ids("warning ", "not-compared", in: try check(path, object)).first == "object")
    let compared = try check(path, object + ["--app-id", SignCommandTests.clientID.uppercased()])
    #expect(compared.status == 0 && compared.output.contains("\n  passed   object "), "\(compared)")
    let other = try check(path, object + ["--app-id", Self.otherID])
    #expect(other.status == 1 && ids("FAILED  ", "object-mismatch", in: other) == ["object"], "\(other)")
    let plain = try check(try make(Self.remove, as: "plain"), address)
    #expect(plain.status == 1 && ids("FAILED  ", "request-mismatch", in: plain) == ["object"], "\(plain)")
  }

  @Test("both thumbprints, the object and the host are in the report, as text and as JSON")
  func values() throws {
    let path = try make(Self.add + ["--display-name", "new"])
    let values = """


      object           \(SignCommandTests.objectID)
      host             graph.microsoft.com
      display name     "new"
      new certificate  "CN=other,O=keyroll fixtures"
                       SHA-1 D77AA881A2382079B684CFE5166237890E2D9193
                       SHA-256 3559398D3D0A7574CE10F68A05D22163ACF37F318DF6D08DFB0EB8EF39157B45
      signed with      "CN=leaf,O=keyroll fixtures"
                       SHA-1 88891A232D3C4BC784E94A802B73C3479A7EE1A0
                       SHA-256 E5FA228DF31EF731A8A8892855F88A18C7CDF50A9B7C761E05FD88A652A8242E


      """
    #expect(try check(path).output.contains(values))
    let json = try check(path, ["--format", "json"])
    let report = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    let found = try #require(report["values"] as? [String: Any])
    #expect(
      found["object"] as? String == SignCommandTests.objectID && found["host"] as? String == "graph.microsoft.com")
    #expect(
      (found["newCertificate"] as? [String: String])?["sha1"] == "D77AA881A2382079B684CFE5166237890E2D9193")
    #expect(
      (found["signingCertificate"] as? [String: String])?["sha1"] == "88891A232D3C4BC784E94A802B73C3479A7EE1A0")
  }

  @Test(
    "an option for another kind of request is not ignored",
    arguments: [
      (add, ["--key-id", keyID], "key-id"), (add, ["--scope", "a"], "scope"),
      (add, ["--login-host", "login.microsoftonline.com"], "host"),
      (remove, ["--new-certificate", RequestCommandTests.other], "new-certificate"),
      (remove, ["--scope", "a"], "scope"),
      (remove, ["--max-lifetime", "730d"], "new-certificate-lifetime"),
      (token, ["--new-certificate", RequestCommandTests.other], "new-certificate"),
      (token, ["--key-id", keyID], "key-id"), (token, ["--object-id", SignCommandTests.objectID], "object"),
      (token, ["--max-lifetime", "730d"], "new-certificate-lifetime"),
      (token, ["--registered", Fixtures.path("key-credentials/application.json")], "registered"),
    ])
  func otherKinds(request: [String], options: [String], id: String) throws {
    let outcome = try check(try make(request), options)
    #expect(outcome.status == 1 && ids("FAILED  ", "request-mismatch", in: outcome) == [id], "\(outcome)")
  }

  @Test(
    "a command line that names hosts twice, or no GUID or certificate, judges nothing",
    arguments: [
      (["--cloud", "global", "--graph-host", "graph.microsoft.com"], 64, "usage"),
      (["--cloud", "global", "--login-host", "login.microsoftonline.com"], 64, "usage"),
      (["--scope", "a", "--graph-host", "graph.microsoft.com"], 64, "usage"),
      (["--certificate", "-", "--new-certificate", "-"], 64, "usage"),
      (["--object-id", "me"], 2, "malformed-parameter"), (["--key-id", ""], 2, "malformed-parameter"),
      (["--new-certificate", "/nonexistent"], 2, "file-unreadable"),
      (["--new-certificate", Fixtures.path("certificates/two-leaves.pem")], 2, "several-certificates"),
    ] as [([String], Int32, String)])
  func wrongOptions(options: [String], status: Int32, id: String) throws {
    let outcome = try check(try make(Self.add), options)
    #expect(outcome.status == status && outcome.output.isEmpty && outcome.error.contains("[\(id)]"), "\(outcome)")
  }

  @Test("the host of no known cloud, and a scope of another Graph, are rejected unless they are named")
  func unknownHosts() throws {
    let graph = try make(Self.remove + ["--graph-host", "graph.example.fr"], as: "graph")
    let login = try make(
      Self.token + ["--login-host", "login.example.fr", "--graph-host", "graph.example.fr"], as: "login")
    let mixed = try make(
      Self.token + ["--login-host", "login.microsoftonline.com", "--graph-host", "graph.microsoft.us"], as: "mixed")
    let hosts = ["--login-host", "login.example.fr"]
    let scope = ["--scope", "https://graph.example.fr/.default"]
    for (path, options, reasons) in [
      (graph, [], ["host-unknown"]), (graph, ["--graph-host", "graph.example.fr"], []),
      (graph, ["--graph-host", "graph.example.com"], ["host-mismatch"]),
      (graph, ["--cloud", "global"], ["host-mismatch"]),
      (login, [], ["host-unknown", "scope-mismatch"]), (login, hosts, ["scope-mismatch"]),
      (login, scope, ["host-unknown"]), (login, hosts + scope, []),
      (login, hosts + ["--graph-host", "graph.example.fr"], []),
      (login, hosts + ["--graph-host", "graph.microsoft.com"], ["scope-mismatch"]),
      (mixed, [], ["scope-mismatch"]), (mixed, ["--cloud", "global"], ["scope-mismatch"]),
      (mixed, ["--scope", "https://graph.microsoft.us/.default"], []),
      (mixed, ["--graph-host", "graph.microsoft.us"], []),
    ] as [(String, [String], [String])] {
      let outcome = try check(path, Self.trusted + options)
      #expect(outcome.status == (reasons.isEmpty ? 0 : 1), "\(options): \(outcome)")
      let found = outcome.output.split(separator: "\n").filter { $0.hasPrefix("  FAILED ") }
        .map { $0.split(separator: "[").last.map { String($0.dropLast()) } }
      #expect(found == reasons, "\(options): \(outcome)")
    }
  }

  @Test(
    "files that name another signer are found by the certificate that verified the token, wherever it is in a bundle"
  )
  func signer() throws {
    let path = try make(Self.add)
    let bundle = try folder.write(
      Fixtures.bytes("certificates/other.pem") + Fixtures.bytes("certificates/leaf.pem"), to: "bundle.pem")
    let whole = try check(path, ["--certificate", bundle])
    #expect(whole.status == 0 && ids("FAILED  ", "file-differs", in: whole).isEmpty, "\(whole)")
    #expect(
      whole.output.contains("\n  passed   signer                     SHA-1 88891A232D3C4BC784E94A802B73C3479A7EE1A0\n"))

    // The certificate that a courier would like to be trusted, in both places that show it.
    try folder.write(try folder.bytes("request/new-certificate.cer"), to: "request/signing-certificate.cer")
    let summary = try String(contentsOfFile: "\(path)/summary.txt", encoding: .utf8)
    let forged = summary.replacing("CN=leaf", with: "CN=other").replacing(
      "88891A232D3C4BC784E94A802B73C3479A7EE1A0", with: "D77AA881A2382079B684CFE5166237890E2D9193")
    try forged.write(toFile: "\(path)/summary.txt", atomically: true, encoding: .utf8)
    for trusted in [SignCommandTests.certificate, bundle] {
      let outcome = try check(path, ["--certificate", trusted])
      #expect(outcome.status == 1, "\(outcome)")
      #expect(
        ids("FAILED  ", "file-differs", in: outcome) == ["summary-file", "signing-certificate-file"], "\(outcome)")
    }
    let stranger = try check(path, ["--certificate", Self.third])
    #expect(stranger.output.contains("\nsigned with      a key that is not known: no certificate"), "\(stranger)")
    #expect(stranger.status == 1 && ids("FAILED  ", "signer-mismatch", in: stranger) == ["signer"], "\(stranger)")
  }

  @Test("there is a warning if only the folder says what is registered")
  func registered() throws {
    let saved = Fixtures.path("key-credentials/application.json")
    let answer = try JSONSerialization.jsonObject(with: Data(try Fixtures.bytes("key-credentials/application.json")))
    let object = try #require(answer as? [String: Any])
    let credentials = try #require(object["keyCredentials"] as? [[String: Any]])
    let objectID = try #require(object["id"] as? String)
    let path = try make(
      ["remove-key", "--key-id", try #require(credentials.first?["keyId"] as? String), "--application", objectID]
        + ["--registered", saved, "--force"])
    let bare = try check(path)
    #expect(ids("warning ", "not-compared", in: bare) == ["object", "host", "key-id", "registered"], "\(bare)")
    let given = try check(path, ["--registered", saved])
    #expect(ids("warning ", "not-compared", in: given) == ["host", "key-id"], "\(given)")
  }
}
