import Foundation
import Keyroll
import TestSupport
import Testing

@Suite struct RolloverPlanTests {
  private static let text = String(validating: RolloverHistory.plan.bytes, as: UTF8.self) ?? ""

  private static func read(_ text: String) throws(RolloverError) -> RolloverPlan {
    try RolloverPlan(Array(text.utf8).span)
  }

  @Test("A plan reads back what it wrote, and has the members of the design")
  func roundTrip() throws {
    let plan = try Self.read(Self.text)
    #expect(plan == RolloverHistory.plan)
    #expect(plan.bytes == RolloverHistory.plan.bytes)
    let object = try #require(JSONSerialization.jsonObject(with: Data(Self.text.utf8)) as? [String: Any])
    #expect(
      Set(object.keys) == [
        "keyroll-rollover", "title", "created", "object", "old", "new", "overlap", "max-lifetime",
      ])
    #expect(object["overlap"] as? String == "7d")
  }

  @Test(
    "A plan that is not what keyroll writes is refused",
    arguments: [
      ("\"keyroll-rollover\": 1", "\"keyroll-rollover\": 2"), ("\"title\": \"payroll\",", ""),
      ("\"title\"", "\"more\": 1, \"title\""), ("\"application\"", "\"user\""), ("\"global\"", "\"mars\""),
      ("contoso.onmicrosoft.com", "common"), ("0b5f2f6e-", "0b5f2f6e"), ("\"old.cer\"", "\"../old.cer\""),
      ("\"old.cer\"", "\"new.cer\""), ("\"7d\"", "\"a week\""), ("\"7d\"", "7"), ("0101", "01"), ("02", "01"),
      ("2026-11", "2026-13"), ("\"old.pfx\"", "\"pfx:old.pfx;password=hunter2\""), ("{\n", "{\"title\": \"b\",\n"),
    ])
  func refused(part: String, replacement: String) {
    #expect(Self.text.contains(part))
    do throws(RolloverError) {
      _ = try Self.read(Self.text.replacing(part, with: replacement))
      Issue.record("it was read")
    } catch {
      #expect(error.code == .malformedPlan && !error.message.contains("hunter2"))
    }
  }
}

@Suite struct RolloverJournalTests {
  private static let events = RolloverHistory.kinds.enumerated().map { index, kind in
    RolloverEvent(
      kind.kind, at: RolloverHistory.start + .seconds(Int64(index)), package: index % 2 == 0 ? "send-1" : nil,
      evidence: index % 3 == 0
        ? .init(
          file: "answers/a \"b\".txt", sha256: [UInt8](repeating: UInt8(index), count: 32),
          answered: index % 2 == 0 ? RolloverHistory.start : nil) : nil)
  }

  @Test("Each event is one line, and reads back as it was")
  func roundTrip() throws {
    for event in Self.events {
      #expect(event.line.count { $0 == UInt8(ascii: "\n") } == 1)
      #expect(try RolloverJournal(event.line.span).events == [event])
    }
    let all = Self.events.flatMap(\.line)
    let journal = try RolloverJournal(all.span)
    #expect(journal.events == Self.events && journal.tornLines.isEmpty)
  }

  @Test("A torn last line is told and passed over, wherever it was torn")
  func torn() throws {
    let (first, second) = (Self.events[0].line, Self.events[3].line)
    for count in 1..<second.count {
      let bytes = first + second.prefix(count)
      let journal = try RolloverJournal(bytes.span)
      #expect(journal.events == [Self.events[0]] && journal.tornLines == [2])
    }
  }

  @Test(
    "Any other line that is not what keyroll writes is refused with its number",
    arguments: [
      "", "{}", #"{"time":"2026-11-29T21:00:00Z"}"#, #"{"time":"2026-11-29T21:00:00Z","event":"flown"}"#,
      #"{"time":"yesterday","event":"switched"}"#, #"{"time":"2026-11-29T21:00:00Z","event":"switched","more":1}"#,
      #"{"time":"2026-11-29T21:00:00Z","event":"added","key-id":"1"}"#,
      #"{"time":"2026-11-29T21:00:00Z","event":"waived"}"#,
      #"{"time":"2026-11-29T21:00:00Z","event":"accepted","evidence":{"file":"a","sha256":"00"}}"#,
    ])
  func refused(line: String) {
    let bytes = Self.events[0].line + Array("\(line)\n".utf8)
    do throws(RolloverError) {
      _ = try RolloverJournal(bytes.span)
      Issue.record("it was read")
    } catch {
      #expect(error.code == .malformedJournal && error.message.hasPrefix("line 2 "))
    }
  }
}

@Suite struct RolloverTableTests {
  private static let known = ["application", "client-id", "key", "create-key"]

  private static func read(_ text: String) throws(RolloverError) -> RolloverTable {
    try RolloverTable(Array(text.utf8).span, known: known)
  }

  @Test("A table is read as RFC 4180 writes it")
  func read() throws {
    let table = try Self.read(
      "folder,application,key\r\npayroll,6d3e,\"pkcs11:token=a,b;object=\"\"x\"\"\"\r\ncrm,,plain key\nhr,1,\"two\nlines\""
    )
    #expect(table.columns == ["folder", "application", "key"])
    #expect(table.rows.map(\.line) == [2, 3, 4])
    #expect(table.rows[0]["key"] == #"pkcs11:token=a,b;object="x""#)
    #expect(table.rows[1]["application"] == nil && table.rows[1]["key"] == "plain key")
    #expect(table.rows[2]["key"] == "two\nlines")
  }

  @Test(
    "What is wrong is named with its line and column",
    arguments: [
      ("", 1, 1), ("folder,colour\n", 1, 8), ("folder,key,folder\n", 1, 12), ("key\n", 1, 1),
      ("folder,key\na,b,c\n", 2, 5), ("folder,key\na\n", 2, 1), ("folder,key\na,b\n\nc,d\n", 3, 1),
      ("folder,key\na,\"b\n", 2, 3), ("folder,key\na,\"b\"c\n", 2, 6), ("folder,key\na,b\"c\n", 2, 4),
      ("folder,key\na,b\na,c\n", 3, 1), ("folder,key\n../a,b\n", 2, 1), ("folder,key\n,b\n", 2, 1),
      ("folder,key\na,b\rc\n", 2, 4), ("folder,key\nü,b\u{1}\n", 2, 4), ("\u{FEFF}folder\n", 1, 1),
      ("key,folder\n\"x\ny\",a/b\n", 3, 4),
    ])
  func refused(text: String, line: Int, column: Int) {
    do throws(RolloverError) {
      _ = try Self.read(text)
      Issue.record("it was read")
    } catch {
      #expect(error.code == .malformedTable)
      #expect(error.message.hasPrefix("line \(line), column \(column) of the table: "), "\(error.message)")
    }
  }
}
