public import Encodings
public import Tokens

/// Where a rollover stands: a function of its plan, its journal and the time, and of nothing else.
///
/// It only goes forward. Evidence may skip states: a list that shows the new certificate leads from `ready` to `added`, whoever
/// added it. Evidence that contradicts it is a conflict until newer evidence settles it.
public struct RolloverState: Sendable {
  /// How far a rollover has come; later ones are greater.
  @nonexhaustive
  public enum Stage: String, Sendable, Hashable, CaseIterable, Comparable {
    /// The new key exists, and its certificate is to come from a CA.
    case waiting
    /// The certificate fits the new key and the policy.
    case ready
    /// The new certificate is registered on the object.
    case added
    /// The token endpoint gave a token for the new key's assertion.
    case accepted
    /// A person said, later than that, that the workload uses the new key.
    case switched
    /// The old key is removed.
    case done
    /// The rollover was given up, and nothing is left to undo.
    case abandoned

    public static func < (left: Self, right: Self) -> Bool { left.order < right.order }
    private var order: Int { Self.allCases.firstIndex(of: self) ?? 0 }
  }

  /// How far the rollover has come.
  public let stage: Stage
  /// What contradicts the stage; the old key is not removed while there is one.
  public let conflicts: [RolloverConflict]
  /// What to do next.
  public let next: RolloverStep
  /// Why that is the next step.
  public let reason: RolloverReason
  /// What works and should be known.
  public let notes: [RolloverNote]
  /// The id of the entry of the new certificate, if evidence gave it.
  public let newKeyID: ExactText?
  /// The id of the entry of the old certificate, if evidence gave it.
  public let oldKeyID: ExactText?
  /// From when on the old key may be removed; nil before the workload was switched.
  public let removableFrom: NumericDate?
  /// True if whoever asked may not list what is registered, and nothing newer says otherwise.
  public let isListingRefused: Bool
  /// The package that was written last and did not come back.
  public let outstandingPackage: ExactText?
  /// The permit for the next removal; nil unless every condition of the gate is met.
  public let permit: RemovalPermit?

  /// - Parameters:
  ///   - plan: the plan of the rollover.
  ///   - journal: the events so far.
  ///   - time: the present time.
  ///   - overlap: a longer time for both keys than that of the plan; a shorter one does not count.
  public init(_ plan: RolloverPlan, _ journal: RolloverJournal, at time: NumericDate, overlap: TimeSpan? = nil) {
    let record = RolloverRecord(journal.events)
    let overlap = max(plan.overlap, overlap ?? plan.overlap)
    let conflicts = record.conflicts
    let gate = RolloverGate(record, conflicts: conflicts, overlap: overlap, at: time)
    let decision = RolloverDecision(record, conflicts: conflicts, gate: gate, at: time)
    stage = record.stage
    self.conflicts = conflicts
    next = decision.step
    reason = decision.reason
    notes = RolloverNote.notes(on: record, journal, at: time)
    newKeyID = record.newKeyID
    oldKeyID = record.oldKeyID
    removableFrom = gate.removableFrom
    isListingRefused = record.isListingRefused
    outstandingPackage = record.outstanding?.name
    permit = gate.permit
  }
}

/// What contradicts the state of a rollover.
@nonexhaustive
public enum RolloverConflict: Sendable, Hashable {
  /// The new certificate has several entries; the surplus ones can be removed.
  case twiceAdded(surplus: [ExactText])
  /// The old certificate has several entries, and nobody here can know which is meant.
  case oldKeyTwice([ExactText])
  /// The service signs with it, as for SAML; a key for that is never removed here.
  case oldKeyForSigning([ExactText])
  /// The newest list does not show the new certificate, which was added: a replica that lags, or somebody removed it.
  case newKeyNotListed
  /// The old certificate is in no entry, and the new key is not in use yet.
  case oldKeyGone
  /// A list that is newer than the removal still shows the old certificate.
  case oldKeyStillListed
  /// The token endpoint refuses the new key, which it had accepted before.
  case newKeyRefused
  /// A key was removed that is neither of the two.
  case otherKeyRemoved(ExactText)
  /// The new key was removed, and nobody has given the rollover up.
  case newKeyRemoved
  /// The old key was removed before the workload was switched.
  case removedTooEarly
  /// The workload was said to be switched before the new key was accepted: that counts for nothing.
  case switchedTooEarly
  /// Evidence of a new key without its certificate: that counts for nothing.
  case certificateUnknown
  /// Another certificate came in after the new one had been added.
  case certificateChanged
  /// The new certificate was added after the rollover was given up.
  case addedAfterAbandoning

  /// True if the new key may not work, or nobody can say what is registered: a workload that is switched then may stand still.
  ///
  /// Where the old key is gone it stands still already, and the switch is the cure. A key of somebody else's changes nothing.
  var forbidsSwitch: Bool {
    switch self {
    case .oldKeyGone, .oldKeyStillListed, .removedTooEarly, .switchedTooEarly, .otherKeyRemoved: false
    case .twiceAdded, .oldKeyTwice, .oldKeyForSigning, .newKeyNotListed, .newKeyRefused, .newKeyRemoved,
      .certificateUnknown, .certificateChanged, .addedAfterAbandoning:
      true
    }
  }
}

/// What should be known of a rollover and does not stop it.
@nonexhaustive
public enum RolloverNote: Sendable, Hashable {
  /// The old certificate ends in less than 30 days, and the old key is still in use.
  case overdue(ends: NumericDate)
  /// The line of the journal with this number was cut off while it was written, and is left out.
  case tornLine(Int)
  /// The owner's clock differs from the service's by at least so much; positive where it is ahead.
  case clock(TimeSpan)
  /// The old key was used after the workload had been switched.
  case oldKeyUsed(NumericDate)
  /// Nobody could list what is registered: the answer to removeKey alone says that the old key is gone.
  case removalUnlisted
  /// The old key is gone, and it was not removed by a package of this rollover.
  case removedElsewhere

  /// Entra's own threshold for keys that end soon.
  public static let overdueSpan = TimeSpan(seconds: 30 * 86_400)
  /// Differences of the clocks that are told, and those that are a warning.
  public static let (toldSkew, warnedSkew) = (TimeSpan.seconds(60), TimeSpan.seconds(300))
}

extension NumericDate {
  /// True for a time by the service's clock that has not come by the clock here, and not because the two differ as clocks do.
  func isAhead(of here: NumericDate) -> Bool { self - here > RolloverNote.warnedSkew }
}

extension RolloverNote {
  static func notes(on record: RolloverRecord, _ journal: RolloverJournal, at time: NumericDate) -> [RolloverNote] {
    var notes: [RolloverNote] = []
    if let end = record.certificates[.old]?.notAfter, record.stage < .done, time > end - overdueSpan {
      notes.append(.overdue(ends: end))
    }
    notes += journal.tornLines.map(Self.tornLine)
    if let skew = skew(in: journal.events) { notes.append(.clock(skew)) }
    if let used = record.oldKeyUsed, let switched = record.switched, used > switched.time {
      notes.append(.oldKeyUsed(used))
    }
    if record.stage == .done, record.isListingRefused { notes.append(.removalUnlisted) }
    if record.stage == .done, record.oldRemoval == nil { notes.append(.removedElsewhere) }
    return notes
  }

  /// The most that the clock must differ: an answer cannot come before its package was written, nor after it was taken in.
  private static func skew(in events: [RolloverEvent]) -> TimeSpan? {
    var packed: [ExactText: NumericDate] = [:]
    var greatest = TimeSpan.zero
    for event in events {
      if case .packed = event.kind, let name = event.package { packed[name] = event.time }
      guard let answered = event.evidence?.answered else { continue }
      if answered > event.time { greatest = farther(greatest, event.time - answered) }
      if let name = event.package, let made = packed[name], answered < made {
        greatest = farther(greatest, made - answered)
      }
    }
    return abs(greatest.seconds) > toldSkew.seconds ? greatest : nil
  }

  private static func farther(_ left: TimeSpan, _ right: TimeSpan) -> TimeSpan {
    abs(left.seconds) >= abs(right.seconds) ? left : right
  }
}
