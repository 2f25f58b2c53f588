import Foundation
import Keyroll
import TestSupport
import Testing

/// What comes back may be anything: it is taken in as far as it is an answer, and stops nothing.
@Suite struct RolloverAnswersTests {
  private typealias Fixture = RolloverFixture
  private typealias History = RolloverHistory
  private static let start = History.start
  private let fixture: Fixture

  init() throws { fixture = try Fixture() }

  private static let token = """
    HTTP/1.1 200 OK\r
    Date: Sun, 29 Nov 2026 18:05:00 GMT\r
    Content-Type: application/json\r
    \r
    {"token_type": "Bearer", "expires_in": 3599, "access_token": "taken out"}
    """

  private static func refusal(_ status: String, _ body: String) -> String { "HTTP/1.1 \(status)\r\n\r\n\(body)" }

  private func kinds(_ rollover: RolloverFolder) -> [ExactText] { rollover.journal.events.map(\.kind.name) }

  // MARK: One that cannot be read

  @Test("One answer that cannot be read is named by its path, and those behind it are taken in", arguments: 0..<5)
  func unreadable(way: Int) throws {
    var rollover = try fixture.rollover([.added(keyID: History.new)])
    try fixture.pack(&rollover)
    let bad = fixture.folder.path("payroll/send-1/list-1/answer.txt")
    switch way {
    case 0: try fixture.answer("HTTP/1.1 200 OK\r\n\r\n{\"id\":\"0", to: "list-1")
    case 1: try fixture.answer(String(repeating: "x", count: 1 << 22 + 1), to: "list-1")
    case 2: try FileManager.default.createSymbolicLink(atPath: bad, withDestinationPath: "/etc/hostname")
    case 3:
      let made = try Shell.run("mkfifo '\(bad)'")
      #expect(made.status == 0)
    default: try fixture.folder.write([0xFF, 0xFE, 0x80], to: "payroll/send-1/list-1/answer.txt")
    }
    // Answers are read in the order in which they were given: the list, and then the tries.
    try fixture.answer(Self.token, to: "try-1-1")
    let recorded = try rollover.recordOwnAnswers(at: Self.start + .minutes(10))
    #expect(recorded.contains { $0.request == "try-1-1" })
    #expect(rollover.unread.count == 1)
    #expect(rollover.unread.first?.message.contains("payroll/send-1/list-1/answer.txt is passed over: ") == true)
    #expect(rollover.state(at: Self.start + .minutes(10)).stage == .accepted)
    let report = RolloverReport(rollover, at: Self.start + .minutes(10))
    #expect(report.unread.count == 1)
    // The next run says it again, and takes in nothing twice.
    let count = rollover.journal.events.count
    _ = try rollover.recordOwnAnswers(at: Self.start + .minutes(11))
    #expect(rollover.journal.events.count == count)
  }

  @Test("What goes into the journal is short, whoever chose it, and the journal stays one that can be read")
  func bounded() throws {
    var rollover = try fixture.rollover([.added(keyID: History.new)])
    try fixture.pack(&rollover)
    let long = String(repeating: "x", count: 900_000)
    try fixture.answer(
      Self.refusal("400 Bad Request", #"{"error":"\#(long)","error_description":"a"}"#), to: "try-1-1")
    _ = try rollover.recordOwnAnswers(at: Self.start + .minutes(10))
    #expect(try fixture.folder.bytes("payroll/journal.jsonl").count < 4000)
    let again = try RolloverFolder(at: rollover.path, cryptography: fixture.cryptography)
    #expect(again.journal.events == rollover.journal.events)
    let many = (0..<50).map {
      (id: ExactText("9a0b1c2d-3e4f-4a5b-8c6d-0000000001\(10 + $0)"), certificate: fixture.new)
    }
    _ = try rollover.recordList(fixture.list(many), at: Self.start + .minutes(10))
    guard case .listed(let listing)? = rollover.journal.events.last?.kind else {
      Issue.record("nothing was listed")
      return
    }
    #expect(listing.new.count == 16)
  }

  @Test("A journal that is full refuses a line, and stays as it is")
  func full() throws {
    let journal = "payroll/journal.jsonl"
    do { _ = try fixture.rollover() }
    let line = RolloverEvent(.waived(reason: ExactText(String(repeating: "x", count: 1000))), at: Self.start).line
    let head = try fixture.folder.bytes(journal)
    let count = (RolloverJournal.mostBytes - head.count) / line.count - 1
    // To the last byte.
    let rest = RolloverJournal.mostBytes - head.count - count * line.count - line.count + 1000
    let last = RolloverEvent(.waived(reason: ExactText(String(repeating: "x", count: rest))), at: Self.start).line
    let all = head + (0..<count).flatMap { _ in line } + last
    #expect(all.count == RolloverJournal.mostBytes)
    try fixture.folder.write(all, to: journal)
    var rollover = try RolloverFolder(at: fixture.folder.path("payroll"), cryptography: fixture.cryptography)
    expect(id: "output-unwritable") { _ = try rollover.recordList(fixture.both, at: Self.start) }
    #expect(try fixture.folder.bytes(journal) == all)
  }

  // MARK: Who refused

  @Test(
    "A service that is busy, and a page from the way to it, refuse no key",
    arguments: [
      ("429 Too Many Requests", #"{"error":"invalid_client","error_description":"AADSTS90055: too many"}"#),
      ("503 Service Unavailable", #"{"error":"temporarily_unavailable","error_description":"later"}"#),
      ("403 Forbidden", "<html><body>AADSTS700027: no</body></html>"), ("200 OK", "<html><body>Login</body></html>"),
      ("502 Bad Gateway", ""),
    ])
  func notJudged(status: String, body: String) throws {
    for (action, role) in [(PackageAction.token, RolloverKeyRole.old), (.attempt, .new), (.token, .new)] {
      let answer = Array(Self.refusal(status, body).utf8)
      let evidence = try RolloverEvidence(
        answer.span, to: action, by: role, .init(old: fixture.old, new: fixture.new),
        cryptography: fixture.cryptography)
      guard case .failed(action, let id)? = evidence.kinds.first else {
        Issue.record("\(evidence.kinds)")
        continue
      }
      let failure = RolloverFailure(
        action, by: role, answer: id, status: evidence.explanation?.response.status, of: History.plan)
      #expect(!failure.meaning.contains("refuses"), "\(failure)")
    }
    let list = Array(Self.refusal(status, body).utf8)
    let evidence = try? RolloverEvidence(
      list.span, to: .list, by: .old, .init(old: fixture.old, new: fixture.new), cryptography: fixture.cryptography)
    #expect(evidence?.kinds.contains(.listingRefused) != true)
  }

  @Test("A key that the service itself refuses is refused")
  func judged() throws {
    let answer = Array(
      Self.refusal("401 Unauthorized", #"{"error":"invalid_client","error_description":"AADSTS700027: no"}"#).utf8)
    let evidence = try RolloverEvidence(
      answer.span, to: .attempt, by: .new, .init(old: fixture.old, new: fixture.new),
      cryptography: fixture.cryptography)
    guard case .refused(.new, _)? = evidence.kinds.first else {
      Issue.record("\(evidence.kinds)")
      return
    }
  }

  // MARK: Lists

  @Test("A list that was saved again after another one counts again")
  func again() throws {
    var rollover = try fixture.rollover([.added(keyID: History.new)])
    var minute: Int64 = 10
    for (list, isThere) in [
      (fixture.both, true), (fixture.onlyOld, false), (fixture.both, true), (fixture.both, true),
      (fixture.onlyOld, false),
    ] {
      minute += 10
      _ = try rollover.recordList(list, at: Self.start + .minutes(minute))
      #expect(rollover.state(at: Self.start + .minutes(minute)).conflicts.isEmpty == isThere)
    }
    // The same one twice in a row is one.
    #expect(kinds(rollover).count { $0 == "listed" } == 4)
  }

  @Test(
    "A list of somebody else, and one that does not say whose it is, are not taken for ours",
    arguments: [
      ("[]", true), (#"{"value": []}"#, true), (#"{"keyCredentials": []}"#, true),
      (#"{"appId": "3f2504e0-4f89-41d3-9a0c-0305e82c3301", "keyCredentials": []}"#, true),
    ])
  func foreign(text: String, isMeant: Bool) throws {
    var rollover = try fixture.rollover([.added(keyID: History.new)])
    expect(.evidenceUnknown) { _ = try rollover.recordList(Array(text.utf8), isMeant: isMeant, at: Self.start) }
    let other = #""id": "\#(History.plan.object.objectID)", "appId": "3f2504e0-4f89-41d3-9a0c-0305e82c3301""#
    expect(.evidenceUnknown) {
      _ = try rollover.recordList(fixture.list([(History.old, fixture.old)], other), at: Self.start)
    }
    #expect(!kinds(rollover).contains("listed"))
  }

  @Test(
    "Entries alone are taken for the one rollover that they are given for, where one of its certificates is in them")
  func entries() throws {
    let entries = fixture.list([(History.old, fixture.old)], nil)
    var rollover = try fixture.rollover()
    expect(.evidenceUnknown) { _ = try rollover.recordList(entries, isMeant: false, at: Self.start) }
    _ = try rollover.recordList(entries, at: Self.start)
    #expect(rollover.state(at: Self.start).oldKeyID == History.old)
  }

  @Test("A token is taken out of what is kept, however its name is escaped")
  func escaped() {
    for name in [#"access\u005ftoken"#, #"access_tok\u0065n"#, #"access\u005F\u0074\u006f\u006B\u0065\u006e"#] {
      let kept = RolloverEvidence.withoutTokens(Array(#"{"\#(name)": "secret", "x": "y_token"}"#.utf8))
      #expect(kept == Array(#"{"\#(name)": "taken out", "x": "y_token"}"#.utf8))
    }
  }

  // MARK: Many rollovers

  @Test("One rollover that cannot take anything hinders no other")
  func hindered() throws {
    let second = ExactText("3f2504e0-4f89-41d3-9a0c-0305e82c3301")
    do {
      _ = try fixture.rollover(at: "app-01")
      _ = try fixture.rollover([.abandoning(isBack: false)], at: "app-02")
      _ = try fixture.rollover(at: "app-03", plan: fixture.plan(second))
    }
    try fixture.folder.write(Array("{\n".utf8), to: "app-01/journal.jsonl")
    let list = try fixture.folder.write(
      fixture.list([(History.old, fixture.old)], #""id": "\#(second)""#), to: "list.json")
    let paths = (1...3).map { fixture.folder.path("app-0\($0)") }
    let taken = RolloverReturns.take([.file(list)], to: paths, at: Self.start, with: Toolkit.openSSL())
    #expect(taken.count == 1 && taken.first?.rollover == paths[2])
    guard case .success? = taken.first?.result else {
      Issue.record("\(taken)")
      return
    }
    // Where none takes it, that of the broken one is said.
    let other = try fixture.folder.write(
      fixture.list([], #""id": "3f2504e0-4f89-41d3-9a0c-0305e82c3399""#), to: "o.json")
    let refused = RolloverReturns.take([.file(other)], to: paths, at: Self.start, with: Toolkit.openSSL())
    guard case .failure(let error)? = refused.first?.result else {
      Issue.record("\(refused)")
      return
    }
    #expect(error.code == .malformedJournal && refused.first?.rollover == paths[0])
  }
}
