import Keyroll
import TestSupport
import Testing

/// What a rollover may not do once it is given up, or once evidence contradicts it.
@Suite struct RolloverGivingUpTests {
  private typealias History = RolloverHistory
  private typealias Fixture = RolloverFixture
  private static let start = History.start

  private func state(_ kinds: [RolloverEvent.Kind], after minutes: Int64 = 30) -> RolloverState {
    RolloverState(History.plan, History.journal(kinds), at: Self.start + .minutes(minutes))
  }

  @Test("A removal of the old key that is out must not be sent once that is forbidden, whatever forbids it")
  func withheld() {
    let out = History.kinds(to: .switched) + [Fixture.packed(.remove)]
    #expect(state(out).next == .send(package: "send-1", opens: Self.start, closes: Self.start + .minutes(60)))
    for (kind, reason) in [
      (RolloverEvent.Kind.abandoning(isBack: true), RolloverReason.abandoning),
      (.listed(.init(new: [], old: [History.old])), .conflict(.newKeyNotListed)),
      (.removed(keyID: History.new), .conflict(.newKeyRemoved)),
      (.refused(.new, answer: "key-not-found"), .conflict(.newKeyRefused)),
    ] {
      let held = state(out + [kind])
      #expect(held.next == .withhold(package: "send-1", until: Self.start + .minutes(60)), "\(kind)")
      #expect(held.reason == reason, "\(kind)")
      #expect(held.permit?.kind != .remove)
      // Once nobody can send it, the rollover goes on.
      if case .withhold = state(out + [kind], after: 60).next { Issue.record("\(kind)") }
    }
  }

  @Test(
    "A package that removes the new key must not be sent while the workload may use that key, or once the old one is gone"
  )
  func withheldUndo() {
    let given = History.kinds(to: .accepted) + [.abandoning(isBack: false), Fixture.packed(.undo)]
    #expect(state(given).next == .send(package: "send-1", opens: Self.start, closes: Self.start + .minutes(60)))
    let switched = state(given + [.switched])
    #expect(switched.next == .withhold(package: "send-1", until: Self.start + .minutes(60)))
    #expect(switched.reason == .backUnsaid && switched.permit == nil)
    let gone = state(given + [.listed(.init(new: [History.new], old: []))])
    #expect(gone.next == .withhold(package: "send-1", until: Self.start + .minutes(60)) && gone.permit == nil)
  }

  @Test(
    "Nobody gives up while a package can be sent that removes the old key, or adds the new one",
    arguments: [true, false])
  func abandoning(isReturned: Bool) throws {
    let fixture = try Fixture()
    let returned: [RolloverEvent.Kind] = isReturned ? [.returned, .refused(.new, answer: "key-not-found")] : []
    var removing = try fixture.rollover(Fixture.kinds(to: .switched) + [Fixture.packed(.remove)] + returned, at: "a")
    expect(.stepTooEarly) { try removing.abandon(isBack: true, at: Self.start + .minutes(30)) }
    #expect(removing.journal.events.last?.kind != .abandoning(isBack: true))
    try removing.abandon(isBack: true, at: Self.start + .minutes(60))
    let failed: [RolloverEvent.Kind] = isReturned ? [.returned, .refused(.old, answer: "throttled")] : []
    var adding = try fixture.rollover([Fixture.packed(.add)] + failed, at: "b")
    expect(.stepTooEarly) { try adding.abandon(isBack: false, at: Self.start + .minutes(30)) }
    try adding.abandon(isBack: false, at: Self.start + .minutes(60))
    #expect(adding.state(at: Self.start + .minutes(60)).stage == .abandoned)
  }

  @Test("Once addKey or removeKey was answered, its package keeps nobody from giving up")
  func answered() throws {
    let fixture = try Fixture()
    var adding = try fixture.rollover([Fixture.packed(.add), .failed(.addKey, answer: "request-denied")], at: "a")
    try adding.abandon(isBack: false, at: Self.start + .minutes(30))
    var removing = try fixture.rollover(
      Fixture.kinds(to: .switched) + [Fixture.packed(.remove), .failed(.removeKey, answer: "request-denied")], at: "b")
    try removing.abandon(isBack: true, at: Self.start + .minutes(30))
    #expect(removing.state(at: Self.start + .minutes(30)).next == .pack(.undo))
  }

  @Test("A key that is added after all goes again: the rollover was given up, and is not over")
  func addedAfterAll() {
    let given = History.kinds(to: .ready) + [.abandoning(isBack: false)]
    let added = given + [.added(keyID: History.new)]
    #expect(state(given).next == .nothing)
    #expect(state(added).stage == .abandoned && state(added).conflicts == [.addedAfterAbandoning])
    #expect(state(added).next == .recordList)
    let listed = added + [.listed(.init(new: [History.new], old: [History.old]))]
    #expect(state(listed).next == .pack(.undo) && state(listed).permit?.keyID == History.new)
    let removed = listed + [.removed(keyID: History.new)]
    #expect(state(removed).next == .pack(.list))
    let gone = removed + [.listed(.init(new: [], old: [History.old]))]
    #expect(state(gone).next == .nothing && state(gone).conflicts.isEmpty && state(gone).permit == nil)
  }

  @Test("After the new key was removed the old one lists, and what is still there goes by another package")
  func undoEnds() {
    let removed =
      History.kinds(to: .accepted) + [.abandoning(isBack: false), .removed(keyID: History.new)]
    // The new key would get no token.
    #expect(state(removed + [.failed(.list, answer: "throttled")]).next == .pack(.list))
    let twice =
      History.kinds(to: .accepted) + [
        .listed(.init(new: [History.new, History.other], old: [History.old])), .abandoning(isBack: false),
        .removed(keyID: History.new), .listed(.init(new: [History.other], old: [History.old])),
      ]
    #expect(state(twice).next == .pack(.undo) && state(twice).permit?.keyID == History.other)
    let gone = twice + [.removed(keyID: History.other), .listed(.init(new: [], old: [History.old]))]
    #expect(state(gone).stage == .abandoned && state(gone).conflicts.isEmpty)
    // A replica that lags still shows the one that was removed: nothing is removed twice for that.
    let lagging = removed + [.listed(.init(new: [History.new], old: [History.old]))]
    #expect(state(lagging).next == .pack(.list))
  }

  // MARK: The switch

  @Test("Nobody switches a rollover that was given up, or waives its overlap")
  func switchedLate() throws {
    let fixture = try Fixture()
    var rollover = try fixture.rollover(Fixture.kinds(to: .accepted) + [.abandoning(isBack: false)])
    expect(.rolloverEnded) { try rollover.switchWorkload(at: Self.start + .minutes(30)) }
    #expect(rollover.state(at: Self.start + .minutes(30)).next == .pack(.undo))
  }

  @Test("Nobody switches while evidence says that the new key may not work, until newer evidence settles it")
  func switchedInConflict() throws {
    let fixture = try Fixture()
    for (index, kind) in [
      RolloverEvent.Kind.listed(.init(new: [], old: [History.old])), .removed(keyID: History.new),
      .listed(.init(new: [History.new, History.other], old: [History.old])),
      .listed(.init(new: [History.new], old: [History.old, History.other])), .refused(.new, answer: "key-not-found"),
    ].enumerated() {
      var rollover = try fixture.rollover(Fixture.kinds(to: .accepted) + [kind], at: "\(index)")
      expect(.stepTooEarly) { try rollover.switchWorkload(at: Self.start + .minutes(30)) }
      #expect(rollover.state(at: Self.start + .minutes(30)).stage == .accepted, "\(kind)")
    }
    // Where the old key is gone the workload stands still, and the switch is the cure.
    for (index, kind) in [
      RolloverEvent.Kind.listed(.init(new: [History.new], old: [])), .removed(keyID: History.old),
    ].enumerated() {
      var rollover = try fixture.rollover(Fixture.kinds(to: .accepted) + [kind], at: "gone-\(index)")
      try rollover.switchWorkload(at: Self.start + .minutes(30))
      #expect(rollover.state(at: Self.start + .minutes(30)).stage >= .switched, "\(kind)")
    }
  }

  private func accepted(answered: NumericDate, lookedAt time: NumericDate) -> [RolloverEvent] {
    History.journal(History.kinds(to: .added)).events + [
      RolloverEvent(
        .accepted, at: time,
        evidence: .init(file: "answers/a.txt", sha256: [UInt8](repeating: 0, count: 32), answered: answered))
    ]
  }

  @Test("The overlap runs from the acceptance where the clock here says that the switch was earlier")
  func overlapStart() {
    let answered = Self.start + .minutes(20)
    for (switched, from) in [(16, 20), (20, 20), (25, 25)] as [(Int64, Int64)] {
      let time = Self.start + .minutes(switched)
      let events = accepted(answered: answered, lookedAt: time) + [RolloverEvent(.switched, at: time)]
      let state = RolloverState(History.plan, RolloverJournal(events), at: Self.start + .minutes(30))
      #expect(state.removableFrom == Self.start + .minutes(from) + History.overlap)
    }
    // That is more than clocks differ: it was not later.
    let early = Self.start - TimeSpan(seconds: 60 * 86_400)
    let events = accepted(answered: answered, lookedAt: early) + [RolloverEvent(.switched, at: early)]
    let state = RolloverState(History.plan, RolloverJournal(events), at: Self.start + History.overlap)
    #expect(state.conflicts == [.switchedTooEarly] && state.permit == nil && state.stage == .accepted)
  }

  @Test("Answers that were looked at with a clock far ahead count from when they were given")
  func lookedAtLate() throws {
    let fixture = try Fixture()
    _ = try fixture.rollover(Fixture.kinds(to: .added))
    let late = Self.start + TimeSpan(seconds: 90 * 86_400)
    let line = try #require(accepted(answered: Self.start + .minutes(20), lookedAt: late).last).line
    let journal = "payroll/journal.jsonl"
    try fixture.folder.write(try fixture.folder.bytes(journal) + line, to: journal)
    var rollover = try RolloverFolder(at: fixture.folder.path("payroll"), cryptography: fixture.cryptography)
    try rollover.switchWorkload(at: Self.start + .minutes(30))
    #expect(rollover.state(at: Self.start + .minutes(30)).removableFrom == Self.start + .minutes(30) + History.overlap)
    expect(.stepTooEarly) {
      var other = try fixture.rollover(Fixture.kinds(to: .accepted), at: "other")
      try other.switchWorkload(at: Self.start - .minutes(30))
    }
  }

  @Test("A key of somebody else's, or a surplus one, that was removed is settled by a list")
  func otherRemovals() {
    let both = RolloverEvent.Kind.listed(.init(new: [History.new], old: [History.old]))
    let other = History.kinds(to: .accepted) + [.removed(keyID: History.other)]
    #expect(state(other).conflicts == [.otherKeyRemoved(History.other)])
    #expect(state(other + [both]).conflicts.isEmpty)
    let surplus =
      History.kinds(to: .accepted) + [
        .listed(.init(new: [History.new, History.other], old: [History.old])), .removed(keyID: History.other),
      ]
    #expect(state(surplus).conflicts.contains(.newKeyRemoved))
    #expect(state(surplus + [both]).conflicts.isEmpty)
  }

  // MARK: The waiver

  private struct NoKeys: RolloverRequests {
    private var refusal: RolloverError { RolloverError(id: "wrong-password", "the password is wrong") }

    func token(
      by key: RolloverKeyRole, of plan: RolloverPlan, in window: SendWindow
    ) throws(RolloverError) -> PackagedRequest { throw refusal }
    func addKey(of plan: RolloverPlan, in window: SendWindow) throws(RolloverError) -> PackagedRequest { throw refusal }
    func removeKey(
      _ permit: RemovalPermit, of plan: RolloverPlan, in window: SendWindow
    ) throws(RolloverError) -> PackagedRequest { throw refusal }
  }

  @Test("The reason for not waiting is noted with the package, or not at all")
  func waiver() throws {
    let fixture = try Fixture()
    var rollover = try fixture.rollover(Fixture.kinds(to: .switched))
    let (time, count) = (Self.start + .minutes(30), rollover.journal.events.count)
    let windows = SendWindow.row(of: 1, from: time)
    expect(id: "wrong-password") {
      _ = try rollover.writePackage(at: time, in: windows, waiving: "it leaked", by: NoKeys())
    }
    for blank in ["", " ", "\n", "\t \u{2003}", "\u{200B}", String(repeating: "x", count: 1001)] {
      expect(.gateClosed) {
        _ = try rollover.writePackage(at: time, in: windows, waiving: ExactText(blank), by: NoKeys())
      }
    }
    #expect(rollover.journal.events.count == count && rollover.state(at: time).permit == nil)
    let requests = try StagedRequests(certificate: fixture.new)
    _ = try rollover.writePackage(at: time, in: windows, waiving: "it leaked", by: requests)
    let again = try RolloverFolder(at: rollover.path, cryptography: fixture.cryptography)
    #expect(again.journal.events.dropFirst(count).map(\.kind.name) == ["waived", "packed"])
  }
}
