import Keyroll
import TestSupport
import Testing

@Suite struct RolloverStateTests {
  private typealias History = RolloverHistory

  /// For each evidence the stage and the conflicts that follow, in the order of the stages; a dot is the stage itself.
  private static let table: [String: [String]] = [
    "planned": [".", ".", ".", ".", ".", ".", "."],
    "certificate": ["ready", ".", ".", ".", ".", ".", "."],
    "other certificate": [
      "ready", ".", ". certificateChanged", ". certificateChanged", ". certificateChanged", ". certificateChanged",
      ". certificateChanged",
    ],
    "packed": [".", ".", ".", ".", ".", ".", "."],
    "returned": [".", ".", ".", ".", ".", ".", "."],
    "added": [". certificateUnknown", "added", ".", ".", ".", ".", ". addedAfterAbandoning"],
    "lists both": [
      ". certificateUnknown", "added", ".", ".", ".", ". oldKeyStillListed", ". addedAfterAbandoning",
    ],
    "lists old": [
      ".", ".", ". newKeyNotListed", ". newKeyNotListed", ". newKeyNotListed", ". newKeyNotListed oldKeyStillListed",
      ".",
    ],
    "lists new": [
      ". certificateUnknown oldKeyGone", "added oldKeyGone", ". oldKeyGone", ". oldKeyGone", "done", ".",
      ". addedAfterAbandoning",
    ],
    "lists twice": [
      ". certificateUnknown twiceAdded", "added twiceAdded", ". twiceAdded", ". twiceAdded", ". twiceAdded",
      ". twiceAdded oldKeyStillListed", ". addedAfterAbandoning twiceAdded",
    ],
    "lists old twice": [
      ". certificateUnknown oldKeyTwice", "added oldKeyTwice", ". oldKeyTwice", ". oldKeyTwice", ". oldKeyTwice",
      ". oldKeyTwice oldKeyStillListed", ". addedAfterAbandoning oldKeyTwice",
    ],
    "lists for signing": [
      ". certificateUnknown oldKeyForSigning", "added oldKeyForSigning", ". oldKeyForSigning", ". oldKeyForSigning",
      ". oldKeyForSigning", ". oldKeyForSigning", ". addedAfterAbandoning oldKeyForSigning",
    ],
    "listing refused": [".", ".", ".", ".", ".", ".", "."],
    "accepted": [". certificateUnknown", "accepted", "accepted", ".", ".", ".", "."],
    "refused": [".", ".", ".", ". newKeyRefused", ". newKeyRefused", ".", "."],
    "old refused": [".", ".", ".", ".", ".", ".", "."],
    "failed": [".", ".", ".", ".", ".", ".", "."],
    "nothing to remove": [".", ".", ".", ".", ".", ".", "."],
    "removed old": [
      ". otherKeyRemoved", ". otherKeyRemoved", ". removedTooEarly", ". removedTooEarly", ".", ".", ". otherKeyRemoved",
    ],
    "removed new": [
      ". otherKeyRemoved", ". otherKeyRemoved", ". newKeyRemoved", ". newKeyRemoved", ". newKeyRemoved",
      ". newKeyRemoved", ". otherKeyRemoved",
    ],
    "removed other": [
      ". otherKeyRemoved", ". otherKeyRemoved", ". otherKeyRemoved", ". otherKeyRemoved", ". otherKeyRemoved",
      ". otherKeyRemoved", ". otherKeyRemoved",
    ],
    "switched": [
      ". switchedTooEarly", ". switchedTooEarly", ". switchedTooEarly", "switched", ".", ".", ". switchedTooEarly",
    ],
    "waived": [".", ".", ".", ".", ".", ".", "."],
    "abandoning": ["abandoned", "abandoned", ".", ".", ".", ".", "."],
    "abandoning, back": ["abandoned", "abandoned", ".", ".", ".", ".", "."],
    "old key used": [".", ".", ".", ".", ".", ".", "."],
  ]

  @Test("Every evidence in every stage leads where the table says", arguments: History.kinds.map(\.name))
  func everyPair(_ name: String) throws {
    let kind = try #require(History.kinds.first { $0.name == name }).kind
    let row = try #require(Self.table[name])
    #expect(row.count == RolloverState.Stage.allCases.count)
    for (stage, expected) in zip(RolloverState.Stage.allCases, row) {
      let kinds = History.kinds(to: stage)
      let before = RolloverState(History.plan, History.journal(kinds), at: History.start + .minutes(30))
      #expect(before.stage == stage && before.conflicts.isEmpty, "\(stage)")
      let after = RolloverState(History.plan, History.journal(kinds + [kind]), at: History.start + .minutes(30))
      let words = expected.split(separator: " ").map(String.init)
      #expect(after.stage.rawValue == (words[0] == "." ? stage.rawValue : words[0]), "\(name) in \(stage)")
      #expect(after.conflicts.map(\.name).sorted() == words.dropFirst().sorted(), "\(name) in \(stage)")
      // Forward only.
      #expect(after.stage >= stage)
    }
  }

  @Test("Each stage has its next step")
  func nextSteps() {
    let steps: [RolloverState.Stage: RolloverStep] = [
      .waiting: .recordCertificate, .ready: .pack(.add), .added: .pack(.attempt), .accepted: .switchWorkload,
      .switched: .wait(until: History.start + .minutes(5) + History.overlap), .done: .nothing, .abandoned: .nothing,
    ]
    for (stage, step) in steps {
      let state = RolloverState(
        History.plan, History.journal(History.kinds(to: stage)), at: History.start + .minutes(30))
      #expect(state.next == step, "\(stage)")
    }
  }

  @Test("A conflict goes once newer evidence settles it")
  func settled() {
    let kinds = History.kinds(to: .accepted)
    for (contradicting, settling) in [
      (RolloverEvent.Kind.listed(.init(new: [], old: [History.old])), RolloverEvent.Kind.accepted),
      (.listed(.init(new: [], old: [History.old])), .listed(.init(new: [History.new], old: [History.old]))),
      (
        .listed(.init(new: [History.new, History.other], old: [History.old])),
        .listed(.init(new: [History.new], old: [History.old]))
      ),
      (.refused(.new, answer: "key-not-found"), .accepted),
      (.listed(.init(new: [History.new], old: [])), .accepted),
    ] {
      let time = History.start + .minutes(30)
      let before = RolloverState(History.plan, History.journal(kinds + [contradicting]), at: time)
      #expect(before.conflicts.count == 1)
      #expect(before.next != .switchWorkload)
      let after = RolloverState(History.plan, History.journal(kinds + [contradicting, settling]), at: time)
      #expect(after.conflicts.isEmpty)
      #expect(after.next == .switchWorkload)
    }
  }

  @Test("The clock of the service says which list is newer, not the order in which they were taken in")
  func newestList() {
    var events = History.journal(History.kinds(to: .accepted)).events
    func list(_ new: [ExactText], answered minutes: Int64) -> RolloverEvent {
      RolloverEvent(
        .listed(.init(new: new, old: [History.old])), at: History.start + .minutes(20),
        evidence: .init(
          file: "answers/list.txt", sha256: [UInt8](repeating: 0, count: 32),
          answered: History.start + .minutes(minutes)))
    }
    events += [list([History.new], answered: 15), list([], answered: 10)]
    let state = RolloverState(History.plan, RolloverJournal(events), at: History.start + .minutes(30))
    #expect(state.conflicts.isEmpty)
  }

  @Test("A surplus entry is named, and the one that addKey answered is kept")
  func twice() {
    let kinds =
      History.kinds(to: .ready) + [
        .added(keyID: History.other), .listed(.init(new: [History.new, History.other], old: [History.old])),
      ]
    let state = RolloverState(History.plan, History.journal(kinds), at: History.start + .minutes(30))
    #expect(state.conflicts == [.twiceAdded(surplus: [History.new])])
    #expect(state.newKeyID == History.other)
  }

  @Test("Removal needs the overlap, or its waiver, and nothing else is waived")
  func overlap() {
    let kinds = History.kinds(to: .switched)
    let switched = History.start + .minutes(5)
    func state(_ kinds: [RolloverEvent.Kind], at time: NumericDate, overlap: TimeSpan? = nil) -> RolloverState {
      RolloverState(History.plan, History.journal(kinds), at: time, overlap: overlap)
    }
    #expect(state(kinds, at: switched + History.overlap - .seconds(1)).permit == nil)
    let open = state(kinds, at: switched + History.overlap)
    #expect(open.permit?.keyID == History.old && open.permit?.remainingKeyID == History.new)
    #expect(open.next == .pack(.remove) && open.reason == .overlapPassed)
    #expect(state(kinds, at: switched + History.overlap, overlap: TimeSpan("14d")).permit == nil)
    // A shorter one is not a way around the waiver.
    #expect(state(kinds, at: switched + .minutes(1), overlap: .zero).permit == nil)
    let waiver = RolloverEvent.Kind.waived(reason: "the old key leaked")
    #expect(state(kinds + [waiver], at: switched + .minutes(2)).permit?.keyID == History.old)
    // Before the switch a waiver counts for nothing.
    let early = History.kinds(to: .accepted) + [waiver, .switched]
    #expect(state(early, at: switched + .minutes(2)).permit == nil)
  }

  @Test("An ended certificate, an unknown key id and a lagging clock keep the gate shut")
  func gate() {
    let year = TimeSpan(seconds: 366 * 86_400)
    let ended = RolloverState(
      History.plan, History.journal(History.kinds(to: .switched)), at: History.start + year)
    #expect(ended.permit == nil && ended.next == .startAnew)
    // Nobody has listed what is registered.
    let unlisted: [RolloverEvent.Kind] =
      History.kinds(to: .ready) + [.listingRefused, .added(keyID: History.new), .accepted, .switched]
    let state = RolloverState(
      History.plan, History.journal(unlisted), at: History.start + History.overlap + .minutes(10))
    #expect(state.permit == nil && state.next == .recordList && state.reason == .keyIDUnknown(.old))
    let before = RolloverState(
      History.plan, History.journal(History.kinds(to: .switched)), at: History.start)
    #expect(before.permit == nil)
  }

  @Test("Where nobody may list, the answer to removeKey ends the rollover, and that is said")
  func unlistedRemoval() {
    let kinds: [RolloverEvent.Kind] =
      History.kinds(to: .switched) + [.listingRefused, .removed(keyID: History.old), .listingRefused]
    let state = RolloverState(History.plan, History.journal(kinds), at: History.start + .minutes(30))
    #expect(state.stage == .done && state.notes.contains(.removalUnlisted))
  }

  @Test("After an answer that there was nothing to remove, a list decides")
  func nothingToRemove() {
    let kinds = History.kinds(to: .switched) + [.failed(.removeKey, answer: "nothing-to-remove")]
    let time = History.start + History.overlap + .minutes(10)
    #expect(RolloverState(History.plan, History.journal(kinds), at: time).next == .pack(.attempt))
    let gone = kinds + [.listed(.init(new: [History.new], old: []))]
    #expect(RolloverState(History.plan, History.journal(gone), at: time).stage == .done)
    let still = kinds + [.listed(.init(new: [History.new], old: [History.old]))]
    #expect(RolloverState(History.plan, History.journal(still), at: time).next == .pack(.remove))
  }

  @Test("Given up after it was added, the new key goes by a permit that the old key proves")
  func abandoning() {
    let time = History.start + .minutes(30)
    let added = RolloverState(
      History.plan, History.journal(History.kinds(to: .accepted) + [.abandoning(isBack: false)]), at: time)
    #expect(added.next == .pack(.undo))
    #expect(added.permit?.keyID == History.new && added.permit?.signer == .old)
    let unsaid = RolloverState(
      History.plan, History.journal(History.kinds(to: .switched) + [.abandoning(isBack: false)]), at: time)
    #expect(unsaid.permit == nil && unsaid.reason == .backUnsaid)
    let said = History.kinds(to: .switched) + [.abandoning(isBack: true)]
    #expect(RolloverState(History.plan, History.journal(said), at: time).permit?.kind == .undo)
    let gone = said + [.removed(keyID: History.new), .listed(.init(new: [], old: [History.old]))]
    let end = RolloverState(History.plan, History.journal(gone), at: time)
    #expect(end.stage == .abandoned && end.conflicts.isEmpty)
  }

  @Test("A rollover is overdue 30 days before the old certificate ends, and a clock that is off is told")
  func notes() {
    let time = History.start + TimeSpan(seconds: 336 * 86_400)
    let state = RolloverState(History.plan, History.journal(History.kinds(to: .ready)), at: time)
    #expect(state.notes.contains { if case .overdue = $0 { true } else { false } })
    let ahead = RolloverEvent(
      .accepted, at: History.start,
      evidence: .init(
        file: "a", sha256: [UInt8](repeating: 0, count: 32), answered: History.start + .seconds(301)))
    let clock = RolloverState(History.plan, RolloverJournal([ahead]), at: History.start)
    #expect(clock.notes == [.clock(.seconds(-301))])
    #expect(clock.notes[0].isWarning)
  }
}

/// What no sequence of events may do, whatever it is.
@Suite struct RolloverGateTests {
  @Test("No path reaches a removal without acceptance, a later switch, and the overlap or its waiver")
  func noPath() {
    var generator = SeededGenerator(seed: 15)
    // Else few paths would come near the gate.
    let leading = ["added", "lists both", "accepted", "switched", "waived"]
    var removals = 0
    for _ in 0..<10_000 {
      var events = RolloverHistory.journal(RolloverHistory.kinds(to: .ready)).events
      var time = RolloverHistory.start + .minutes(10)
      for _ in 0..<Int.random(in: 1...14, using: &generator) {
        // Clocks go back now and then.
        time = time + TimeSpan(seconds: Int64.random(in: -40_000...200_000, using: &generator))
        let isLeading = Bool.random(using: &generator)
        let kinds = RolloverHistory.kinds.filter { !isLeading || leading.contains($0.name) }
        guard let kind = kinds.randomElement(using: &generator)?.kind else { continue }
        events.append(RolloverEvent(kind, at: time))
        let state = RolloverState(RolloverHistory.plan, RolloverJournal(events), at: time)
        if state.next == .pack(.remove) { #expect(state.permit?.kind == .remove) }
        guard state.permit?.kind == .remove else { continue }
        removals += 1
        #expect(Self.mayRemove(events, at: time), "\(events.map(\.kind.name))")
      }
    }
    // So that the test says something.
    #expect(removals > 500, "\(removals)")
  }

  /// The conditions, written down a second time and as plainly as they can be.
  private static func mayRemove(_ events: [RolloverEvent], at time: NumericDate) -> Bool {
    events.indices.contains { switched in
      guard events[switched].kind == .switched else { return false }
      // As far as clocks differ.
      let latest = events[switched].time + .minutes(5)
      let wasAccepted = events[..<switched].contains { $0.kind == .accepted && $0.time <= latest }
      let isOver = time >= events[switched].time + RolloverHistory.overlap
      let isWaived = events[switched...].contains { if case .waived = $0.kind { true } else { false } }
      return wasAccepted && (isOver || isWaived)
    }
  }
}
